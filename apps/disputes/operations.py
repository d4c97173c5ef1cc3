"""Open, answer, propose, accept, withdraw, decide. State and money change in one transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.common import limits
from apps.common.actors import SYSTEM, Actor
from apps.common.errors import NotFound
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.common.operations import move
from apps.contracts.operations import disputes
from apps.contracts.queries import milestones
from apps.disputes import events, policies, queries, rules
from apps.disputes.models import Dispute, DisputeStatement, SplitProposal
from apps.disputes.states import DISPUTE, OPEN_DISPUTE, DisputeStatus, ProposalStatus
from apps.escrow.queries import escrows
from apps.outbox import bus


@transaction.atomic
def open_dispute(
    *,
    milestone_id: UUID,
    reason: str,
    text: str,
    source_language: str,
    freelancer_part: Money,
    actor: Actor,
    now: datetime,
) -> Dispute:
    """
    Open a dispute about a milestone, with a reason and a proposed split of the held money. The money is frozen at once.

    :raises AlreadyDisputed: if there is an open one.
    :raises StatementMissing: if the text is empty.
    :raises ShareOutOfRange: if the part is more than what is held.
    :raises NothingHeld: if no money is held.
    """
    milestone = milestones.milestone_for_update(milestone_id)
    if queries.open_of_milestone(milestone.id):
        raise policies.AlreadyDisputed
    policies.check_can_open(actor, milestone)
    policies.check_reason(reason, milestone, now)
    if not text.strip():
        raise policies.StatementMissing
    dispute_id, contract = uuid7(), milestone.contract
    frozen = disputes.dispute_milestone(milestone_id=milestone.id, dispute_id=dispute_id, actor=actor, now=now)
    policies.check_part(freelancer_part, frozen)
    assert milestone.escrow_id is not None
    last_moment = escrows.last_moment(milestone.escrow_id)
    is_employer = actor.acts_for(contract.employer_id)
    respondent = contract.freelancer if is_employer else contract.employer
    answer_due_at = rules.answer_due_at(now, last_moment, country=respondent.country, time_zone=respondent.time_zone)
    dispute = Dispute.objects.create(
        id=dispute_id,
        milestone=milestone,
        opened_by_id=contract.employer_id if is_employer else contract.freelancer_id,
        respondent_id=respondent.id,
        reason=reason,
        amount_minor=frozen.amount_minor,
        currency=frozen.currency,
        opened_at=now,
        answer_due_at=answer_due_at,
        decide_by=rules.decide_by(
            answer_due_at, last_moment, country=settings.PLATFORM_COUNTRY, time_zone=settings.TIME_ZONE
        ),
        last_moment=last_moment,
    )
    _write_statement(dispute, text, source_language, actor, now)
    _write_proposal(dispute, freelancer_part, actor, now)
    event = events.DisputeOpened(dispute.id, contract.id, dispute.opened_by_id, dispute.respondent_id)
    bus.publish(event, now=now)
    return dispute


@transaction.atomic
def say(*, dispute_id: UUID, text: str, source_language: str, actor: Actor, now: datetime) -> DisputeStatement:
    """Add a statement. The first statement of the other side is its answer."""
    dispute = queries.dispute_for_update(dispute_id)
    policies.check_can_speak(actor, dispute)
    if not text.strip():
        raise policies.StatementMissing
    statement = _write_statement(dispute, text, source_language, actor, now)
    if actor.acts_for(dispute.respondent_id) and dispute.status == DisputeStatus.OPEN:
        move(dispute, DISPUTE, "answer", actor=actor, now=now)
    bus.publish(events.DisputeSaid(dispute.id, statement.id, _other(dispute, statement.organization_id)), now=now)
    return statement


@transaction.atomic
def propose_split(*, dispute_id: UUID, freelancer_part: Money, actor: Actor, now: datetime) -> SplitProposal:
    """Propose how to split the frozen money; replaces this side's earlier proposal."""
    dispute = queries.dispute_for_update(dispute_id)
    policies.check_can_propose(actor, dispute)
    policies.check_part(freelancer_part, dispute.amount)
    proposal = _write_proposal(dispute, freelancer_part, actor, now)
    bus.publish(events.SplitProposed(dispute.id, proposal.id, _other(dispute, proposal.organization_id)), now=now)
    return proposal


@transaction.atomic
def accept_split(*, proposal_id: UUID, actor: Actor, now: datetime) -> Dispute:
    """
    Accept the other side's proposal: the money is split accordingly, without staff.

    :raises OnlyTheOtherSide: if the actor's side made the proposal.
    :raises ProposalGone: if the proposal was replaced.
    """
    dispute_id = SplitProposal.objects.filter(id=proposal_id).values_list("dispute_id", flat=True).first()
    if dispute_id is None:
        raise NotFound
    dispute = queries.dispute_for_update(dispute_id)
    proposal = SplitProposal.objects.select_for_update().get(id=proposal_id)
    policies.check_can_accept(actor, dispute, proposal)
    part = Money(proposal.freelancer_minor, dispute.currency)
    SplitProposal.objects.filter(id=proposal.id).update(status=ProposalStatus.ACCEPTED, answered_at=now)
    _settle_money(dispute, part, actor, now)
    changes = {"freelancer_minor": part.amount_minor, "ended_at": now}
    move(dispute, DISPUTE, "settle", actor=actor, now=now, changes=changes)
    return _over(dispute, now)


