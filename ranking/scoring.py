"""
Matching of a freelancer to a task: compares their features and scores them by `formula`. No database, no clock.

The score never divides an overlap by the size of the profile, because that would favour thin profiles. Everything that
lowers or raises the score is one of the components shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from ranking import word_weights
from ranking.formula import (
    DEFAULT_WEIGHTS,
    LANGUAGE_FIT,
    Asked,
    Inputs,
    Instead,
    Match,
    SharedWord,
    SharedWork,
    Weights,
    evaluate,
)
from ranking.word_weights import NO_RARITY, Bag, Rarity

RANKER_VERSION = "3"
BRIDGE = "en"
NEWCOMER_DONE_MAX = 0


@dataclass(frozen=True)
class TaskFeatures:
    """
    :param budget_minor: the upper end of the budget in the reference currency, or None.
    :param words: of the brief's text; `written`: these words as the brief writes them.
    """

    id: UUID
    employer_id: UUID
    employer_country: str
    language: str
    skill_ids: tuple[UUID, ...]
    budget_minor: int | None
    utc_hours: frozenset[int]  # working hours of the employer's side
    words: Bag = field(default_factory=dict)
    written: Mapping[int, str] = field(default_factory=dict)


class PastWork(NamedTuple):
    """A contract that ended: the skills the task asked for, the end time, and whether the work was accepted."""

    skills: tuple[UUID, ...]
    at: datetime
    accepted: bool


@dataclass(frozen=True)
class FreelancerFeatures:
    """
    :param usual_price_minor: the median price for similar work, in the reference currency, or None.
    :param hourly_minor: the rate per hour in the reference currency, or None.
    :param words: of the text in which the person describes their work.
    """

    id: UUID
    country: str
    skills: Mapping[UUID, int]
    languages: Mapping[str, str]
    usual_price_minor: int | None
    hourly_minor: int | None
    works: tuple[PastWork, ...] = ()
    completed: int = 0
    failed: int = 0
    active_at: datetime | None = None
    utc_hours: frozenset[int] = frozenset()
    words: Bag = field(default_factory=dict)

    @cached_property
    def done_by_skill(self) -> dict[UUID, int]:
        """The number of accepted contracts per skill."""
        done: dict[UUID, int] = {}
        for work in self.works:
            for skill in work.skills if work.accepted else ():
                done[skill] = done.get(skill, 0) + 1
        return done


def idf(freelancers: int, knowing: int) -> float:
    """
    Return the rarity weight of a skill: the Robertson and Sparck Jones weight, kept positive. Rare skills weigh more.
    """
    return math.log(1 + (freelancers - knowing + 0.5) / (knowing + 0.5)) + 0.1


def language_level(task_language: str, languages: Mapping[str, str]) -> str:
    """Return the best level in the task's language; `bridge` if the person has only English; else `none`."""
    language = task_language.split("-")[0]
    levels = [level for code, level in languages.items() if code.split("-")[0] == language]
    if levels:
        return max(levels, key=lambda level: (LANGUAGE_FIT.get(level, 0.5), level == "fluent"))
    return "bridge" if any(code.split("-")[0] == BRIDGE for code in languages) else "none"


def language_fit(task_language: str, languages: Mapping[str, str]) -> tuple[float, str]:
    """Return the language fit; `(0, "none")` if the person has neither the task's language nor English."""
    level = language_level(task_language, languages)
    return LANGUAGE_FIT.get(level, 0.5), level if level in ("bridge", "none") else "shared"


def score(
    task: TaskFeatures,
    freelancer: FreelancerFeatures,
    *,
    rarity: Mapping[UUID, float],
    related: Mapping[UUID, Mapping[UUID, int]],
    now: datetime,
    weights: Weights = DEFAULT_WEIGHTS,
    word_rarity: Rarity = NO_RARITY,
) -> Match:
    """
    Return the score of a task and a freelancer.

    :param rarity: IDF per skill.
    :param related: per required skill, the related skills with their similarity in thousandths.
    :param word_rarity: of the candidate index; without one, texts are not compared.
    """
    inputs = compared(task, freelancer, rarity=rarity, related=related, now=now, word_rarity=word_rarity)
    return evaluate(inputs, weights)


