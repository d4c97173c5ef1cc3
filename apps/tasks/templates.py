"""Operations on an organization's own templates of tasks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.common import limits
from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid
from apps.tasks import policies, queries, rules
from apps.tasks.models import TaskTemplate

TEMPLATES_MAX = 50


class TooManyTemplates(Conflict):
    code = "too_many_templates"
    message = _("You keep %(most)s templates. Remove one that you no longer need, then save this one.")


class TemplateNameMissing(Invalid):
    code = "template_name_missing"
    field = "name"
    message = _("Give the template a name.")


def templates_of(organization_id: UUID | None) -> QuerySet[TaskTemplate]:
    if organization_id is None:
        return TaskTemplate.objects.none()
    return TaskTemplate.objects.filter(organization_id=organization_id).order_by("name")


@transaction.atomic
def save_template(*, task_id: UUID, name: str, actor: Actor, now: datetime) -> TaskTemplate:
    """
    Keep the content of one of the organization's tasks, without dates and files; a template of the same name is
    replaced.

    :raises TooManyTemplates: if the organization already has TEMPLATES_MAX templates of other names.
    """
    task = queries.task_for_update(task_id)
    policies.check_can_copy(actor, task)
    limits.spend("save", actor.user_id, now=now)
    name = " ".join(name.split())[:80]
    if not name:
        raise TemplateNameMissing
    own = TaskTemplate.objects.filter(organization_id=task.employer_id)
    if own.exclude(name=name).count() >= TEMPLATES_MAX:
        raise TooManyTemplates(most=TEMPLATES_MAX)
    values = {"brief": rules.brief_to_json(queries.brief_of(task)), "saved_by_id": actor.user_id, "saved_at": now}
    template, _is_new = TaskTemplate.objects.update_or_create(
        organization_id=task.employer_id, name=name, defaults=values
    )
    return template


@transaction.atomic
def remove_template(*, template_id: UUID, actor: Actor) -> None:
    policies.check_can_post(actor)
    TaskTemplate.objects.filter(id=template_id, organization_id=actor.side_id).delete()
