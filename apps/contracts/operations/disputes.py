"""Effects of a dispute (a higher layer) on its milestone and the money: freeze, resume, settle."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.common.actors import SYSTEM, Actor
from apps.common.errors import IllegalTransition
from apps.common.money import Money
from apps.common.operations import move
from apps.contracts import policies
from apps.contracts.models import Milestone
from apps.contracts.operations import endings, pauses
from apps.contracts.operations.milestones import NothingHeld
from apps.contracts.queries import milestones
from apps.contracts.states import MILESTONE, MilestoneStatus
from apps.escrow.operations import freezes

_RESUME = {
    MilestoneStatus.FUNDED: "resume_work",
    MilestoneStatus.DELIVERED: "resume_review",
    MilestoneStatus.IN_REVISION: "resume_revision",
}


@transaction.atomic
def dispute_milestone(*, milestone_id: UUID, dispute_id: UUID, actor: Actor, now: datetime) -> Money:
    """
    Freeze the money held for a milestone and pause its review window. Returns the frozen amount.

    :raises NothingHeld: if no money is held.
    """
    milestone = milestones.milestone_for_update(milestone_id)
    policies.check_can_dispute(actor, milestone)
    if milestone.escrow_id is None:
        raise NothingHeld
    frozen = freezes.freeze(escrow_id=milestone.escrow_id, dispute_id=dispute_id, actor=actor, now=now)
    changes = {
        "disputed_from": milestone.status,
        "disputed_at": now,
        "review_due_at": milestones.resumed_review(milestone, since=milestone.paused_at, now=now),
        "paused_at": None,
    }
    move(milestone, MILESTONE, "dispute", actor=actor, now=now, changes=changes)
    pauses.lapse_if_about(milestone, now=now)
    return frozen


@transaction.atomic
def resume_milestone(*, milestone_id: UUID, actor: Actor, now: datetime) -> Milestone:
    """Resume after a withdrawn dispute: restore the status, with the remaining time of the review window."""
    milestone = milestones.milestone_for_update(milestone_id)
    assert milestone.escrow_id is not None
    freezes.unfreeze(escrow_id=milestone.escrow_id, actor=actor, now=now)
    return _go_on(milestone, actor, now)


def _go_on(milestone: Milestone, actor: Actor, now: datetime) -> Milestone:
    verb = _RESUME.get(MilestoneStatus(milestone.disputed_from or MilestoneStatus.FUNDED), "resume_work")
    MILESTONE.next(milestone.status, verb)
    assert milestone.disputed_at is not None
    changes = {
        "review_due_at": milestones.resumed_review(milestone, since=milestone.disputed_at, now=now),
        "disputed_from": "",
        "disputed_at": None,
    }
    return move(milestone, MILESTONE, verb, actor=actor, now=now, changes=changes)


@transaction.atomic
def milestone_charged_back(*, milestone_id: UUID, is_all_gone: bool, now: datetime) -> Milestone | None:
    """
    Handle a final chargeback by the payer's bank. If no money is held any more, the milestone ends. An open dispute
    about
    it ends too: either nothing is left to split, or the money is held as before.
    """
    if milestones.milestone_by_reference(milestone_id) is None:
        return None
    milestone = milestones.milestone_for_update(milestone_id)
    if is_all_gone and endings.can_end(milestone):
        endings.end_milestone(milestone, actor=SYSTEM, now=now)
    elif milestone.status == MilestoneStatus.DISPUTED:
        _go_on(milestone, SYSTEM, now)
    return milestone


@transaction.atomic
def settle_milestone(*, milestone_id: UUID, freelancer_part: Money, actor: Actor, now: datetime) -> Milestone:
    """End a dispute: release this part of the frozen money to the freelancer, less fees, and refund the rest."""
    milestone = milestones.milestone_for_update(milestone_id)
    if milestone.status != MilestoneStatus.DISPUTED:
        raise IllegalTransition(state=MilestoneStatus(milestone.status))
    assert milestone.escrow_id is not None
    freezes.split(escrow_id=milestone.escrow_id, freelancer_part=freelancer_part, actor=actor, now=now)
    return endings.end_milestone(milestone, actor=actor, now=now)
