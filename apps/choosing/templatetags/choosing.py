from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

from apps.choosing.models import Evaluation, ScoreSheet
from apps.common import fmt

register = template.Library()


@register.filter
def tenths(value: int) -> str:
    """A number of tenths as a decimal: 825 is 82.5."""
    return fmt.number(Decimal(value) / 10)


@register.filter
def by_criterion(sheet: ScoreSheet, evaluation: Evaluation) -> list[tuple[str, int, int]]:
    """The criterion's name, the points, and those that were given first."""
    names = [criterion.name for criterion in evaluation.award_criteria]
    return list(zip(names, sheet.points, sheet.first_points, strict=True))


@register.filter
def changes(score: dict[str, Any]) -> list[tuple[int, int]]:
    """For each criterion of a recorded score the points, and those that were given first."""
    return list(zip(score["points"], score["first_points"], strict=True))
