"""
Who suits which task: a formula whose parts sum to the score. No database, no clock, plain values in and out.

    base   = 60 skill + 25 pay + 15 growth
    score  = base x recency x fit                (0 to 100)

`skill` is the share of the task's skills that the freelancer covers, each weighted by how rare it is among freelancers
(IDF); never the overlap divided by the size of the profile, which would favour thin profiles. Everything that lowers or
raises the score is one of the parts shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

Ranked = TypeVar("Ranked")
RANKER_VERSION = "1"
SKILL_POINTS, PAY_POINTS, GROWTH_POINTS = 60.0, 25.0, 15.0
LEVELS = {1: 0.55, 2: 0.75, 3: 0.9, 4: 1.0}  # basic, working, advanced, expert
RELATED_SHARE = 0.5  # a like skill is worth at most half of the one asked for
PAY_STEEPNESS = 1.5
PAY_UNKNOWN = 0.6
RECENCY_FLOOR, RECENCY_HALF_LIFE_DAYS = 0.85, 90
FIT_FLOOR = 0.9
PRIOR_SUCCESSES, PRIOR_TOTAL = 2.0, 3.0
HOURS_ENOUGH = 4.0
LANGUAGE_FIT = {"native": 1.0, "fluent": 1.0, "conversational": 0.8, "basic": 0.5}
BRIDGE, BRIDGE_FIT = "en", 0.6
NEWCOMER_DONE_MAX = 0


@dataclass(frozen=True)
class Weights:
    """Points of 100 that each component can bring; they are kept with every result. :raises ValueError: unless 100."""

    skill: float = SKILL_POINTS
    pay: float = PAY_POINTS
    growth: float = GROWTH_POINTS

    def __post_init__(self) -> None:
        if min(self.skill, self.pay, self.growth) < 0 or abs(self.skill + self.pay + self.growth - 100) > 1e-9:
            raise ValueError("the points of the components sum to 100")


DEFAULT_WEIGHTS = Weights()


@dataclass(frozen=True)
class TaskFacts:
    """:param budget_minor: the upper end of the budget in the reference currency, or None."""

    id: UUID
    employer_id: UUID
    employer_country: str
    language: str
    skill_ids: tuple[UUID, ...]
    budget_minor: int | None
    utc_hours: frozenset[int]  # when the employer's side is at work


@dataclass(frozen=True)
class FreelancerFacts:
    """
    :param usual_price_minor: the middle of what was asked for similar work, in the reference currency, or None.
    :param hourly_minor: the rate per hour in the reference currency, or None.
    :param done_by_skill: completed contracts per skill.
    """

    id: UUID
    country: str
    skills: Mapping[UUID, int]
    languages: Mapping[str, str]
    usual_price_minor: int | None
    hourly_minor: int | None
    done_by_skill: Mapping[UUID, int] = field(default_factory=dict)
    completed: int = 0
    failed: int = 0
    active_at: datetime | None = None
    utc_hours: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Match:
    """:param components: points that sum to `score`; `recency` and `fit` are what these two take away."""

    score: float
    components: dict[str, float]
    matched: tuple[UUID, ...]
    related: tuple[tuple[UUID, UUID], ...]  # (asked for, known instead)
    missing: tuple[UUID, ...]
    pay_reason: str
    language_reason: str
    hours: int
    completed: int


def reweigh(components: Mapping[str, float], *, old: Weights, new: Weights) -> dict[str, float]:
    """
    The parts of a score under other weights, from the parts alone: what recency and fit took is a share of the base.

    A component that weighed nothing before is not known and stays nothing.
    """
    base = sum(components[name] for name in ("skill", "pay", "growth"))
    recency = components["recency"] / base if base else 0.0
    fit = components["fit"] / (base * (1 + recency)) if base and recency > -1 else 0.0
    parts = {
        name: components[name] / getattr(old, name) * getattr(new, name) if getattr(old, name) else 0.0
        for name in ("skill", "pay", "growth")
    }
    changed = sum(parts.values())
    return parts | {"recency": changed * recency, "fit": changed * (1 + recency) * fit}


def weights_of(skill: float, pay: float, growth: float) -> Weights:
    """Any three numbers of zero or more as points of 100; the default where all are zero."""
    whole = skill + pay + growth
    if whole <= 0 or min(skill, pay, growth) < 0:
        return DEFAULT_WEIGHTS
    points = [100 * skill / whole, 100 * pay / whole]
    return Weights(points[0], points[1], 100 - points[0] - points[1])


def idf(freelancers: int, knowing: int) -> float:
    """How much a skill tells: rare ones more. Robertson and Sparck Jones' weight, kept positive."""
    return math.log(1 + (freelancers - knowing + 0.5) / (knowing + 0.5)) + 0.1


def language_fit(task_language: str, languages: Mapping[str, str]) -> tuple[float, str]:
    """How well the two can talk: `(0, "none")` when neither the task's language nor English is shared."""
    asked = task_language.split("-")[0]
    levels = [LANGUAGE_FIT.get(level, 0.5) for code, level in languages.items() if code.split("-")[0] == asked]
    if levels:
        return max(levels), "shared"
    if any(code.split("-")[0] == BRIDGE for code in languages):
        return BRIDGE_FIT, "bridge"
    return 0.0, "none"


