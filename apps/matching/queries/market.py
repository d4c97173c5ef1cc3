"""Demand and prices in the market, from existing data: skill gaps of a profile, and usual rates by skill."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import get_language

from apps.accounts.models import ProfileSkill
from apps.common.money import Money
from apps.matching.models import MatchResult
from apps.matching.queries.inputs import profiles_to_match, tasks_to_match
from apps.pricing.queries import rates as rate_queries
from apps.skills import queries as skills

PEOPLE_MIN = 10
"""With fewer people, a percentile would reveal what single persons charge."""


@dataclass(frozen=True, slots=True)
class SkillGap:
    """
    A skill that tasks require and a profile does not list.

    :ivar tasks: open tasks that otherwise suit the profile and require it; `alone`: those where only this skill is
        missing.
    """

    skill_id: UUID
    label: str
    tasks: int
    alone: int
    task_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class RateGuidance:
    """Hourly rates of people with one skill; all None if fewer than PEOPLE_MIN people state a rate."""

    skill_id: UUID
    label: str
    people: int
    low: Money | None
    middle: Money | None
    high: Money | None


def skill_gaps(organization_id: UUID, now: datetime, limit: int = 10) -> list[SkillGap]:
    """Return the skills that would open the most of the tasks that already suit, most useful first."""
    rows = MatchResult.objects.filter(organization_id=organization_id, task__in=tasks_to_match(now))
    query: dict[str, list[UUID]] = defaultdict(list)
    alone: Counter[str] = Counter()
    for task_id, reasons in rows.order_by("-score").values_list("task_id", "reasons"):
        for skill in reasons["missing"]:
            query[skill].append(task_id)
        if len(reasons["missing"]) == 1:
            alone[reasons["missing"][0]] += 1
    best = sorted(query, key=lambda skill: (-alone[skill], -len(query[skill]), skill))[:limit]
    labels = _labels(best)
    return [
        SkillGap(UUID(skill), labels.get(skill, skill), len(query[skill]), alone[skill], tuple(query[skill][:3]))
        for skill in best
    ]


def rate_guidance(skill_ids: Iterable[UUID], currency: str, on: date) -> list[RateGuidance]:
    """
    Return rate quartiles per skill: a quarter of the people charge less than `low`, half less than `middle`, a quarter
    more than `high`. Amounts are converted at the day's mid rates.

    Quartiles as in `statistics.quantiles`, method "inclusive".
    """
    ids = list(skill_ids)
    table = rate_queries.rate_table(on)
    rates: dict[UUID, list[int]] = defaultdict(list)
    rows = ProfileSkill.objects.filter(profile__in=profiles_to_match(), skill_id__in=ids)
    for skill, minor, source in rows.exclude(profile__rate_amount_minor=None).values_list(
        "skill_id", "profile__rate_amount_minor", "profile__rate_currency"
    ):
        converted = table.convert(Money(minor, source), currency) if source else None
        if converted is not None:
            rates[skill].append(converted.amount.amount_minor)
    labels = _labels([str(skill) for skill in ids])
    return [_guidance(skill, labels.get(str(skill), str(skill)), rates[skill], currency) for skill in ids]


def _guidance(skill: UUID, label: str, rates: list[int], currency: str) -> RateGuidance:
    if len(rates) < PEOPLE_MIN:
        return RateGuidance(skill, label, len(rates), None, None, None)
    quartiles = statistics.quantiles(rates, n=4, method="inclusive")
    low, middle, high = (Money(round(value), currency) for value in quartiles)
    return RateGuidance(skill, label, len(rates), low, middle, high)


def _labels(skill_ids: Iterable[str]) -> dict[str, str]:
    labels = skills.labels([UUID(skill_row_id) for skill_row_id in skill_ids], get_language() or "en")
    return {str(skill): label for skill, label in labels.items()}
