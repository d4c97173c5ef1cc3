"""Late work: a last date, the end of the work after it, and the freelancer's appeal."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.common import limits
from apps.common.actors import SYSTEM, Actor
from apps.common.operations import move
from apps.contracts import errors, events, policies
from apps.contracts.models import LateNotice, Milestone
from apps.contracts.operations import endings
from apps.contracts.queries import milestones
from apps.contracts.queries import notices as queries
from apps.contracts.states import MILESTONE, NOTICE, MilestoneStatus
from apps.escrow.operations import funding, releases
from apps.escrow.queries import escrows
from apps.outbox import bus
from apps.spending import operations as spending


@transaction.atomic
def give_notice(*, milestone_id: UUID, text: str, source_language: str, actor: Actor, now: datetime) -> LateNotice:
    """
    Set a last date for late work. Until then the freelancer can deliver, ask for another date or open a dispute.

    :raises NotLate: unless funded work is late and nothing was delivered.
    """
    milestone = milestones.milestone_for_update(milestone_id)
    policies.check_can_give_notice(actor, milestone, now)
    limits.spend("give_notice", actor.user_id, now=now)
    if queries.running_for_update(milestone.id) is not None:
        raise errors.NoticeRunning
    notice = LateNotice.objects.create(
        milestone=milestone,
        text=text.strip()[:2000],
        source_language=source_language,
        given_by_id=actor.person_id,
        given_at=now,
        deliver_by=queries.last_date(milestone.contract, now),
    )
    event = events.NoticeGiven(contract_id=milestone.contract_id, milestone_id=milestone.id, notice_id=notice.id)
    bus.publish(event, now=now)
    return notice


@transaction.atomic
def withdraw_notice(*, notice_id: UUID, actor: Actor, now: datetime) -> LateNotice:
    notice = queries.notice_for_update(notice_id)
    policies.check_can_withdraw_notice(actor, notice)
    return _end(notice, "withdraw", actor, now)


@transaction.atomic
def enforce_notice(*, notice_id: UUID, with_unfunded: bool, actor: Actor, now: datetime) -> LateNotice:
    """
    End the late milestone after the last date: what is held for it is refunded to the employer.

    :param with_unfunded: also cancel the milestones that are not funded yet. The contract ends if nothing is left.
    :raises NoticeTooEarly: before the last date.
    """
    notice = queries.notice_for_update(notice_id)
    policies.check_can_enforce_notice(actor, notice, now)
    milestone = notice.milestone
    _end(notice, "enforce", actor, now)
    if with_unfunded:
        _cancel_unfunded(milestone, actor, now)
    assert milestone.escrow_id is not None
    if escrows.held(milestone.escrow_id):
        releases.refund(escrow_id=milestone.escrow_id, amount=None, actor=actor, now=now)
    endings.end_milestone(milestone, actor=actor, now=now)
    return notice


def _cancel_unfunded(late: Milestone, actor: Actor, now: datetime) -> None:
    """Milestones with a payment on its way stay."""
    rest = Milestone.objects.select_for_update().filter(contract=late.contract, status=MilestoneStatus.PLANNED)
    for milestone in rest.order_by("position"):
        if milestone.escrow_id is not None:
            funding.cancel_if_unpaid(escrow_id=milestone.escrow_id, actor=SYSTEM, now=now)
        spending.void_approval(reference_id=milestone.id, now=now)
        move(milestone, MILESTONE, "cancel", actor=actor, now=now)


@transaction.atomic
def appeal(*, notice_id: UUID, text: str, actor: Actor, now: datetime) -> LateNotice:
    """
    The freelancer says that it was not their fault. Money does not move; our staff decides what the record says.

    :raises AppealTooLate: after 14 days.
    """
    notice = queries.notice_for_update(notice_id)
    policies.check_can_appeal_notice(actor, notice, now)
    if not text.strip():
        raise errors.AppealTextMissing
    move(notice, NOTICE, "appeal", actor=actor, now=now, changes={"appeal": text.strip()[:5000], "appealed_at": now})
    _publish(notice, now)
    return notice


@transaction.atomic
def answer_appeal(*, notice_id: UUID, is_at_fault: bool, answer: str, actor: Actor, now: datetime) -> LateNotice:
    """Our staff decides, with reasons, whether it stays a missed deadline."""
    notice = queries.notice_for_update(notice_id)
    policies.check_can_answer_appeal(actor, notice)
    if not answer.strip():
        raise errors.AnswerMissing
    changes = {"answer": answer.strip()[:4000], "answered_by_id": actor.person_id}
    move(notice, NOTICE, "uphold" if is_at_fault else "overturn", actor=actor, now=now, changes=changes)
    _publish(notice, now)
    return notice


def _end(notice: LateNotice, verb: str, actor: Actor, now: datetime) -> LateNotice:
    move(notice, NOTICE, verb, actor=actor, now=now, changes={"ended_at": now})
    _publish(notice, now)
    return notice


def _publish(notice: LateNotice, now: datetime) -> None:
    ended = events.NoticeEnded(
        contract_id=notice.milestone.contract_id, milestone_id=notice.milestone_id, notice_id=notice.id,
        status=notice.status,
    )  # fmt: skip
    bus.publish(ended, now=now)