def score(
    task: TaskFacts,
    freelancer: FreelancerFacts,
    *,
    rarity: Mapping[UUID, float],
    related: Mapping[UUID, Mapping[UUID, int]],
    now: datetime,
    weights: Weights = DEFAULT_WEIGHTS,
) -> Match:
    """
    :param rarity: IDF per skill.
    :param related: per skill asked for, the skills like it with their likeness in thousandths.
    """
    skill, matched, near, missing = _skill(task, freelancer, rarity, related)
    pay, pay_reason = _pay(task, freelancer)
    growth = _growth(freelancer)
    talk, language_reason = language_fit(task.language, freelancer.languages)
    hours = len(task.utc_hours & freelancer.utc_hours)
    points = {"skill": weights.skill * skill, "pay": weights.pay * pay, "growth": weights.growth * growth}
    base = sum(points.values())
    recency = _recency(freelancer.active_at, now)
    fit = FIT_FLOOR + (1 - FIT_FLOOR) * (0.6 * talk + 0.4 * min(1.0, hours / HOURS_ENOUGH))
    points["recency"] = base * (recency - 1)
    points["fit"] = base * recency * (fit - 1)
    return Match(
        score=base * recency * fit,
        components=points,
        matched=matched,
        related=near,
        missing=missing,
        pay_reason=pay_reason,
        language_reason=language_reason,
        hours=hours,
        completed=freelancer.completed,
    )


def _skill(
    task: TaskFacts,
    freelancer: FreelancerFacts,
    rarity: Mapping[UUID, float],
    related: Mapping[UUID, Mapping[UUID, int]],
) -> tuple[float, tuple[UUID, ...], tuple[tuple[UUID, UUID], ...], tuple[UUID, ...]]:
    matched, near, missing = [], [], []
    gained = weight_of_all = 0.0
    for asked in task.skill_ids:
        weight = rarity.get(asked, 1.0)
        weight_of_all += weight
        if asked in freelancer.skills:
            matched.append(asked)
            gained += weight * proven(freelancer, asked)
            continue
        likeness, known = max(
            ((RELATED_SHARE * like / 1000 * proven(freelancer, other), other)
             for other, like in related.get(asked, {}).items() if other in freelancer.skills),
            key=lambda pair: (pair[0], str(pair[1])), default=(0.0, None),
        )  # fmt: skip
        gained += weight * likeness
        if known is None:
            missing.append(asked)
        else:
            near.append((asked, known))
    return (gained / weight_of_all if weight_of_all else 0.0), tuple(matched), tuple(near), tuple(missing)


def proven(freelancer: FreelancerFacts, skill: UUID) -> float:
    """What was said of a skill, and each completed contract halves what is left to prove."""
    said = LEVELS.get(freelancer.skills[skill], 0.5)
    return 1 - (1 - said) * float(0.5 ** freelancer.done_by_skill.get(skill, 0))


def _pay(task: TaskFacts, freelancer: FreelancerFacts) -> tuple[float, str]:
    """Does the budget pay what this freelancer asks? Asking less than the budget is no merit."""
    if task.budget_minor is None:
        return PAY_UNKNOWN, "unknown"
    if freelancer.usual_price_minor:
        above = math.log(freelancer.usual_price_minor / task.budget_minor)
        return (1.0, "fits") if above <= 0 else (math.exp(-PAY_STEEPNESS * above), "above")
    if freelancer.hourly_minor:
        hours = task.budget_minor / freelancer.hourly_minor
        return (1.0, "pays_a_day") if hours >= 8 else (max(0.1, hours / 8), "under_a_day")
    return PAY_UNKNOWN, "unknown"


def _growth(freelancer: FreelancerFacts) -> float:
    """Smoothed success, and room for those of whom little is known: this is where newcomers start."""
    total = freelancer.completed + freelancer.failed
    success = (freelancer.completed + PRIOR_SUCCESSES) / (total + PRIOR_TOTAL)
    room = 1 / (1 + total / 2)
    return 0.6 * success + 0.4 * room


def _recency(active_at: datetime | None, now: datetime) -> float:
    if active_at is None:
        return RECENCY_FLOOR
    days = max(0.0, (now - active_at).total_seconds() / 86_400)
    return RECENCY_FLOOR + (1 - RECENCY_FLOOR) * float(0.5 ** (days / RECENCY_HALF_LIFE_DAYS))


def reserve_for_newcomer(ranked: Sequence[Ranked], newcomers: Sequence[bool], size: int) -> list[Ranked]:
    """
    The first `size`; when ten or more are shown and no newcomer is among the first ten, the best one takes place 10.

    Measured elsewhere: without a place of their own under 1 % of the first ten are newcomers.
    """
    first = list(ranked[:size])
    if size < 10 or len(ranked) < 10 or any(newcomers[:10]):
        return first
    best = next((one for one, is_new in zip(ranked, newcomers, strict=True) if is_new), None)
    if best is None:
        return first
    rest = [one for one in ranked if one is not best]
    return [*rest[:9], best, *rest[9:]][:size]
