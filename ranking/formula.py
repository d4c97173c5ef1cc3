"""
The matching formula: takes the compared inputs of a task and a person, returns points that sum to the score.

    shown  = 0.45 evidence + 0.25 coverage + 0.20 similar past tasks + 0.10 related skills      (each 0 to 1)
    skill  = shown + 0.30 words x (1 - shown)                                                   (words: 0 to 1)
    base   = 60 skill + 25 pay + 15 growth
    score  = base x recency x fit                                                               (0 to 100)

Evidence is rarity of the skill x log(1 + work done with it) x decay. It reaches its maximum at five contracts completed
today; a contract counts half after 250 days. Without evidence, declared skills count half: a newcomer who declares all
required skills gets 67.5 of 100 for skill, and completed work can only raise that. Words that the texts of both sides
share can raise it too, by at most three tenths of what is missing; a person without a text loses nothing. `Inputs`
holds everything the formula reads; it is stored with each match and exported, and `scripts/recompute_match.py`
recomputes the score from it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

SKILL_POINTS, PAY_POINTS, GROWTH_POINTS = 60.0, 25.0, 15.0
SKILL_SHARES = {"evidence": 0.45, "coverage": 0.25, "similar": 0.20, "related": 0.10}
WORDS_SHARE = 0.30  # of what the skills leave open
WORDS_ENOUGH = 0.5  # cosine of the texts from which on `words` is 1
WORDS_UNIT = 255
LEVELS = {1: 0.55, 2: 0.75, 3: 0.9, 4: 1.0}  # basic, working, advanced, expert
LEVEL_UNKNOWN = 0.5
WORK_ENOUGH = 5.0
WORK_HALF_LIFE_DAYS = 250.0  # equal to the slow decay of `evidence` over three years
DECLARED_SHARE = 0.5
# a past task is similar if it asked for half of the skills, weighted by rarity; sums are not exact
SIMILAR_MIN = 0.5 - 1e-9
PAY_STEEPNESS = 1.5
PAY_UNKNOWN = 0.6
RECENCY_FLOOR, RECENCY_HALF_LIFE_DAYS = 0.85, 90
FIT_FLOOR = 0.9
PRIOR_SUCCESSES, PRIOR_TOTAL = 2.0, 3.0
HOURS_ENOUGH = 4.0
LANGUAGE_FIT = {"native": 1.0, "fluent": 1.0, "conversational": 0.8, "basic": 0.5, "bridge": 0.6, "none": 0.0}


@dataclass(frozen=True)
class Weights:
    """
    The maximum points of each component; stored with every result.

    :raises ValueError: if the points do not sum to 100.
    """

    skill: float = SKILL_POINTS
    pay: float = PAY_POINTS
    growth: float = GROWTH_POINTS

    def __post_init__(self) -> None:
        if min(self.skill, self.pay, self.growth) < 0 or abs(self.skill + self.pay + self.growth - 100) > 1e-9:
            raise ValueError("the points of the components sum to 100")


DEFAULT_WEIGHTS = Weights()


@dataclass(frozen=True)
class Instead:
    """A skill related to the required one. :param likeness: 0 to 1; `level`: declared, 0 if not; `done`: contracts."""

    id: UUID
    likeness: float
    level: int
    done: int

    @property
    def strength(self) -> float:
        return self.likeness * proven(self.level, self.done)


@dataclass(frozen=True)
class Asked:
    """
    One skill of the task. :param level: declared, 0 if not; `instead`: the best related skill if this one is missing.
    """

    id: UUID
    rarity: float
    level: int
    instead: Instead | None = None


@dataclass(frozen=True)
class SharedWork:
    """A past contract that asked for some of the skills. `places`: indices of those skills; `days`: since it ended."""

    days: float
    accepted: bool
    places: tuple[int, ...]


@dataclass(frozen=True)
class SharedWord:
    """
    A word in the texts of both sides.

    :param text: as the task writes it; `weight`: in the task's text, 0 to 1; `share`: in the person's, 0 to WORDS_UNIT.
    """

    text: str
    weight: float
    share: int


@dataclass(frozen=True)
class Inputs:
    """
    Everything the formula reads about a task and a person.

    :param language: level in the task's language; `bridge` if they share only English; `none`.
    :param hours: working hours in common per day; money is in minor units of the reference currency.
    """

    skills: tuple[Asked, ...]
    works: tuple[SharedWork, ...]
    budget_minor: int | None
    usual_price_minor: int | None
    hourly_minor: int | None
    completed: int
    failed: int
    inactive_days: float | None
    language: str
    hours: int
    words: tuple[SharedWord, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return plain values that can be stored as JSON."""
        return {
            "skills": [
                {
                    "id": str(skill.id), "rarity": skill.rarity, "level": skill.level,
                    "instead": skill.instead
                    and {
                        "id": str(skill.instead.id), "likeness": skill.instead.likeness, "level": skill.instead.level,
                        "done": skill.instead.done,
                    },
                }
                for skill in self.skills
            ],
            "works": [[work.days, work.accepted, list(work.places)] for work in self.works],
            "budget_minor": self.budget_minor, "usual_price_minor": self.usual_price_minor,
            "hourly_minor": self.hourly_minor, "completed": self.completed, "failed": self.failed,
            "inactive_days": self.inactive_days, "language": self.language, "hours": self.hours,
            "words": [[word.text, word.weight, word.share] for word in self.words],
        }  # fmt: skip

    @property
    def done(self) -> list[int]:
        """The number of accepted contracts per required skill."""
        counts = [0] * len(self.skills)
        for work in self.works:
            for place in work.places if work.accepted else ():
                counts[place] += 1
        return counts


