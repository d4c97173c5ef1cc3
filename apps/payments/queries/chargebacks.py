from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, Q, QuerySet

from apps.common.actors import Actor
from apps.common.errors import NotFound
from apps.common.prepared import prepared
from apps.ledger import chart
from apps.ledger.queries import books
from apps.payments.models import Chargeback
from apps.payments.states import ChargebackStatus


def chargebacks_of(organization_id: UUID) -> QuerySet[Chargeback]:
    """The chargebacks of the organization's payments, newest first."""
    return Chargeback.objects.filter(charge__payer_id=organization_id).select_related("charge").order_by("-opened_at")


def chargebacks_of_purposes(reference_ids: Iterable[UUID]) -> list[Chargeback]:
    """The chargebacks of all payments for the given `reference_ids`, oldest first. One query."""
    return _chargebacks_of(list(reference_ids))


@prepared
def _chargebacks_of(reference_ids: list[UUID]) -> QuerySet[Chargeback]:
    chargebacks = Chargeback.objects.filter(charge__reference_id__in=reference_ids).select_related("charge")
    return chargebacks.order_by("opened_at", "id")


def chargeback_visible_to(actor: Actor, chargeback_id: UUID) -> Chargeback:
    """
    The chargeback, for staff.

    :raises NotFound: if it does not exist or the actor is not staff.
    """
    chargeback = Chargeback.objects.select_related("charge__payer").filter(id=chargeback_id).first()
    if chargeback is None or not actor.is_staff:
        raise NotFound
    return chargeback


def absorbed_chargeback(chargeback_id: UUID) -> Chargeback | None:
    """The chargeback if it is lost and absorbed, else None."""
    rows = Chargeback.objects.filter(id=chargeback_id, absorbed_at__isnull=False).select_related("charge")
    return rows.first()


def chargeback_number(chargeback_id: UUID) -> str:
    return str(Chargeback.objects.values_list("number", flat=True).get(id=chargeback_id))


def chargebacks() -> QuerySet[Chargeback]:
    """All chargebacks: open ones first, the nearest evidence deadline on top."""
    return Chargeback.objects.select_related("charge__payer").order_by(
        F("closed_at").asc(nulls_first=True), F("evidence_due_at").asc(nulls_last=True), "-opened_at"
    )


def awaiting_evidence() -> QuerySet[Chargeback]:
    """Those that the bank opened and nobody has answered yet, the nearest deadline first."""
    return Chargeback.objects.filter(status=ChargebackStatus.OPENED).order_by(F("evidence_due_at").asc(nulls_last=True))


def chargebacks_of_charge(charge_id: UUID) -> QuerySet[Chargeback]:
    return Chargeback.objects.filter(charge_id=charge_id).order_by("opened_at")


def chargeback_for_update(gateway: str, remote_id: str) -> Chargeback | None:
    result = Chargeback.objects.select_for_update(of=("self",)).select_related("charge")
    return result.filter(gateway=gateway, remote_id=remote_id).first()


def chargeback_claims_left() -> int:
    """
    The number of won or absorbed chargebacks whose receivable account is not zero. Always 0 if the books are correct.
    """
    ended = [
        (chart.receivable_chargeback(chargeback_id, currency).code, currency)
        for chargeback_id, currency in Chargeback.objects.filter(
            Q(status=ChargebackStatus.WON) | Q(absorbed_at__isnull=False)
        ).values_list("id", F("currency"))
    ]
    held = books.balances({code for code, _ in ended})
    return sum(bool(held.get(account)) for account in ended)
