"""Candidate retrieval and scoring within one part: `scoring.score` for many people at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ranking import formula, scoring
from ranking.candidate_index.segments import FACTS, LANGUAGES_MAX, Floats, Part, Rows, level_of, ragged
from ranking.formula import Asked, Inputs, Instead, SharedWord, SharedWork
from ranking.scoring import TaskFeatures

WORD_PLACES = 0.15  # more candidates by the words of their texts, as a share of the others
WORD_POSTINGS_MAX = 200_000
"""How many entries are read for them in a part: the words of fewest people first."""
EVIDENCE_PLACES, DECLARED_PLACES, NEWCOMER_PLACES = 0.4, 0.45, 0.15  # shares of the candidates


@dataclass(frozen=True)
class Rules:
    """
    Hard rules, applied before scoring.

    :param payable: one boolean per country (COUNTRIES in all): whether the employer can pay people there.
    :param excluded: owners who are never recommended for this task: members of the employer, blocked pairs.
    """

    payable: NDArray[np.bool_]
    excluded: frozenset[UUID] = frozenset()


def candidates(
    part: Part, task: TaskFeatures, weights: Mapping[UUID, float], rules: Rules, count: int,
    words: Mapping[int, float] = MappingProxyType({}),
) -> Rows:  # fmt: skip
    """
    Return the rows of up to `count` people who pass the hard rules, and of WORD_PLACES x `count` more by their texts.

    They come from three channels: work done with the task's or related skills (this also covers people with similar
    past
    tasks), declared skills, and newcomers by declared skills. The others are those whose texts share most words.
    """
    by_words = _by_words(part, task, rules, words, round(WORD_PLACES * count))
    held = [(part.skills[skill], weight) for skill, weight in weights.items() if skill in part.skills]
    if not held:
        return by_words
    rounds = [round(share * count) for share in (EVIDENCE_PLACES, DECLARED_PLACES)]
    worked = _allowed(part, task, rules, *_sums(part.evidence, held), rounds[0])
    rows, sums = _sums(part.said, held)
    declared = _allowed(part, task, rules, rows, sums, rounds[1])
    channels = [lookup[0][_best(*lookup, most)] for lookup, most in zip((worked, declared), rounds, strict=True)]
    rest = count - sum(len(channel) for channel in channels)
    is_new = part.newcomers[rows]
    newcomers = _allowed(part, task, rules, rows[is_new], sums[is_new], rest)
    channels.append(newcomers[0][_best(*newcomers, rest)])
    channels.append(declared[0][_best(*declared, count - len(np.unique(np.concatenate(channels))))])
    result: Rows = np.unique(np.concatenate([*channels, by_words])).astype(np.int64)
    return result


def _by_words(part: Part, task: TaskFeatures, rules: Rules, words: Mapping[int, float], count: int) -> Rows:
    """Return the people whose texts share most with the task's."""
    rows = [(row, weight) for number, weight in words.items() if (row := part.word_row(number)) is not None]
    rows.sort(key=lambda item: int(part.words.indptr[item[0] + 1] - part.words.indptr[item[0]]))
    held: list[tuple[int, float]] = []
    postings = 0
    for row, weight in rows:
        postings += int(part.words.indptr[row + 1] - part.words.indptr[row])
        if held and postings > WORD_POSTINGS_MAX:
            break
        held.append((row, weight))
    if not held or not count:
        return np.empty(0, dtype=np.int64)
    people, sums = _allowed(part, task, rules, *_sums(part.words, held), count)
    result: Rows = np.unique(people[_best(people, sums, count)]).astype(np.int64)
    return result


def _sums(matrix: csr_matrix, weighted_rows: list[tuple[int, float]]) -> tuple[Rows, Floats]:
    """
    Return the people who have any of the skills and the sums of the skill weights. Reads only the rows of those skills.
    """
    weights = np.array([weight for _, weight in weighted_rows], dtype=np.float32)
    question = csr_matrix(
        (weights, ([0] * len(weighted_rows), [row for row, _ in weighted_rows])), shape=(1, matrix.shape[0])
    )
    answer = question @ matrix
    return answer.indices, answer.data


