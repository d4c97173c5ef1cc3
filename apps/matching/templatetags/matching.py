"""For pages of lower areas, which may show a match but not import this area."""

from typing import Any
from uuid import UUID

from django import template
from django.template.context import Context

from apps.common.actors import STRANGER
from apps.matching import policies, queries
from apps.tasks.models import Task

register = template.Library()


@register.inclusion_tag("matching/_why.html", takes_context=True)
def match_why(context: Context, task: Task, organization_id: UUID | None) -> dict[str, Any]:
    """Why a freelancer suits a task; empty for whoever may not compare them."""
    actor = getattr(context.get("request"), "actor", STRANGER)
    if organization_id is None or not policies.can_see_match(actor, task, organization_id):
        return {"why": None}
    why = queries.explanation(task.id, organization_id)
    return {"why": why, "is_own": actor.acts_for(organization_id) and not actor.is_system}


@register.inclusion_tag("matching/_recommended_freelancers.html", takes_context=True)
def recommended_freelancers(context: Context, task: Task, limit: int = 10) -> dict[str, Any]:
    actor = getattr(context.get("request"), "actor", STRANGER)
    if not policies.can_see_recommended_freelancers(actor, task):
        return {"recommendations": [], "task": task}
    return {"recommendations": queries.recommended_freelancers(task.id, limit), "task": task}


@register.inclusion_tag("matching/_recommended_tasks.html")
def recommended_tasks(organization_id: UUID | None, limit: int = 5) -> dict[str, Any]:
    return {"recommendations": queries.recommended_tasks(organization_id, limit) if organization_id else []}