@dataclass(frozen=True)
class Similar:
    """Past tasks that asked for at least half of the skills. :param days: since the most recent one ended."""

    count: int
    accepted: int
    days: float | None


@dataclass(frozen=True)
class Match:
    """
    :param components: points that sum to `score`; `recency` and `fit` are the (negative) points they subtract.
    :param skill_shares: evidence, coverage, similar and related, each from 0 to 1, before SKILL_SHARES is applied.
    :param words: how much the texts share, 0 to 1, before WORDS_SHARE is applied.
    """

    score: float
    components: dict[str, float]
    skill_shares: dict[str, float]
    similar: Similar
    matched: tuple[UUID, ...]
    related: tuple[tuple[UUID, UUID], ...]  # (required skill, related skill the person has)
    missing: tuple[UUID, ...]
    pay_reason: str
    language_reason: str
    hours: int
    completed: int
    inputs: Inputs
    words: float


def proven(level: int, done: int) -> float:
    """Return the strength of a skill, 0 to 1: the declared level, and each accepted contract halves the rest to 1."""
    factor = LEVELS.get(level, LEVEL_UNKNOWN) if level else 0.0
    return 1 - (1 - factor) * float(0.5**done)


def shown(work: float) -> float:
    """Return the evidence for decayed work: logarithmic, 1 from WORK_ENOUGH on."""
    return min(1.0, math.log1p(work) / math.log1p(WORK_ENOUGH))


def faded(days: float) -> float:
    """Return the weight, 0 to 1, of a contract that ended `days` days ago."""
    return float(0.5 ** (max(0.0, days) / WORK_HALF_LIFE_DAYS))


def evaluate(inputs: Inputs, weights: Weights = DEFAULT_WEIGHTS) -> Match:
    """Return the score of a task and a person with all its components."""
    shares, similar = _skill(inputs)
    shown_skill = sum(SKILL_SHARES[name] * value for name, value in shares.items())
    words = shared_words(inputs.words)
    skill = shown_skill + words_part(words, shown_skill)
    pay, pay_reason = _pay(inputs)
    points = {
        "skill": weights.skill * skill,
        "pay": weights.pay * pay,
        "growth": weights.growth * growth(inputs.completed, inputs.failed),
    }
    base = sum(points.values())
    active = recency(inputs.inactive_days)
    fit = FIT_FLOOR + (1 - FIT_FLOOR) * (
        0.6 * LANGUAGE_FIT.get(inputs.language, 0.5) + 0.4 * min(1.0, inputs.hours / HOURS_ENOUGH)
    )
    points["recency"] = base * (active - 1)
    points["fit"] = base * active * (fit - 1)
    has_skill = [item.level > 0 or done > 0 for item, done in zip(inputs.skills, inputs.done, strict=True)]
    skills = list(zip(inputs.skills, has_skill, strict=True))
    return Match(
        score=base * active * fit,
        components=points,
        skill_shares=shares,
        similar=similar,
        matched=tuple(item.id for item, is_known in skills if is_known),
        related=tuple((item.id, item.instead.id) for item, is_known in skills if not is_known and item.instead),
        missing=tuple(item.id for item, is_known in skills if not is_known and not item.instead),
        pay_reason=pay_reason,
        language_reason=inputs.language if inputs.language in ("bridge", "none") else "shared",
        hours=inputs.hours,
        completed=inputs.completed,
        inputs=inputs,
        words=words,
    )


