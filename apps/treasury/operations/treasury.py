"""
Operations by staff on the operator's own money and on collected tax: remit, sweep to the bank, reserve. Each has a
reason.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.gateways import policies
from apps.ledger import chart
from apps.ledger import operations as ledger
from apps.ledger.entries import Entry
from apps.outbox import bus
from apps.payouts.queries import liquidity
from apps.treasury import entries, events
from apps.treasury.models import TreasuryOperation
from apps.treasury.models.treasury import TreasuryKind
from apps.treasury.queries import holdings


class ReasonMissing(Invalid):
    code = "reason_missing"
    field = "reason"
    message = _("Write what it is for, for example the number of the return: it is kept with the entry.")


class ExceedsMovable(Conflict):
    code = "exceeds_movable"
    field = "amount"
    message = _("At most %(most)s can be moved so.")


@transaction.atomic
def record_operation(
    *, operation_id: UUID, kind: str, subject: str, amount: Money, reason: str, actor: Actor, now: datetime
) -> TreasuryOperation:
    """
    Remit collected tax, sweep our own money to the bank, or add to the chargeback reserve.

    :param operation_id: created by the confirmed form; the same id again changes nothing.
    :param subject: the country of a tax, or the processor of a sweep.

    :raises OnlyStaff: unless the actor is staff.
    :raises ReasonMissing: if the reason is empty.
    :raises ExceedsMovable: unless the amount is positive and at most `movable`.
    """
    policies.check_is_staff(actor)
    liquidity.lock_treasury()
    if (treasury_operation := TreasuryOperation.objects.filter(id=operation_id).first()) is not None:
        return treasury_operation
    if not reason.strip():
        raise ReasonMissing
    most = movable(kind, subject, amount.currency)
    if not 0 < amount.amount_minor <= most.amount_minor:
        raise ExceedsMovable(most=most)
    return _write(operation_id, kind, subject, amount, reason.strip(), actor.person_id, now)


@transaction.atomic
def keep_reserve(*, currency: str, now: datetime) -> TreasuryOperation | None:
    """
    Add what is missing in the chargeback reserve: the agreed share of our commission. Returns None if nothing is
    missing.
    """
    liquidity.lock_treasury()
    lacking = holdings.to_reserve(currency)
    if not lacking:
        return None
    return _write(uuid7(), TreasuryKind.RESERVE, "", lacking, "", None, now)


def _write(
    operation_id: UUID, kind: str, subject: str, amount: Money, reason: str, person_id: UUID | None, now: datetime
) -> TreasuryOperation:
    treasury_operation = TreasuryOperation.objects.create(
        id=operation_id,
        kind=kind,
        subject=subject,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        reason=reason,
        acted_by_id=person_id,
        acted_at=now,
    )
    ledger.record(_entry(treasury_operation), now=now)
    event = events.TreasuryOperationRecorded(
        treasury_operation.id,
        treasury_operation.kind,
        treasury_operation.subject,
        treasury_operation.amount_minor,
        treasury_operation.currency,
        treasury_operation.acted_by_id,
        treasury_operation.reason,
    )
    bus.publish(event, now=now)
    return treasury_operation


def movable(kind: str, subject: str, currency: str) -> Money:
    """
    The largest amount of such an operation; see `holdings.own_money` and `holdings.to_reserve`. Zero for top-ups, which
    have no limit here.
    """
    if kind == TreasuryKind.TOP_UP:
        return Money.zero(currency)
    if kind == TreasuryKind.SWEEP:
        return holdings.own_money(subject, currency)
    if kind == TreasuryKind.RESERVE:
        return holdings.to_reserve(currency)
    return max(holdings.kept_tax(kind, subject, currency), Money.zero(currency))


def _entry(operation: TreasuryOperation) -> Entry:
    if operation.kind == TreasuryKind.SWEEP:
        return entries.swept(operation_id=operation.id, gateway=operation.subject, amount=operation.amount)
    if operation.kind == TreasuryKind.RESERVE:
        return entries.reserve_provisioned(operation_id=operation.id, amount=operation.amount)
    account = chart.tax_withheld if operation.kind == TreasuryKind.TAX_WITHHELD else chart.tax_collected
    return entries.tax_remitted(
        operation_id=operation.id, account=account(operation.subject, operation.currency), amount=operation.amount
    )
