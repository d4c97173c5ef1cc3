"""The version of the formula in use, and the effect of another version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from apps.matching.models import MatchResult, RankingWeights
from apps.matching.queries.inputs import tasks_to_match
from apps.tasks.models import Task
from ranking import formula, scoring
from ranking.formula import GROWTH_POINTS, PAY_POINTS, SKILL_POINTS, Weights


def current_weights() -> tuple[Weights, str]:
    """Return the points in use, and the name of this version in results."""
    newest = RankingWeights.objects.order_by("-id").first()
    if newest is None:
        return formula.DEFAULT_WEIGHTS, scoring.RANKER_VERSION
    return newest.points, f"{scoring.RANKER_VERSION}.{newest.id}"


def weights_history() -> list[RankingWeights]:
    return list(RankingWeights.objects.select_related("set_by").order_by("-id")[:20])


def points_of(result: MatchResult) -> Weights:
    """Return the points that a stored result was computed with."""
    return Weights(*result.reasons.get("points", (SKILL_POINTS, PAY_POINTS, GROWTH_POINTS)))


@dataclass(frozen=True)
class Shift:
    """The change that other weights would make in one task's top ten."""

    task: Task
    kept: int
    shown: int


def preview_of(weights: Weights, now: datetime, tasks: int = 20) -> list[Shift]:
    """Return, for the newest open tasks, how many of the current top ten would stay in it."""
    shifts = []
    newest = list(tasks_to_match(now).order_by("-published_at")[:tasks])
    for task in newest:
        results = list(MatchResult.objects.filter(task=task))
        before = sorted(results, key=lambda item: (-item.score, item.organization_id))[:10]
        after = sorted(results, key=lambda item: (-_score_under(item, weights), item.organization_id))[:10]
        if results:
            shifts.append(Shift(task, len({item.id for item in before} & {item.id for item in after}), len(before)))
    return shifts


def _score_under(result: MatchResult, weights: Weights) -> float:
    return sum(formula.reweigh(result.components, old=points_of(result), new=weights).values())