def shared_words(words: Iterable[SharedWord]) -> float:
    """Return how much the texts of both sides share, 0 to 1; their cosine divided by WORDS_ENOUGH."""
    return min(1.0, sum(word.weight * word.share for word in words) / WORDS_UNIT / WORDS_ENOUGH)


def words_part(words: float, shown_skill: float) -> float:
    """Return what `words` add to the skill shown: a part of what is missing, so that they never lower a score."""
    return WORDS_SHARE * words * (1 - shown_skill)


def _skill(inputs: Inputs) -> tuple[dict[str, float], Similar]:
    whole = sum(skill.rarity for skill in inputs.skills)
    if not whole:
        return dict.fromkeys(SKILL_SHARES, 0.0), Similar(0, 0, None)
    fresh = [0.0] * len(inputs.skills)
    alike = 0.0
    days: list[float] = []
    accepted = 0
    for work in inputs.works:
        share = sum(inputs.skills[place].rarity for place in work.places) / whole
        if share >= SIMILAR_MIN:
            days.append(work.days)
            accepted += work.accepted
        if not work.accepted:
            continue
        for place in work.places:
            fresh[place] += faded(work.days)
        if share >= SIMILAR_MIN:
            alike += share * faded(work.days)
    evidence = coverage = related = 0.0
    for item, done, work_done in zip(inputs.skills, inputs.done, fresh, strict=True):
        strength = proven(item.level, done)
        evidence += item.rarity * max(shown(work_done), DECLARED_SHARE * strength)
        coverage += item.rarity * strength
        related += item.rarity * (strength or (item.instead.strength if item.instead else 0.0))
    shares = {"evidence": evidence / whole, "coverage": coverage / whole, "similar": 0.0, "related": related / whole}
    shares["similar"] = max(shown(alike), DECLARED_SHARE * shares["coverage"])
    return shares, Similar(len(days), accepted, min(days, default=None))


def _pay(inputs: Inputs) -> tuple[float, str]:
    """
    Return how well the budget covers the freelancer's price, 0 to 1. A price below the budget earns nothing extra.
    """
    if inputs.budget_minor is None:
        return PAY_UNKNOWN, "unknown"
    if inputs.usual_price_minor:
        above = math.log(inputs.usual_price_minor / inputs.budget_minor)
        return (1.0, "fits") if above <= 0 else (math.exp(-PAY_STEEPNESS * above), "above")
    if inputs.hourly_minor:
        hours = inputs.budget_minor / inputs.hourly_minor
        return (1.0, "pays_a_day") if hours >= 8 else (max(0.1, hours / 8), "under_a_day")
    return PAY_UNKNOWN, "unknown"


def growth(completed: int, failed: int) -> float:
    """Return the smoothed success rate plus a bonus for people with few contracts, so that newcomers can start."""
    total = completed + failed
    success = (completed + PRIOR_SUCCESSES) / (total + PRIOR_TOTAL)
    return 0.6 * success + 0.4 / (1 + total / 2)


def recency(inactive_days: float | None) -> float:
    if inactive_days is None:
        return RECENCY_FLOOR
    return RECENCY_FLOOR + (1 - RECENCY_FLOOR) * float(0.5 ** (max(0.0, inactive_days) / RECENCY_HALF_LIFE_DAYS))


def reweigh(components: Mapping[str, float], *, old: Weights, new: Weights) -> dict[str, float]:
    """
    Return the components of a score under other weights, computed from the components alone.

    The amounts subtracted by recency and fit are shares of the base. A component whose old weight was 0 is unknown and
    stays 0.
    """
    base = sum(components[name] for name in ("skill", "pay", "growth"))
    lost = components["recency"] / base if base else 0.0
    fit = components["fit"] / (base * (1 + lost)) if base and lost > -1 else 0.0
    parts = {
        name: components[name] / getattr(old, name) * getattr(new, name) if getattr(old, name) else 0.0
        for name in ("skill", "pay", "growth")
    }
    changed = sum(parts.values())
    return parts | {"recency": changed * lost, "fit": changed * (1 + lost) * fit}


def weights_of(skill: float, pay: float, growth: float) -> Weights:
    """Scale three non-negative numbers to 100 points. Returns the default weights if all are 0 or one is negative."""
    whole = skill + pay + growth
    if whole <= 0 or min(skill, pay, growth) < 0:
        return DEFAULT_WEIGHTS
    points = [100 * skill / whole, 100 * pay / whole]
    return Weights(points[0], points[1], 100 - points[0] - points[1])
