"""Export of a person's stored matches, with enough data to recompute each score."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language

from apps.matching.models import MatchResult
from apps.matching.queries.inputs import tasks_to_match
from apps.matching.queries.ranking_versions import points_of
from apps.skills import queries as skills
from apps.tasks.models import TaskInvitation
from apps.tasks.states import Visibility


def match_export(organization_id: UUID, now: datetime) -> dict[str, Any]:
    """
    Return every stored match of a freelancer with open tasks they may see, in the format of
    `scripts/recompute_match.py`.

    It contains what the task's page shows of the task, and what the freelancer's own profile and contracts contain.
    """
    invited = Exists(TaskInvitation.objects.filter(task=OuterRef("task"), organization_id=organization_id))
    results = list(
        MatchResult.objects.filter(organization_id=organization_id, task__in=tasks_to_match(now))
        .filter(Q(task__visibility=Visibility.PUBLIC) | invited)
        .exclude(inputs={})
        .select_related("task")
        .order_by("-score", "task_id")
    )
    named = {UUID(item["id"]) for result in results for item in result.inputs["skills"]}
    named |= {UUID(item["instead"]["id"]) for row in results for item in row.inputs["skills"] if item["instead"]}
    labels = skills.labels(named, get_language() or "en")
    return {
        "organization_id": str(organization_id),
        "exported_at": now.isoformat(),
        "skills": {str(skill): label for skill, label in labels.items()},
        "matches": [_match(result) for result in results],
    }


def _match(result: MatchResult) -> dict[str, Any]:
    points = points_of(result)
    return {
        "task_id": str(result.task_id),
        "title": result.task.title,
        "computed_at": result.computed_at.isoformat(),
        "version": result.ranker_version,
        "points": [points.skill, points.pay, points.growth],
        "inputs": result.inputs,
        "components": result.components,
        "score": result.score,
        "learned": result.learned,
    }
