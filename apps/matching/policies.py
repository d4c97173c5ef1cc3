from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.accounts import rules as roles
from apps.common.actors import Actor
from apps.common.errors import Invalid, NotFound
from apps.tasks.models import Task


class NoteMissing(Invalid):
    code = "note_missing"
    field = "note"
    message = _("Say why the weights change: everybody can read it.")


def check_can_set_weights(actor: Actor, note: str = "-") -> None:
    """:raises NotFound: unless the actor is staff. :raises NoteMissing: without a reason."""
    if not actor.is_staff:
        raise NotFound
    if not note.strip():
        raise NoteMissing


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
