"""Charges, refunds, payouts and accounts: seen by their own organization, and locked for a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from apps.accounts import policies as accounts
from apps.accounts.rules import Act
from apps.common.actors import Actor
from apps.common.errors import NotFound
from apps.common.money import Money
from apps.payments.gateways.doors import door
from apps.payments.models import Charge, Chargeback, FxQuote, Payout, PayoutAccount, Refund
from apps.payments.states import ChargebackStatus, ChargeStatus, PayoutAccountStatus, RefundStatus


def sees_money_of(actor: Actor, organization_id: UUID) -> bool:
    """Members see their organization's money, and staff everybody's."""
    return actor.is_staff or accounts.may(actor, Act.SEE_MONEY, organization_id)


def payout_account_of(organization_id: UUID) -> PayoutAccount | None:
    """The account that is paid to now, if any."""
    return (
        PayoutAccount.objects.select_related("organization")
        .filter(organization_id=organization_id, status=PayoutAccountStatus.ACTIVE)
        .first()
    )


def present_accounts_of(organization_id: UUID) -> tuple[PayoutAccount | None, PayoutAccount | None]:
    """The account that is paid to now, and the newest that still waits at the processor; one query."""
    rows = PayoutAccount.objects.select_related("organization").filter(
        organization_id=organization_id, status__in=[PayoutAccountStatus.ACTIVE, PayoutAccountStatus.ONBOARDING]
    )
    by_status = {account.status: account for account in rows.order_by("created_at")}
    return by_status.get(PayoutAccountStatus.ACTIVE), by_status.get(PayoutAccountStatus.ONBOARDING)


def charges_of(organization_id: UUID) -> QuerySet[Charge]:
    """The payments of an organization, newest first, each with what became of it."""
    return with_outcome(Charge.objects.filter(payer_id=organization_id)).order_by("-created_at", "-id")


REFUND_UNDER_WAY = (RefundStatus.REQUESTED, RefundStatus.SENDING, RefundStatus.SUBMITTED)
_MOST_SERIOUS_FIRST = Case(
    When(status=ChargebackStatus.LOST, then=Value(0)),
    When(status=ChargebackStatus.WON, then=Value(2)),
    default=Value(1),
    output_field=IntegerField(),
)


def with_outcome(charges: QuerySet[Charge]) -> QuerySet[Charge]:
    """The same payments with refunds and chargebacks, for `Charge.outcome`; no further query."""
    contested = Chargeback.objects.filter(charge_id=OuterRef("id")).order_by(_MOST_SERIOUS_FIRST)
    known: dict[str, Any] = {
        "refunded_minor": _refunds_sum(status=RefundStatus.SUCCEEDED),
        "refunding_minor": _refunds_sum(status__in=REFUND_UNDER_WAY),
        "chargeback_status": Coalesce(Subquery(contested.values("status")[:1]), Value("")),
    }
    return charges.annotate(**known)


def _refunds_sum(**lookup: object) -> Coalesce:
    refunds = Refund.objects.filter(charge_id=OuterRef("id"), **lookup).order_by().values("charge_id")
    return Coalesce(Subquery(refunds.annotate(total=Sum("amount_minor")).values("total")), Value(0))


def refunds_of(organization_id: UUID) -> QuerySet[Refund]:
    """Money on its way back to an organization that paid it, or already there, newest first."""
    return Refund.objects.filter(charge__payer_id=organization_id).select_related("charge").order_by("-id")


def chargebacks_of(organization_id: UUID) -> QuerySet[Chargeback]:
    """What the bank of an organization took back, newest first."""
    return Chargeback.objects.filter(charge__payer_id=organization_id).select_related("charge").order_by("-opened_at")


@dataclass(frozen=True, slots=True)
class Spent:
    """What an organization paid in one currency, and what of it came back or is on its way back."""

    paid: Money
    refunded: Money
    taken_back: Money
    """By the organization's bank: chargebacks that are open or lost."""


def chargebacks_of_purposes(reference_ids: Iterable[UUID]) -> list[Chargeback]:
    """What banks took back of what was paid for these purposes, oldest first; one query."""
    found = Chargeback.objects.filter(charge__reference_id__in=list(reference_ids)).select_related("charge")
    return list(found.order_by("opened_at", "id"))


def spent_by(organization_id: UUID) -> list[Spent]:
    """By currency; three queries."""
    paid = (
        Charge.objects.filter(payer_id=organization_id, status=ChargeStatus.SUCCEEDED)
        .order_by("currency")
        .values_list("currency")
        .annotate(total=Sum("amount_minor"))
    )
    refunds = Refund.objects.filter(Q(charge__payer_id=organization_id) & ~Q(status=RefundStatus.FAILED))
    refunded = dict(refunds.order_by().values_list("currency").annotate(total=Sum("amount_minor")))
    chargebacks = Chargeback.objects.filter(charge__payer_id=organization_id).exclude(status=ChargebackStatus.WON)
    taken = dict(chargebacks.order_by().values_list("currency").annotate(total=Sum("amount_minor")))
    return [
        Spent(*(Money(int(minor or 0), currency) for minor in (total, refunded.get(currency), taken.get(currency))))
        for currency, total in paid
    ]


