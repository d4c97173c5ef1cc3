from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, Q, QuerySet

from apps.common.actors import Actor
from apps.common.errors import NotFound
from apps.ledger import chart
from apps.ledger.queries import books
from apps.payments.models import Chargeback
from apps.payments.states import ChargebackStatus


def chargebacks_of(organization_id: UUID) -> QuerySet[Chargeback]:
    """What the bank of an organization took back, newest first."""
    return Chargeback.objects.filter(charge__payer_id=organization_id).select_related("charge").order_by("-opened_at")


def chargebacks_of_purposes(reference_ids: Iterable[UUID]) -> list[Chargeback]:
    """What banks took back of what was paid for these purposes, oldest first; one query."""
    result = Chargeback.objects.filter(charge__reference_id__in=list(reference_ids)).select_related("charge")
    return list(result.order_by("opened_at", "id"))


def chargeback_visible_to(actor: Actor, chargeback_id: UUID) -> Chargeback:
    """For staff. :raises NotFound: for anybody else as for one that is not there."""
    chargeback = Chargeback.objects.select_related("charge__payer").filter(id=chargeback_id).first()
    if chargeback is None or not actor.is_staff:
        raise NotFound
    return chargeback


def absorbed_chargeback(chargeback_id: UUID) -> Chargeback | None:
    """A lost one that somebody has borne; None for any other."""
    rows = Chargeback.objects.filter(id=chargeback_id, absorbed_at__isnull=False).select_related("charge")
    return rows.first()


def chargeback_number(chargeback_id: UUID) -> str:
    return str(Chargeback.objects.values_list("number", flat=True).get(id=chargeback_id))


def chargebacks() -> QuerySet[Chargeback]:
    """All of them, those whose evidence is due first."""
    return Chargeback.objects.select_related("charge__payer").order_by(
        F("closed_at").asc(nulls_first=True), F("evidence_due_at").asc(nulls_last=True), "-opened_at"
    )


def chargebacks_of_charge(charge_id: UUID) -> QuerySet[Chargeback]:
    return Chargeback.objects.filter(charge_id=charge_id).order_by("opened_at")


def chargeback_for_update(gateway: str, remote_id: str) -> Chargeback | None:
    result = Chargeback.objects.select_for_update(of=("self",)).select_related("charge")
    return result.filter(gateway=gateway, remote_id=remote_id).first()


def chargeback_claims_left() -> int:
    """Chargebacks that are won, or lost and borne, while their claim is not at nothing: none, in sound books."""
    ended = [
        (chart.receivable_chargeback(chargeback_id, currency).code, currency)
        for chargeback_id, currency in Chargeback.objects.filter(
            Q(status=ChargebackStatus.WON) | Q(absorbed_at__isnull=False)
        ).values_list("id", F("currency"))
    ]
    held = books.balances({code for code, _ in ended})
    return sum(bool(held.get(account)) for account in ended)
