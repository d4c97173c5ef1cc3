"""How milestones and contracts end. The final state shows where the money went."""

from __future__ import annotations

from datetime import datetime

from apps.common.actors import Actor
from apps.common.operations import move
from apps.contracts import events, rules
from apps.contracts.models import Contract, Milestone
from apps.contracts.operations import pauses, reminders
from apps.contracts.queries import milestones
from apps.contracts.states import CONTRACT, MILESTONE, ContractStatus, MilestoneStatus
from apps.outbox import bus
from apps.tasks import operations as tasks

_MILESTONE_VERBS = {
    MilestoneStatus.APPROVED: "end_paid",
    MilestoneStatus.SPLIT: "end_split",
    MilestoneStatus.REFUNDED: "end_refunded",
    MilestoneStatus.CANCELLED: "cancel",
}
_CONTRACT_VERBS = {
    ContractStatus.COMPLETED: "complete",
    ContractStatus.ENDED_EARLY: "end_early",
    ContractStatus.SPLIT: "end_split",
    ContractStatus.REFUNDED: "end_refunded",
    ContractStatus.CANCELLED: "cancel",
}


def end_verb(milestone: Milestone) -> str:
    """Return the transition that ends a milestone with no money held."""
    went = milestones.money_of(milestone)
    refunded = went.refunded - milestone.given_back  # both sides had lowered the price by it
    return _MILESTONE_VERBS[rules.milestone_end(released=went.released, refunded=refunded)]


def can_end(milestone: Milestone) -> bool:
    return MILESTONE.allows(milestone.status, end_verb(milestone))


def end_milestone(milestone: Milestone, *, actor: Actor, now: datetime, verb: str = "") -> Milestone:
    """
    End a locked milestone with no money held, and its contract if this was the last milestone.

    :param verb: a transition to use instead of the default, if the history should show who ended it ("approve").
    """
    changes = {"review_due_at": None, "paused_at": None}
    move(milestone, MILESTONE, verb or end_verb(milestone), actor=actor, now=now, changes=changes)
    reminders.work_has_ended(milestone.contract, now)
    pauses.lapse_if_about(milestone, now=now)
    end_contract_if_over(milestone.contract, actor=actor, now=now)
    return milestone


def end_contract_if_over(contract: Contract, *, actor: Actor, now: datetime) -> None:
    """When the last milestone ends, end the contract and its task."""
    end = rules.contract_end(contract.milestones.filter(dropped_at=None).values_list("status", flat=True))
    if end is None:
        return
    pauses.lapse_all(contract, now=now)
    move(contract, CONTRACT, _CONTRACT_VERBS[end], actor=actor, now=now, changes={"ended_at": now})
    is_completed = end == ContractStatus.COMPLETED
    tasks.follow_contract(task_id=contract.task_id, verb="complete" if is_completed else "end", actor=actor, now=now)
    ids = {"contract_id": contract.id, "employer_id": contract.employer_id, "freelancer_id": contract.freelancer_id}
    bus.publish(
        events.ContractCompleted(**ids) if is_completed else events.ContractEnded(**ids, status=str(end)), now=now
    )
