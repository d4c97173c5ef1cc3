from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from apps.accounts import policies as accounts
from apps.accounts.rules import Act
from apps.common.actors import Actor
from apps.common.errors import NotFound
from apps.common.money import Money
from apps.common.prepared import prepared
from apps.gateways import registry
from apps.payments.models import Charge, Chargeback, Refund
from apps.payments.states import ChargebackStatus, ChargeStatus, RefundStatus


def sees_money_of(actor: Actor, organization_id: UUID) -> bool:
    """Whether the actor may see the organization's money: permitted members and staff."""
    return actor.is_staff or accounts.may(actor, Act.SEE_MONEY, organization_id)


def charges_of(organization_id: UUID) -> QuerySet[Charge]:
    """The payments of an organization, newest first, each with its outcome."""
    return with_outcome(Charge.objects.filter(payer_id=organization_id)).order_by("-created_at", "-id")


@prepared
def newest_charges_of(organization_id: UUID, limit: int) -> QuerySet[Charge]:
    return charges_of(organization_id)[:limit]


REFUND_UNDER_WAY = (RefundStatus.REQUESTED, RefundStatus.SENDING, RefundStatus.SUBMITTED)


_MOST_SERIOUS_FIRST = Case(
    When(status=ChargebackStatus.LOST, then=Value(0)),
    When(status=ChargebackStatus.WON, then=Value(2)),
    default=Value(1),
    output_field=IntegerField(),
)


def with_outcome(charges: QuerySet[Charge]) -> QuerySet[Charge]:
    """The same charges with refund and chargeback columns, for `Charge.outcome`; no additional query."""
    contested = Chargeback.objects.filter(charge_id=OuterRef("id")).order_by(_MOST_SERIOUS_FIRST)
    existing: dict[str, Any] = {
        "refunded_minor": _refunds_sum(status=RefundStatus.SUCCEEDED),
        "refunding_minor": _refunds_sum(status__in=REFUND_UNDER_WAY),
        "chargeback_status": Coalesce(Subquery(contested.values("status")[:1]), Value("")),
    }
    return charges.annotate(**existing)


def _refunds_sum(**lookup: object) -> Coalesce:
    refunds = Refund.objects.filter(charge_id=OuterRef("id"), **lookup).order_by().values("charge_id")
    return Coalesce(Subquery(refunds.annotate(total=Sum("amount_minor")).values("total")), Value(0))


@dataclass(frozen=True, slots=True)
class Spent:
    """The total an organization paid in one currency, and the parts refunded (or being refunded) and charged back."""

    paid: Money
    refunded: Money
    taken_back: Money
    """Chargebacks that are open or lost."""


def spent_by(organization_id: UUID) -> list[Spent]:
    """The totals by currency. Three queries."""
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
    """The latest unfinished charge for this `reference_id`, or None."""
    return Charge.objects.filter(reference_id=reference_id, status__in=UNFINISHED).order_by("-created_at").first()


def open_charges_of(reference_id: UUID) -> list[Charge]:
    """All unfinished charges for this `reference_id`, oldest first."""
    return list(Charge.objects.filter(reference_id=reference_id, status__in=UNFINISHED).order_by("created_at"))


def last_charges_of(reference_ids: Iterable[UUID]) -> dict[UUID, Charge]:
    """For each `reference_id`: the succeeded charge, else the unfinished one, else the last one. One query."""
    return last_of_each(charges_for(list(reference_ids)))


@prepared
def charges_for(reference_ids: list[UUID]) -> QuerySet[Charge]:
    """Every payment for these `reference_id`s, oldest first."""
    return Charge.objects.filter(reference_id__in=reference_ids).order_by("created_at")


def last_of_each(charges: Iterable[Charge]) -> dict[UUID, Charge]:
    """`last_charges_of`, from payments that are read already, oldest first."""
    last_charges: dict[UUID, Charge] = {}
    for charge in charges:
        earlier = last_charges.get(charge.reference_id)
        if earlier is None or _weight(charge) >= _weight(earlier):
            last_charges[charge.reference_id] = charge
    return last_charges


def paid_again(used_ids: Mapping[UUID, UUID | None], charges: Iterable[Charge]) -> dict[UUID, Money]:
    """
    For each `reference_id`, the total of succeeded charges other than the used one. That money is the payer's credit.

    :param used_ids: for each `reference_id`, the charge that was used, or None.
    :param charges: the payments for them (`charges_for`).
    """
    result: dict[UUID, Money] = {}
    for charge in charges:
        if charge.status != ChargeStatus.SUCCEEDED or charge.id == used_ids.get(charge.reference_id):
            continue
        result[charge.reference_id] = result.get(charge.reference_id, Money.zero(charge.currency)) + charge.amount
    return result


def _weight(charge: Charge) -> int:
    return 2 if charge.status == ChargeStatus.SUCCEEDED else 1 if charge.status in UNFINISHED else 0


def is_on_its_way(charge: Charge) -> bool:
    """
    Whether the money may arrive without further action by the payer: a bank transfer may have been sent, or the method
    takes days.
    """
    if charge.status == ChargeStatus.PROCESSING:
        return True
    return charge.status == ChargeStatus.OPEN and not registry.gateway(charge.gateway).capabilities.pays_at_once


def charge_visible_to(actor: Actor, charge_id: UUID) -> Charge:
    """
    The charge with its payer and outcome.

    :raises NotFound: if it does not exist or the actor may not see it.
    """
    charge = with_outcome(Charge.objects.select_related("payer")).filter(id=charge_id).first()
    if charge is None or not sees_money_of(actor, charge.payer_id):
        raise NotFound
    return charge


def charge_for_update(charge_id: UUID) -> Charge:
    return Charge.objects.select_for_update(of=("self",)).get(id=charge_id)
