"""What a home page shows: everything that waits for this side, the most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.bidding.models import Bid
from apps.common.actors import Actor
from apps.contracts import policies, queries
from apps.contracts.models import Contract, Milestone
from apps.tasks.models import Task, TaskInvitation


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: a sentence, where to do it, and by when."""

    says: str | Promise
    subject: str
    language: str
    href: str
    due_at: datetime | None


_VERBS = {
    "fund": _("Fund a milestone"),
    "approve": _("Review a delivery"),
    "deliver": _("Deliver"),
}


def todos(actor: Actor, now: datetime, limit: int = 8) -> list[Todo]:
    """What the organization owes somebody."""
    found = _in_contracts(actor) + _offers(actor) + _decisions(actor) + _invitations(actor)
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(found, key=lambda todo: todo.due_at or far)[:limit]


def _in_contracts(actor: Actor) -> list[Todo]:
    steps = queries.milestones_visible_to(actor).filter(contract__status="active").order_by("contract_id", "position")
    if actor.is_staff:
        steps = steps.filter(contract__in=_own_contracts(actor))
    todos, begun = [], set()
    for step in steps[:200]:
        action = policies.needs_action(actor, step)
        # Later milestones wait until the one before is funded: only the first is asked for.
        if not action or (action == "fund" and step.contract_id in begun):
            continue
        begun.add(step.contract_id)
        due_at = step.review_due_at if action == "approve" else step.due_at
        todos.append(Todo(_VERBS[action], _name(step), step.contract.binding_language, step.get_absolute_url(), due_at))
    return todos


def _name(step: Milestone) -> str:
    return f"{step.contract.title}: {step.title}" if step.title != step.contract.title else step.title


def _own_contracts(actor: Actor) -> list[UUID]:
    organization = actor.organization_id
    own = Contract.objects.filter(employer_id=organization) | Contract.objects.filter(freelancer_id=organization)
    return list(own.values_list("id", flat=True))


def _offers(actor: Actor) -> list[Todo]:
    offered = Contract.objects.filter(freelancer_id=actor.organization_id, status="offered")
    return [
        Todo(_("Answer an offer"), one.title, one.binding_language, one.get_absolute_url(), one.respond_by)
        for one in offered
    ]


def _decisions(actor: Actor) -> list[Todo]:
    deciding = Task.objects.filter(employer_id=actor.organization_id, status="deciding")
    return [
        Todo(_("Choose a bid"), one.title, one.source_language, one.get_absolute_url(), one.decision_due_at)
        for one in deciding
    ]


def _invitations(actor: Actor) -> list[Todo]:
    invited = TaskInvitation.objects.filter(
        organization_id=actor.side_id, declined_at=None, task__status="open"
    ).select_related("task")
    answered = set(
        Bid.objects.filter(bidder_id=actor.organization_id, task__in=[one.task_id for one in invited]).values_list(
            "task_id", flat=True
        )
    )
    return [
        Todo(
            _("You are invited to bid"),
            one.task.title,
            one.task.source_language,
            one.task.get_absolute_url(),
            one.task.bidding_closes_at,
        )
        for one in invited
        if one.task_id not in answered
    ]
