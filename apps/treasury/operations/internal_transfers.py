"""The platform's cash from one door to another: two people want it, the doors' own lines say that it went and came."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.policies import check_is_independent
from apps.common import fmt
from apps.common.actors import SYSTEM, Actor
from apps.common.errors import Conflict, Invalid, NotFound
from apps.common.ids import document_number
from apps.common.money import Money
from apps.common.operations import move as move_on
from apps.gateways import policies
from apps.gateways.names import DoorName
from apps.ledger import operations as ledger
from apps.outbox import bus
from apps.payouts.queries import liquidity
from apps.treasury import entries, events
from apps.treasury.models import CashMove, ProcessorLine
from apps.treasury.operations.top_ups import AmountMissing
from apps.treasury.operations.treasury import ReasonMissing
from apps.treasury.queries import internal_transfers, reconciliation
from apps.treasury.states import CASH_MOVE, CashMoveStatus


class DoorsDoNotFit(Invalid):
    code = "doors_do_not_fit"
    field = "target"
    message = _("Choose two different accounts of ours that are open and hold %(currency)s.")


class MoreThanFree(Conflict):
    code = "more_than_free"
    field = "amount"
    message = _("%(door)s has %(free)s that are not promised.")


class SecondPersonMissing(Conflict):
    code = "second_person_missing"
    message = _("You wanted this move yourself. A second person has to agree.")


class LineDoesNotFit(Conflict):
    code = "line_does_not_fit"
    message = _("This line is not of the move's amount, or something else explains it already.")


@transaction.atomic
def propose_move(
    *, move_id: UUID, source: str, target: str, amount: Money, reason: str, actor: Actor, now: datetime
) -> CashMove:
    """
    One member of staff wants cash moved; nothing is promised yet.

    :param move_id: made by the form that was sent; the same one again changes nothing.
    :raises OnlyStaff: :raises DoorsDoNotFit: :raises ReasonMissing: :raises AmountMissing: :raises MoreThanFree:
    """
    policies.check_is_staff(actor)
    cash_move = CashMove.objects.filter(id=move_id).first()
    if cash_move is not None:
        return cash_move
    if source == target or not all(liquidity.can_hold(name, amount.currency) for name in (source, target)):
        raise DoorsDoNotFit(currency=amount.currency)
    if not reason.strip():
        raise ReasonMissing
    if amount.amount_minor <= 0:
        raise AmountMissing
    _check_is_free(source, amount)
    return CashMove.objects.create(
        id=move_id,
        number=document_number("CM", move_id),
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
        raise MoreThanFree(door=DoorName(source).label, free=fmt.money(max(free, Money.zero(amount.currency))))


@transaction.atomic
def agree_to_move(*, move_id: UUID, actor: Actor, now: datetime) -> CashMove:
    """
    Another member of staff agrees and makes the transfer at the door: from here on no withdrawal counts on this cash.

    :raises OnlyStaff: :raises SecondPersonMissing: for whoever wanted it; the database refuses it as well.
    :raises MoreThanFree: if it was promised meanwhile. :raises IllegalTransition:
    """
    policies.check_is_staff(actor)
    liquidity.lock_treasury()
    cash_move = internal_transfers.cash_move_for_update(move_id)
    if cash_move.proposed_by_id == actor.person_id:
        raise SecondPersonMissing
    check_is_independent(actor, cash_move.proposed_by_id, now)
    CASH_MOVE.next(cash_move.status, "agree")
    _check_is_free(cash_move.source, cash_move.amount)
    changes = {"agreed_by_id": actor.person_id, "agreed_at": now}
    move_on(cash_move, CASH_MOVE, "agree", actor=actor, now=now, changes=changes)
    event = events.CashMoveAgreed(
        cash_move.id, cash_move.number, cash_move.source, cash_move.target, cash_move.amount_minor, cash_move.currency, cash_move.proposed_by_id,
        actor.person_id, cash_move.reason,
    )  # fmt: skip
    bus.publish(event, now=now)
    return cash_move


@transaction.atomic
def call_move_off(*, move_id: UUID, actor: Actor, now: datetime) -> CashMove:
    """It is not made after all. :raises OnlyStaff: :raises IllegalTransition: once a line shows that it left."""
    policies.check_is_staff(actor)
    cash_move = internal_transfers.cash_move_for_update(move_id)
    return move_on(cash_move, CASH_MOVE, "call_off", actor=actor, now=now, changes={"ended_at": now})


@transaction.atomic
def point_to_line(*, move_id: UUID, line_id: UUID, actor: Actor, now: datetime) -> CashMove:
    """
    Staff say which line of the door is the step that a move waits for, where the line itself does not say it.

    :raises OnlyStaff: :raises LineDoesNotFit: :raises NotFound:
    """
    policies.check_is_staff(actor)
    reconciliation.lock_reconciliation()
    cash_move = internal_transfers.cash_move_for_update(move_id)
    line = ProcessorLine.objects.filter(id=line_id).first()
    if line is None:
        raise NotFound
    is_waiting = cash_move.status in (CashMoveStatus.AGREED, CashMoveStatus.LEFT)
    if not is_waiting or not internal_transfers.lines_of_move(cash_move).filter(id=line.id).exists():
        raise LineDoesNotFit
    _step(cash_move, line, actor, now)
    return cash_move


def follow_moves(*, gateway: str, now: datetime) -> int:
    """
    Of one door whose lines were just read: what left it or came to it without anybody having to look; gives how many
    steps. Part of the caller's transaction, which matches lines and entries.
    """
    steps = 0
    leaving = {"source": gateway, "status": CashMoveStatus.AGREED}
    coming = {"target": gateway, "status": CashMoveStatus.LEFT}
    for which in (leaving, coming):
        for cash_move in CashMove.objects.select_for_update(of=("self",)).filter(**which).order_by("agreed_at"):
            line = internal_transfers.certain_line_of_move(cash_move)
            if line is not None:
                _step(cash_move, line, SYSTEM, now)
                steps += 1
    return steps


def _step(found: CashMove, line: ProcessorLine, actor: Actor, now: datetime) -> None:
    is_leaving = found.status == CashMoveStatus.AGREED
    if is_leaving:
        move_on(found, CASH_MOVE, "leave", actor=actor, now=now, changes={"source_line": line})
        entry = entries.cash_left(move_id=found.id, source=found.source, reference=line.reference, amount=found.amount)
    else:
        changes = {"target_line": line, "ended_at": now}
        move_on(found, CASH_MOVE, "arrive", actor=actor, now=now, changes=changes)
        entry = entries.cash_arrived(
            move_id=found.id, target=found.target, reference=line.reference, amount=found.amount
        )
    ledger.record(entry, now=now)
