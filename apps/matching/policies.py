from __future__ import annotations

from uuid import UUID

from apps.accounts import rules as roles
from apps.common.actors import Actor
from apps.common.errors import NotFound
from apps.tasks.models import Task


def can_see_match(actor: Actor, task: Task, organization_id: UUID) -> bool:
    """The employer of the task and the freelancer themself; nobody else compares them."""
    return actor.is_staff or actor.acts_for(task.employer_id) or actor.acts_for(organization_id)


def check_can_see_match(actor: Actor, task: Task, organization_id: UUID) -> None:
    if not can_see_match(actor, task, organization_id):
        raise NotFound


def can_see_recommended_freelancers(actor: Actor, task: Task) -> bool:
    return actor.acts_for(task.employer_id) and (actor.may(roles.AWARD) or actor.may(roles.POST_TASK))


def check_can_see_recommended_freelancers(actor: Actor, task: Task) -> None:
    if not can_see_recommended_freelancers(actor, task):
        raise NotFound
