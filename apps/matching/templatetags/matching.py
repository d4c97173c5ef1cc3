"""
Tags for pages of lower layers, which may show a match but cannot import this app; and recording of what pages show.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.template.context import Context
from django.utils import timezone

from apps.accounts.queries import profiles
from apps.common.actors import STRANGER
from apps.common.ids import uuids
from apps.matching import policies
from apps.matching.models import EventKind, ListKind, ListSide
from apps.matching.operations import impressions
from apps.matching.queries import recommendations, skill_suggestions
from apps.tasks.models import Task
from apps.track_records import queries as track_records

register = template.Library()

NOTED = "match_noted"
Noted = Callable[..., object]


def record_impressions(
    request: HttpRequest | None,
    kind: ListKind,
    reader_id: UUID | None,
    recommended: Sequence[recommendations.RecommendedTask | recommendations.RecommendedFreelancer],
) -> None:
    """Note that this list is on the page; the middleware records it after the response is sent."""
    if request is not None and reader_id is not None and recommended:
        rows = [item.shown for item in recommended]
        _note(request, partial(impressions.record_shown, kind=kind, reader_id=reader_id, rows=rows))


def record_opened(request: HttpRequest | None, task_id: UUID, organization_id: UUID) -> None:
    """Note that a reader opened a page about a recommended task or person."""
    if request is not None:
        note = partial(impressions.record_event, kind=EventKind.OPEN, task_id=task_id, organization_id=organization_id)
        _note(request, note)


def _note(request: HttpRequest, write: Noted) -> None:
    noted: list[Noted] = request.__dict__.setdefault(NOTED, [])
    noted.append(write)


@register.inclusion_tag("matching/_why.html", takes_context=True)
def match_why(context: Context, task: Task, organization_id: UUID | None) -> dict[str, Any]:
    """Why a freelancer suits a task; empty if the reader may not see the comparison."""
    request = context.get("request")
    actor = getattr(request, "actor", STRANGER)
    if organization_id is None or not policies.can_see_match(actor, task, organization_id):
        return {"why": None}
    is_own = actor.acts_for(organization_id) and not actor.is_system
    why = recommendations.explanation(task.id, organization_id, is_own=is_own)
    if why and is_own:
        record_opened(request, task.id, organization_id)
    return {"why": why, "is_own": is_own}


@register.inclusion_tag("matching/_recommended_freelancers.html", takes_context=True)
def recommended_freelancers(context: Context, task: Task, limit: int = 10) -> dict[str, Any]:
    request = context.get("request")
    actor = getattr(request, "actor", STRANGER)
    if not policies.can_see_recommended_freelancers(actor, task):
        return {"recommendations": [], "task": task}
    result = recommendations.recommended_freelancers(task.id, limit)
    record_impressions(request, ListKind.TASK, task.employer_id, result)
    return {
        "recommendations": result, "task": task, "csrf_token": context.get("csrf_token"),
        "reasons": policies.REASONS[ListSide.PEOPLE],
        "records": track_records.kept_records(item.organization.id for item in result),
    }  # fmt: skip


@register.inclusion_tag("matching/_recommended_tasks.html", takes_context=True)
def recommended_tasks(context: Context, organization_id: UUID | None, limit: int = 5) -> dict[str, Any]:
    result = recommendations.recommended_tasks(organization_id, limit) if organization_id else []
    record_impressions(context.get("request"), ListKind.HOME, organization_id, result)
    return {
        "recommendations": result, "csrf_token": context.get("csrf_token"), "reasons": policies.REASONS[ListSide.TASKS],
        "may_refuse": policies.may_bid(getattr(context.get("request"), "actor", STRANGER)),
        "has_skills": not result and organization_id is not None and profiles.has_skills(organization_id),
    }  # fmt: skip


@register.inclusion_tag("matching/_completion.html")
def skill_completion(field: BoundField) -> dict[str, Any]:
    """
    Below the skills of a brief: skills that go with the chosen ones, and a button that finds skills in the brief's
    text.
    """
    value = field.value()
    chosen = uuids(value["ids"] if isinstance(value, dict) else value or [])
    return {"kept": [], "suggested": skill_suggestions.goes_with(chosen, timezone.now())}