def _best(rows: Rows, sums: Floats, count: int) -> Rows:
    """Return the positions of the `count` highest sums; ties are ordered by row."""
    if len(rows) <= count:
        return np.arange(len(rows))
    if count <= 0:
        return np.empty(0, dtype=np.int64)
    edge = _edge(sums, count)
    above, level = np.flatnonzero(sums > edge), np.flatnonzero(sums == edge)
    missing = count - len(above)
    if len(level) > missing:
        level = level[np.argpartition(rows[level], missing - 1)[:missing]]
    places: Rows = np.concatenate([above, level])
    return places


def _edge(sums: Floats, count: int) -> float:
    """
    Return the `count`-th highest sum.

    For very long arrays a sample of one in sixteen gives an estimate. Often it is exact, because thousands of people
    have
    the same sum; otherwise it excludes most of the array. If the estimate is too high, the whole array is partitioned.
    """
    if len(sums) > 16 * count:
        sample = sums[::16]
        guess = np.partition(sample, -(count // 8 + 1))[-(count // 8 + 1)]
        above = np.count_nonzero(sums > guess)
        bold = sums[sums >= guess]
        if above < count <= len(bold):
            return float(guess)
        if len(bold) >= count:
            sums = bold
    return float(np.partition(sums, -count)[-count])


SLACK = 8  # candidates checked per candidate wanted, because the hard rules remove some


def _allowed(
    part: Part, task: TaskFeatures, rules: Rules, rows: Rows, sums: Floats, at_least: int
) -> tuple[Rows, Floats]:
    """
    Return the best people who pass the hard rules: `at_least` of them, if there are that many.

    The cheap sums order all people first; the wide feature table is read only for the best of them.
    """
    looked_at = SLACK * max(at_least, 1)
    while True:
        near = _best(rows, sums, looked_at)
        near = near[_may(part, task, rules, rows[near])]
        if len(near) >= at_least or looked_at >= len(rows):
            return rows[near], sums[near]
        looked_at *= SLACK


def _may(part: Part, task: TaskFeatures, rules: Rules, rows: Rows) -> NDArray[np.bool_]:
    """Return whether each row passes the hard rules."""
    language_bit, bridge = (
        np.uint64(1 << part.languages[code])
        if part.languages.get(code, LANGUAGES_MAX) < LANGUAGES_MAX
        else np.uint64(0)
        for code in (task.language.split("-")[0], scoring.BRIDGE)
    )
    chosen = part.features[rows]
    speaks = (chosen["fluent"] | chosen["conversational"] | chosen["basic"]) & (language_bit | bridge)
    allowed: NDArray[np.bool_] = ~part.hidden[rows] & (speaks != 0) & rules.payable[chosen["country"]]
    for owner in rules.excluded:
        if (row := part.row_of(owner)) is not None:
            allowed &= rows != row
    return allowed


class Scores:
    """`formula.evaluate` for many people at once; every array has one value per candidate."""

    def __init__(
        self,
        part: Part,
        rows: Rows,
        task: TaskFeatures,
        rarity: Mapping[UUID, float],
        related: Mapping[UUID, Mapping[UUID, int]],
        now: datetime,
        points: formula.Weights,
        words: Mapping[int, float] = MappingProxyType({}),
    ) -> None:
        self.part, self.rows, self.task, self.now, self.features = part, rows, task, now, part.features[rows]
        self.rarity, self.related = [rarity.get(skill, 1.0) for skill in task.skill_ids], related
        self._compare_skills()
        self.words = {number: (weight, part.word_shares(number, rows)) for number, weight in words.items()}
        pay = self._pay()
        total = self.features["completed"].astype(np.float64) + self.features["failed"]
        success = (self.features["completed"] + formula.PRIOR_SUCCESSES) / (total + formula.PRIOR_TOTAL)
        growth = 0.6 * success + 0.4 / (1 + total / 2)
        days = np.maximum(0.0, (now.timestamp() - self.features["active"]) / 86_400)
        floor = formula.RECENCY_FLOOR
        faded = floor + (1 - floor) * 0.5 ** (days / formula.RECENCY_HALF_LIFE_DAYS)
        recency = np.where(np.isnan(self.features["active"]), floor, faded)
        base = points.skill * self._with_words(self._skill()) + points.pay * pay + points.growth * growth
        self.score: Floats = base * recency * self._fit()

    def _compare_skills(self) -> None:
        """
        Compute declared level, accepted contracts and decayed work per relevant skill, and the similar past tasks.
        """
        skill_ids = self.task.skill_ids
        others = {other for skill in skill_ids for other in self.related.get(skill, {})} - set(skill_ids)
        self.slots = {skill: number for number, skill in enumerate([*skill_ids, *sorted(others, key=str)])}
        part, size, many = self.part, len(self.rows), len(self.slots)
        self.declared: Floats = np.array([part.declared(skill, self.rows) for skill in self.slots]).reshape(many, size)
        starts = part.work_start[self.rows].astype(np.int64)
        works = ragged(starts, part.work_start[self.rows + 1] - starts)
        person = np.repeat(np.arange(size), part.work_start[self.rows + 1] - starts)
        first = part.work_ptr[works].astype(np.int64)
        lengths = part.work_ptr[works + 1] - first
        slot_of = np.full(len(part.skills), -1)
        for skill, number in self.slots.items():
            if skill in part.skills:
                slot_of[part.skills[skill]] = number
        slot, work = slot_of[part.work_skills[ragged(first, lengths)]], np.repeat(np.arange(len(works)), lengths)
        slot, work = slot[slot >= 0], work[slot >= 0]
        shared = slot < len(skill_ids)  # sorted by work, so also by person
        self.asked_of = np.column_stack((works[work[shared]], slot[shared]))
        self.asked_start = np.searchsorted(person[work[shared]], np.arange(size + 1))
        accepted = part.work_accepted[works].astype(np.float64)
        days = np.maximum(0.0, (self.now.timestamp() - part.work_at[works]) / 86_400)
        worth = accepted * 0.5 ** (days / formula.WORK_HALF_LIFE_DAYS)
        cell = slot * size + person[work]
        self.done: Floats = np.bincount(cell, accepted[work], many * size).astype(np.float64).reshape(many, size)
        self.fresh: Floats = np.bincount(cell, worth[work], many * size).astype(np.float64).reshape(many, size)
        weight = np.zeros(many)
        weight[: len(skill_ids)] = self.rarity
        share = np.bincount(work, weight[slot], len(works)) / max(sum(self.rarity), 1e-12)
        share[share < formula.SIMILAR_MIN] = 0
        self.alike: Floats = np.bincount(person, share * worth, size).astype(np.float64)

    def _skill(self) -> Floats:
        whole = sum(self.rarity)
        size = len(self.rows)
        if not whole:
            return np.zeros(size)
        strength = 1 - (1 - self.declared) * 0.5**self.done
        weights = np.array(self.rarity)[:, None]
        skill_count = len(self.rarity)
        evidence = np.maximum(_work_share(self.fresh[:skill_count]), formula.DECLARED_SHARE * strength[:skill_count])
        near = np.zeros((skill_count, size))
        for number, skill in enumerate(self.task.skill_ids):
            for other, like in self.related.get(skill, {}).items():
                np.maximum(near[number], like / 1000 * strength[self.slots[other]], out=near[number])
        related = np.where(strength[:skill_count] > 0, strength[:skill_count], near)
        coverage = (weights * strength[:skill_count]).sum(axis=0) / whole
        shares = {
            "evidence": (weights * evidence).sum(axis=0) / whole,
            "coverage": coverage,
            "similar": np.maximum(_work_share(self.alike), formula.DECLARED_SHARE * coverage),
            "related": (weights * related).sum(axis=0) / whole,
        }
        result: Floats = sum((formula.SKILL_SHARES[name] * value for name, value in shares.items()), np.zeros(size))
        return result

    def _with_words(self, skill: Floats) -> Floats:
        shared = sum((weight * shares for weight, shares in self.words.values()), np.zeros(len(self.rows)))
        enough = np.minimum(1.0, shared / formula.WORDS_UNIT / formula.WORDS_ENOUGH)
        result: Floats = skill + formula.WORDS_SHARE * enough * (1 - skill)
        return result

    def _pay(self) -> Floats:
        pay, budget = np.full(len(self.features), formula.PAY_UNKNOWN), self.task.budget_minor
        if budget is None:
            return pay
        usual, hourly = self.features["usual"], self.features["hourly"]
        with np.errstate(divide="ignore"):
            above = np.log(usual / budget)
            hours = np.where(hourly > 0, budget / np.maximum(hourly, 1e-9), 0)
        fits = np.where(above <= 0, 1.0, np.exp(-formula.PAY_STEEPNESS * np.maximum(above, 0)))
        by_hour = np.where(hourly > 0, np.clip(hours / 8, 0.1, 1.0), pay)
        result: Floats = np.where(usual > 0, fits, by_hour)
        return result

    def _fit(self) -> Floats:
        talk = np.zeros(len(self.features))
        for code, column, fit in self._talks():
            bit = np.uint64(1 << code)
            talk[(self.features[column] & bit) != 0] = fit
        mask = np.uint32(sum(1 << hour for hour in self.task.utc_hours))
        self.hours = np.bitwise_count(self.features["hours"] & mask).astype(np.int64)
        shared = np.minimum(1.0, self.hours / formula.HOURS_ENOUGH)
        result: Floats = formula.FIT_FLOOR + (1 - formula.FIT_FLOOR) * (0.6 * talk + 0.4 * shared)
        return result

    def _talks(self) -> list[tuple[int, str, float]]:
        """Return (language number, column, language fit), with the best fit last."""
        language = self.part.languages.get(self.task.language.split("-")[0], LANGUAGES_MAX)
        bridge = self.part.languages.get(scoring.BRIDGE, LANGUAGES_MAX)
        levels = ("basic", "conversational", "fluent")
        bridged = [(bridge, level, formula.LANGUAGE_FIT["bridge"]) for level in levels if bridge < LANGUAGES_MAX]
        return bridged + [
            (language, level, formula.LANGUAGE_FIT[level]) for level in levels if language < LANGUAGES_MAX
        ]

    # --- one candidate --------------------------------------------------------------------------------------------

    def inputs(self, at: int) -> Inputs:
        """Return the formula's inputs for one candidate, equal to those of `scoring.compared`."""
        features = dict(zip(FACTS.names or (), self.features[at].item(), strict=True))
        declared, done = self.declared[:, at].tolist(), self.done[:, at].tolist()
        return Inputs(
            skills=tuple(
                self._evidence_of_skill(declared, done, skill, rarity)
                for skill, rarity in zip(self.task.skill_ids, self.rarity, strict=True)
            ),
            works=self._shared_work(at),
            budget_minor=self.task.budget_minor,
            usual_price_minor=int(features["usual"]) or None,
            hourly_minor=int(features["hourly"]) or None,
            completed=features["completed"],
            failed=features["failed"],
            inactive_days=None
            if math.isnan(features["active"])
            else scoring.days_between(features["active"], self.now),
            language=self._language(features),
            hours=int(self.hours[at]),
            words=tuple(
                SharedWord(self.task.written.get(number, ""), weight, int(shares[at]))
                for number, (weight, shares) in self.words.items()
                if shares[at]
            ),
        )

    def _shared_work(self, at: int) -> tuple[SharedWork, ...]:
        """As `scoring.shared_work`, reading only the works that asked for one of the task's skills."""
        places: dict[int, list[int]] = {}
        for work, place in self.asked_of[slice(*self.asked_start[at : at + 2])].tolist():
            places.setdefault(work, []).append(place)
        part = self.part
        return scoring.latest_first(
            SharedWork(
                scoring.days_between(float(part.work_at[work]), self.now), bool(part.work_accepted[work]),
                tuple(sorted(result)),
            )
            for work, result in places.items()
        )  # fmt: skip

    def _evidence_of_skill(self, declared: list[float], done: list[float], skill: UUID, rarity: float) -> Asked:
        number = self.slots[skill]
        if declared[number] or done[number]:
            return Asked(skill, rarity, level_of(declared[number]))
        others = [
            Instead(other, like / 1000, level_of(declared[self.slots[other]]), int(done[self.slots[other]]))
            for other, like in self.related.get(skill, {}).items()
            if declared[self.slots[other]] or done[self.slots[other]]
        ]
        return Asked(skill, rarity, 0, scoring.best_instead(others))

    def _language(self, features: Mapping[str, int]) -> str:
        language = self.part.languages.get(self.task.language.split("-")[0], LANGUAGES_MAX)
        bridge = self.part.languages.get(scoring.BRIDGE, LANGUAGES_MAX)
        for code, is_asked in ((language, True), (bridge, False)):
            for level in ("fluent", "conversational", "basic") if code < LANGUAGES_MAX else ():
                if features[level] & (1 << code):
                    return level if is_asked else "bridge"
        return "none"


def _work_share(work: Floats) -> Floats:
    result: Floats = np.minimum(1.0, np.log1p(work) / np.log1p(formula.WORK_ENOUGH))
    return result