UNFINISHED = (ChargeStatus.CREATED, ChargeStatus.OPEN, ChargeStatus.PROCESSING)


def open_charge_of(reference_id: UUID) -> Charge | None:
    """The payment that is asked for this purpose and has not ended, if any."""
    return Charge.objects.filter(reference_id=reference_id, status__in=UNFINISHED).order_by("-created_at").first()


def open_charges_of(reference_id: UUID) -> list[Charge]:
    """All that were asked for this purpose and have not ended, oldest first."""
    return list(Charge.objects.filter(reference_id=reference_id, status__in=UNFINISHED).order_by("created_at"))


def last_charges_of(reference_ids: Iterable[UUID]) -> dict[UUID, Charge]:
    """By purpose: what was paid, else the payment that is open, else the last try; one query."""
    found: dict[UUID, Charge] = {}
    rows = Charge.objects.filter(reference_id__in=list(reference_ids)).order_by("created_at")
    for charge in rows:
        known = found.get(charge.reference_id)
        if known is None or _weight(charge) >= _weight(known):
            found[charge.reference_id] = charge
    return found


def paid_again(used_ids: Mapping[UUID, UUID | None]) -> dict[UUID, Money]:
    """
    What came in for these purposes beside the payment that was used, by purpose; one query. It is the payer's credit.

    :param used_ids: by purpose, the charge that was used, if any.
    """
    found: dict[UUID, Money] = {}
    rows = Charge.objects.filter(reference_id__in=list(used_ids), status=ChargeStatus.SUCCEEDED)
    for charge in rows.exclude(id__in=[used for used in used_ids.values() if used]):
        found[charge.reference_id] = found.get(charge.reference_id, Money.zero(charge.currency)) + charge.amount
    return found


def _weight(charge: Charge) -> int:
    return 2 if charge.status == ChargeStatus.SUCCEEDED else 1 if charge.status in UNFINISHED else 0


def is_on_its_way(charge: Charge) -> bool:
    """May this money come without anybody doing more: a transfer that may be sent, a payment that takes days?"""
    if charge.status == ChargeStatus.PROCESSING:
        return True
    return charge.status == ChargeStatus.OPEN and not door(charge.gateway).capabilities.pays_at_once


def payouts_of(organization_id: UUID) -> QuerySet[Payout]:
    return (
        Payout.objects.filter(organization_id=organization_id)
        .select_related("quote", "account")
        .order_by("-requested_at", "-id")
    )


def refunds_of_reference(reference_id: UUID) -> QuerySet[Refund]:
    return Refund.objects.filter(reference_id=reference_id).select_related("charge").order_by("created_at")


def charge_visible_to(actor: Actor, charge_id: UUID) -> Charge:
    """:raises NotFound: for a stranger as for a charge that is not there."""
    charge = with_outcome(Charge.objects.select_related("payer")).filter(id=charge_id).first()
    if charge is None or not sees_money_of(actor, charge.payer_id):
        raise NotFound
    return charge


def payout_visible_to(actor: Actor, payout_id: UUID) -> Payout:
    """:raises NotFound: for a stranger as for a payout that is not there."""
    payout = Payout.objects.select_related("quote", "account", "organization").filter(id=payout_id).first()
    if payout is None or not sees_money_of(actor, payout.organization_id):
        raise NotFound
    return payout


def quote_visible_to(actor: Actor, quote_id: UUID) -> FxQuote:
    """:raises NotFound: for a stranger as for a quote that is not there."""
    quote = FxQuote.objects.select_related("account", "payout").filter(id=quote_id).first()
    if quote is None or not sees_money_of(actor, quote.account.organization_id):
        raise NotFound
    return quote


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
    found = Chargeback.objects.select_for_update(of=("self",)).select_related("charge")
    return found.filter(gateway=gateway, remote_id=remote_id).first()


def onboarding_account_of(organization_id: UUID) -> PayoutAccount | None:
    """The newest account that the processor's own pages still ask about."""
    return (
        PayoutAccount.objects.filter(organization_id=organization_id, status=PayoutAccountStatus.ONBOARDING)
        .order_by("-created_at")
        .first()
    )


def charge_for_update(charge_id: UUID) -> Charge:
    return Charge.objects.select_for_update(of=("self",)).get(id=charge_id)


def refund_for_update(refund_id: UUID) -> Refund:
    return Refund.objects.select_for_update(of=("self",)).select_related("charge").get(id=refund_id)


def payout_for_update(payout_id: UUID) -> Payout:
    return Payout.objects.select_for_update(of=("self",)).select_related("quote", "account").get(id=payout_id)