@transaction.atomic
def withdraw(*, dispute_id: UUID, actor: Actor, now: datetime) -> Dispute:
    """Withdraw a dispute: the money is held as before, and the review window resumes with the time it had left."""
    dispute = queries.dispute_for_update(dispute_id)
    policies.check_can_withdraw(actor, dispute)
    disputes.resume_milestone(milestone_id=dispute.milestone_id, actor=actor, now=now)
    move(dispute, DISPUTE, "withdraw", actor=actor, now=now, changes={"ended_at": now})
    return _over(dispute, now)


@transaction.atomic
def decide(*, dispute_id: UUID, freelancer_part: Money, reasons: str, actor: Actor, now: datetime) -> Dispute:
    """
    End a dispute by a decision of staff: this part to the freelancer, the rest to the employer. Both sides read the
    reasons.

    :raises StaffOnly: unless the actor is staff who decide disputes.
    :raises OwnCase: if the actor belongs to one of the sides.
    :raises TooEarly: if the other side can still answer.
    :raises ReasonsMissing: if there are no reasons.
    :raises ShareOutOfRange: unless the part is between zero and the whole.
    """
    dispute = queries.dispute_for_update(dispute_id)
    policies.check_can_decide(actor, dispute, now)
    if not reasons.strip():
        raise policies.ReasonsMissing
    policies.check_part(freelancer_part, dispute.amount)
    _settle_money(dispute, freelancer_part, actor, now)
    changes = {
        "freelancer_minor": freelancer_part.amount_minor,
        "ended_at": now,
        "decided_by_id": actor.person_id,
        "decision_reasons": reasons.strip(),
    }
    move(dispute, DISPUTE, "decide", actor=actor, now=now, changes=changes)
    event = events.DisputeDecided(
        dispute_id=dispute.id,
        user_id=actor.person_id,
        freelancer_minor=freelancer_part.amount_minor,
        amount_minor=dispute.amount_minor,
        currency=dispute.currency,
        reasons=reasons.strip(),
    )
    bus.publish(event, now=now)
    return _over(dispute, now)


@transaction.atomic
def lapse(*, milestone_id: UUID, now: datetime) -> Dispute | None:
    """End the dispute because the holding limit was reached and the money was refunded. Safe to call twice."""
    of_milestone = queries.open_of_milestone(milestone_id)
    if of_milestone is None:
        return None
    dispute = queries.dispute_for_update(of_milestone.id)
    if dispute.status not in OPEN_DISPUTE:
        return dispute
    move(dispute, DISPUTE, "lapse", actor=SYSTEM, now=now, changes={"freelancer_minor": 0, "ended_at": now})
    return _over(dispute, now)


def _settle_money(dispute: Dispute, part: Money, actor: Actor, now: datetime) -> None:
    disputes.settle_milestone(milestone_id=dispute.milestone_id, freelancer_part=part, actor=actor, now=now)


def _over(dispute: Dispute, now: datetime) -> Dispute:
    standing = SplitProposal.objects.filter(dispute=dispute, status=ProposalStatus.OPEN)
    standing.update(status=ProposalStatus.MOOT, answered_at=now)
    event = events.DisputeEnded(dispute.id, dispute.milestone.contract_id, dispute.status)
    bus.publish(event, now=now)
    return dispute


def _side(dispute: Dispute, actor: Actor) -> UUID:
    return dispute.opened_by_id if actor.acts_for(dispute.opened_by_id) else dispute.respondent_id


def _other(dispute: Dispute, organization_id: UUID) -> UUID:
    return dispute.respondent_id if organization_id == dispute.opened_by_id else dispute.opened_by_id


def _write_statement(
    dispute: Dispute, text: str, source_language: str, actor: Actor, now: datetime
) -> DisputeStatement:
    limits.spend("write_in_dispute", actor.user_id, now=now)
    return DisputeStatement.objects.create(
        dispute=dispute,
        organization_id=_side(dispute, actor),
        author_id=actor.person_id,
        text=text.strip()[:5000],
        source_language=source_language,
        written_at=now,
    )


def _write_proposal(dispute: Dispute, part: Money, actor: Actor, now: datetime) -> SplitProposal:
    limits.spend("write_in_dispute", actor.user_id, now=now)
    side = _side(dispute, actor)
    earlier = SplitProposal.objects.filter(dispute=dispute, organization_id=side, status=ProposalStatus.OPEN)
    earlier.update(status=ProposalStatus.REPLACED, answered_at=now)
    return SplitProposal.objects.create(
        dispute=dispute, organization_id=side, freelancer_minor=part.amount_minor, proposed_at=now
    )
