"""
Internal transfers of cash between gateways: two people approve them, and the gateways' statement lines show that the
cash left and arrived.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.policies import check_is_independent
from apps.common.actors import SYSTEM, Actor
from apps.common.errors import Conflict, Invalid, NotFound
from apps.common.ids import document_number
from apps.common.money import Money
from apps.common.operations import move as move_on
from apps.gateways import policies
from apps.gateways.names import GatewayName
from apps.ledger import operations as ledger
from apps.outbox import bus
from apps.payouts.queries import liquidity
from apps.treasury import entries, events
from apps.treasury.models import InternalTransfer, ProcessorLine
from apps.treasury.operations.top_ups import AmountMissing
from apps.treasury.operations.treasury import ReasonMissing
from apps.treasury.queries import internal_transfers, reconciliation
from apps.treasury.states import INTERNAL_TRANSFER, InternalTransferStatus


class GatewaysIncompatible(Invalid):
    code = "gateways_incompatible"
    field = "target"
    message = _("Choose two different accounts of ours that are open and hold %(currency)s.")


class ExceedsAvailable(Conflict):
    code = "exceeds_available"
    field = "amount"
    message = _("%(gateway)s has %(free)s that are not committed.")


class SecondPersonMissing(Conflict):
    code = "second_person_missing"
    message = _("You proposed this transfer yourself. A second person has to agree.")


class LineMismatch(Conflict):
    code = "line_mismatch"
    message = _("This line is not of the transfer's amount, or something else explains it already.")


@transaction.atomic
def propose_transfer(
    *, transfer_id: UUID, source: str, target: str, amount: Money, reason: str, actor: Actor, now: datetime
) -> InternalTransfer:
    """
    Propose an internal transfer; nothing is committed yet.

    :param transfer_id: created by the form; the same id again changes nothing.

    :raises OnlyStaff: unless the actor is staff.
    :raises GatewaysIncompatible: unless both are different open gateways that support the currency.
    :raises ReasonMissing, AmountMissing: if the reason is empty or the amount is not positive.
    :raises ExceedsAvailable: if the source's uncommitted balance is too low.
    """
    policies.check_is_staff(actor)
    transfer = InternalTransfer.objects.filter(id=transfer_id).first()
    if transfer is not None:
        return transfer
    if source == target or not all(liquidity.can_hold(name, amount.currency) for name in (source, target)):
        raise GatewaysIncompatible(currency=amount.currency)
    if not reason.strip():
        raise ReasonMissing
    if amount.amount_minor <= 0:
        raise AmountMissing
    _check_is_free(source, amount)
    return InternalTransfer.objects.create(
        id=transfer_id,
        number=document_number("CM", transfer_id),
        source=source,
        target=target,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        reason=reason.strip(),
        proposed_by_id=actor.person_id,
        proposed_at=now,
    )


def _check_is_free(source: str, amount: Money) -> None:
    free = liquidity.cash_at(source, amount.currency).free
    if free < amount:
        raise ExceedsAvailable(gateway=GatewayName(source), free=max(free, Money.zero(amount.currency)))


@transaction.atomic
def approve_transfer(*, transfer_id: UUID, actor: Actor, now: datetime) -> InternalTransfer:
    """
    A second staff member approves the transfer and then makes it at the gateway. From now on no withdrawal counts on
    this cash.

    :raises OnlyStaff: unless the actor is staff.
    :raises SecondPersonMissing: if the actor proposed it; a database constraint refuses it as well.
    :raises SecondPersonNotIndependent: if the person who proposed it gave the actor a role within the last day.
    :raises ExceedsAvailable: if the cash was committed in the meantime.
    :raises IllegalTransition: unless the transfer is proposed.
    """
    policies.check_is_staff(actor)
    liquidity.lock_treasury()
    transfer = internal_transfers.internal_transfer_for_update(transfer_id)
    if transfer.proposed_by_id == actor.person_id:
        raise SecondPersonMissing
    check_is_independent(actor, transfer.proposed_by_id, now)
    INTERNAL_TRANSFER.next(transfer.status, "approve")
    _check_is_free(transfer.source, transfer.amount)
    changes = {"agreed_by_id": actor.person_id, "agreed_at": now}
    move_on(transfer, INTERNAL_TRANSFER, "approve", actor=actor, now=now, changes=changes)
    event = events.InternalTransferApproved(
        transfer_id=transfer.id,
        number=transfer.number,
        source=transfer.source,
        target=transfer.target,
        amount_minor=transfer.amount_minor,
        currency=transfer.currency,
        proposed_by_id=transfer.proposed_by_id,
        agreed_by_id=actor.person_id,
        reason=transfer.reason,
    )
    bus.publish(event, now=now)
    return transfer


@transaction.atomic
def cancel_transfer(*, transfer_id: UUID, actor: Actor, now: datetime) -> InternalTransfer:
    """
    Cancel a transfer that was not made.

    :raises OnlyStaff: unless the actor is staff.
    :raises IllegalTransition: once a statement line shows that the cash left.
    """
    policies.check_is_staff(actor)
    transfer = internal_transfers.internal_transfer_for_update(transfer_id)
    return move_on(transfer, INTERNAL_TRANSFER, "cancel", actor=actor, now=now, changes={"ended_at": now})


@transaction.atomic
def match_statement_line(*, transfer_id: UUID, line_id: UUID, actor: Actor, now: datetime) -> InternalTransfer:
    """
    Staff choose the statement line that shows the next step of a transfer, if it cannot be matched automatically.

    :raises OnlyStaff: unless the actor is staff.
    :raises NotFound: if the transfer or the line does not exist.
    :raises LineMismatch: if the line is not a candidate for the transfer.
    """
    policies.check_is_staff(actor)
    reconciliation.lock_reconciliation()
    transfer = internal_transfers.internal_transfer_for_update(transfer_id)
    line = ProcessorLine.objects.filter(id=line_id).first()
    if line is None:
        raise NotFound
    is_waiting = transfer.status in (InternalTransferStatus.AGREED, InternalTransferStatus.LEFT)
    if not is_waiting or not internal_transfers.lines_of_transfer(transfer).filter(id=line.id).exists():
        raise LineMismatch
    _step(transfer, line, actor, now)
    return transfer


def follow_transfers(*, gateway: str, now: datetime) -> int:
    """
    Match the newly read statement lines of one gateway with the transfers that wait for them. Returns the number of
    steps made. Runs in the caller's transaction, which also matches lines and entries.
    """
    steps = 0
    leaving = {"source": gateway, "status": InternalTransferStatus.AGREED}
    coming = {"target": gateway, "status": InternalTransferStatus.LEFT}
    for which in (leaving, coming):
        for transfer in InternalTransfer.objects.select_for_update(of=("self",)).filter(**which).order_by("agreed_at"):
            line = internal_transfers.certain_line_of_transfer(transfer)
            if line is not None:
                _step(transfer, line, SYSTEM, now)
                steps += 1
    return steps


def _step(transfer: InternalTransfer, line: ProcessorLine, actor: Actor, now: datetime) -> None:
    is_leaving = transfer.status == InternalTransferStatus.AGREED
    if is_leaving:
        move_on(transfer, INTERNAL_TRANSFER, "leave", actor=actor, now=now, changes={"source_line": line})
        entry = entries.cash_left(
            transfer_id=transfer.id, source=transfer.source, reference=line.reference, amount=transfer.amount
        )
    else:
        changes = {"target_line": line, "ended_at": now}
        move_on(transfer, INTERNAL_TRANSFER, "arrive", actor=actor, now=now, changes=changes)
        entry = entries.cash_arrived(
            transfer_id=transfer.id, target=transfer.target, reference=line.reference, amount=transfer.amount
        )
    ledger.record(entry, now=now)