def compared(
    task: TaskFeatures,
    freelancer: FreelancerFeatures,
    *,
    rarity: Mapping[UUID, float],
    related: Mapping[UUID, Mapping[UUID, int]],
    now: datetime,
    word_rarity: Rarity = NO_RARITY,
) -> Inputs:
    """Return the formula's inputs for the task and the freelancer."""
    level = language_level(task.language, freelancer.languages)
    return Inputs(
        skills=tuple(
            _evidence_of_skill(skill, freelancer, rarity.get(skill, 1.0), related.get(skill, {}))
            for skill in task.skill_ids
        ),
        works=shared_work(
            task.skill_ids, ((work.skills, work.at.timestamp(), work.accepted) for work in freelancer.works), now
        ),
        budget_minor=task.budget_minor,
        usual_price_minor=freelancer.usual_price_minor or None,
        hourly_minor=freelancer.hourly_minor or None,
        completed=freelancer.completed,
        failed=freelancer.failed,
        inactive_days=None
        if freelancer.active_at is None
        else days_between(freelancer.active_at.timestamp(), now),
        language="fluent" if level == "native" else level,
        hours=len(task.utc_hours & freelancer.utc_hours),
        words=_shared_words(task, freelancer, word_rarity),
    )  # fmt: skip


def _shared_words(task: TaskFeatures, freelancer: FreelancerFeatures, rarity: Rarity) -> tuple[SharedWord, ...]:
    """Return the words of the task that the person uses too, heaviest in the task first."""
    if not (task.words and freelancer.words and rarity.people):
        return ()
    kept = word_weights.kept_of(freelancer.words, rarity)
    return tuple(
        SharedWord(task.written.get(number, ""), weight, kept[number])
        for number, weight in word_weights.read(task.words, rarity).items()
        if number in kept
    )


def days_between(moment: float, now: datetime) -> float:
    """Return the days from a time in epoch seconds to `now`; never negative."""
    return max(0.0, (now.timestamp() - moment) / 86_400)


def shared_work(
    requested: Sequence[UUID], works: Iterable[tuple[Sequence[UUID], float, bool]], now: datetime
) -> tuple[SharedWork, ...]:
    """Return the works that asked for any of the skills, most recent first."""
    place = {skill: number for number, skill in enumerate(requested)}
    shared_works = [
        SharedWork(
            days_between(at, now), bool(accepted), tuple(sorted(place[skill] for skill in skills if skill in place))
        )
        for skills, at, accepted in works
    ]
    return latest_first(item for item in shared_works if item.places)


def latest_first(works: Iterable[SharedWork]) -> tuple[SharedWork, ...]:
    return tuple(sorted(works, key=lambda item: (item.days, item.places, item.accepted)))


def _evidence_of_skill(skill: UUID, freelancer: FreelancerFeatures, rarity: float, like: Mapping[UUID, int]) -> Asked:
    if skill in freelancer.skills or skill in freelancer.done_by_skill:
        return Asked(skill, rarity, freelancer.skills.get(skill, 0))
    others = [
        Instead(other, likeness / 1000, freelancer.skills.get(other, 0), freelancer.done_by_skill.get(other, 0))
        for other, likeness in like.items()
        if other in freelancer.skills or other in freelancer.done_by_skill
    ]
    return Asked(skill, rarity, 0, best_instead(others))


def best_instead(others: Iterable[Instead]) -> Instead | None:
    """Return the strongest; of equal ones the one with the highest id, so that the result is always the same."""
    return max(others, key=lambda item: (item.strength, str(item.id)), default=None)
