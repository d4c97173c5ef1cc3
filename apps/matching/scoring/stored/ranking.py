"""Who of one part comes into question, and what the formula gives them: `scoring.score` for many people at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from apps.matching import scoring
from apps.matching.scoring import Match, TaskFacts
from apps.matching.scoring.stored.parts import LANGUAGES_MAX, Floats, Part, Rows


@dataclass(frozen=True)
class Rules:
    """
    What stands before any score.

    :param payable: COUNTRIES booleans: may money from the employer reach people there?
    :param excluded: owners who are never recommended for this task: the employer's own people, blocked pairs.
    """

    payable: NDArray[np.bool_]
    excluded: frozenset[UUID] = frozenset()


def candidates(part: Part, task: TaskFacts, weights: Mapping[UUID, float], rules: Rules, count: int) -> Rows:
    """Those with the highest sum of weight x strength among whom the hard rules let through."""
    known = [(part.skills[skill], weight) for skill, weight in weights.items() if skill in part.skills]
    if not known:
        return np.empty(0, dtype=np.int64)
    question = csr_matrix(
        (np.array([weight for _, weight in known], dtype=np.float32), ([0] * len(known), [row for row, _ in known])),
        shape=(1, len(part.skills)),
    )
    answer = question @ part.matrix
    rows, sums = answer.indices, answer.data
    facts = part.facts
    allowed = ~part.hidden[rows]
    asked, bridge = (
        np.uint64(1 << part.languages[code])
        if part.languages.get(code, LANGUAGES_MAX) < LANGUAGES_MAX
        else np.uint64(0)
        for code in (task.language.split("-")[0], scoring.BRIDGE)
    )
    # cheap sums first, then the wide table for those who could still get in
    if len(rows) > 8 * count:
        edge = np.partition(sums, -8 * count)[-8 * count]
        near = sums >= edge
        rows, sums, allowed = rows[near], sums[near], allowed[near]
    chosen = facts[rows]
    speaks = (chosen["fluent"] | chosen["conversational"] | chosen["basic"]) & (asked | bridge)
    allowed &= (speaks != 0) & rules.payable[chosen["country"]]
    for owner in rules.excluded:
        if (row := part.row_of(owner)) is not None:
            allowed &= rows != row
    rows, sums = rows[allowed], sums[allowed]
    if len(rows) > count:
        edge = np.partition(sums, -count)[-count]
        above, level = np.flatnonzero(sums > edge), np.flatnonzero(sums == edge)
        keep = np.concatenate([above, level[np.argsort(rows[level], kind="stable")][: count - len(above)]])
        rows = rows[keep]
    result: Rows = np.sort(rows).astype(np.int64)
    return result


class Scores:
    """`scoring.score` for many people at once; arrays of one number a candidate."""

    def __init__(
        self,
        part: Part,
        rows: Rows,
        task: TaskFacts,
        rarity: Mapping[UUID, float],
        related: Mapping[UUID, Mapping[UUID, int]],
        now: datetime,
        points: scoring.Weights,
    ) -> None:
        self.task, self.facts = task, part.facts[rows]
        self._skill(part, rows, rarity, related)
        self._pay()
        self._fit(part)
        total = self.facts["completed"].astype(np.float64) + self.facts["failed"]
        success = (self.facts["completed"] + scoring.PRIOR_SUCCESSES) / (total + scoring.PRIOR_TOTAL)
        growth = 0.6 * success + 0.4 / (1 + total / 2)
        days = np.maximum(0.0, (now.timestamp() - self.facts["active"]) / 86_400)
        floor = scoring.RECENCY_FLOOR
        faded = floor + (1 - floor) * 0.5 ** (days / scoring.RECENCY_HALF_LIFE_DAYS)
        recency = np.where(np.isnan(self.facts["active"]), floor, faded)
        self.points = {
            "skill": points.skill * self.skill,
            "pay": points.pay * self.pay,
            "growth": points.growth * growth,
        }
        base = self.points["skill"] + self.points["pay"] + self.points["growth"]
        self.points["recency"] = base * (recency - 1)
        self.points["fit"] = base * recency * (self.fit - 1)
        self.score: Floats = base * recency * self.fit

    def _skill(
        self, part: Part, rows: Rows, rarity: Mapping[UUID, float], related: Mapping[UUID, Mapping[UUID, int]]
    ) -> None:
        self.known: dict[UUID, Floats] = {}
        self.instead: dict[UUID, tuple[Sequence[UUID], NDArray[np.int64]]] = {}
        gained = np.zeros(len(rows))
        whole = 0.0
        for skill in self.task.skill_ids:
            weight = rarity.get(skill, 1.0)
            whole += weight
            own = part.strengths(skill, rows)
            others = sorted(related.get(skill, {}).items(), key=lambda pair: str(pair[0]))
            likeness = np.zeros((len(others) + 1, len(rows)))
            for nth, (other, like) in enumerate(others, start=1):
                likeness[nth] = scoring.RELATED_SHARE * like / 1000 * part.strengths(other, rows)
            # the last of equal ones, as max() over (likeness, id) takes it
            best = len(others) - np.argmax(likeness[::-1], axis=0)
            self.known[skill], self.instead[skill] = own, ([other for other, _ in others], best)
            gained += weight * np.where(own > 0, own, likeness[best, np.arange(len(rows))])
            self.instead[skill] = ([other for other, _ in others], np.where(likeness.max(axis=0) > 0, best, 0))
        self.skill = gained / whole if whole else gained

    def _pay(self) -> None:
        size, budget = len(self.facts), self.task.budget_minor
        self.pay, self.pay_reasons = np.full(size, scoring.PAY_UNKNOWN), np.full(size, "unknown", dtype=object)
        if budget is None:
            return
        usual, hourly = self.facts["usual"], self.facts["hourly"]
        with np.errstate(divide="ignore"):
            above = np.log(usual / budget)
            hours = np.where(hourly > 0, budget / np.maximum(hourly, 1e-9), 0)
        by_usual, by_hour = usual > 0, (usual <= 0) & (hourly > 0)
        fits = np.where(above <= 0, 1.0, np.exp(-scoring.PAY_STEEPNESS * np.maximum(above, 0)))
        self.pay = np.where(by_usual, fits, np.where(by_hour, np.clip(hours / 8, 0.1, 1.0), self.pay))
        self.pay_reasons[by_usual] = np.where(above[by_usual] <= 0, "fits", "above")
        self.pay_reasons[by_hour] = np.where(hours[by_hour] >= 8, "pays_a_day", "under_a_day")

    def _fit(self, part: Part) -> None:
        asked = part.languages.get(self.task.language.split("-")[0], LANGUAGES_MAX)
        bridge = part.languages.get(scoring.BRIDGE, LANGUAGES_MAX)
        talk = np.zeros(len(self.facts))
        self.language_reasons = np.full(len(self.facts), "none", dtype=object)
        if bridge < LANGUAGES_MAX:
            speaks = self._speaks(bridge, ("fluent", "conversational", "basic"))
            talk[speaks], self.language_reasons[speaks] = scoring.BRIDGE_FIT, "bridge"
        if asked < LANGUAGES_MAX:
            for level in ("basic", "conversational", "fluent"):
                speaks = self._speaks(asked, (level,))
                talk[speaks], self.language_reasons[speaks] = scoring.LANGUAGE_FIT[level], "shared"
        mask = np.uint32(sum(1 << hour for hour in self.task.utc_hours))
        self.hours = np.bitwise_count(self.facts["hours"] & mask).astype(np.int64)
        shared = np.minimum(1.0, self.hours / scoring.HOURS_ENOUGH)
        self.fit = scoring.FIT_FLOOR + (1 - scoring.FIT_FLOOR) * (0.6 * talk + 0.4 * shared)

    def _speaks(self, language: int, levels: Sequence[str]) -> NDArray[np.bool_]:
        bit = np.uint64(1 << language)
        result: NDArray[np.bool_] = np.zeros(len(self.facts), dtype=bool)
        for level in levels:
            result |= (self.facts[level] & bit) != 0
        return result

    def match(self, at: int) -> Match:
        matched, near, missing = [], [], []
        for skill in self.task.skill_ids:
            others, best = self.instead[skill]
            if self.known[skill][at] > 0:
                matched.append(skill)
            elif best[at] > 0:
                near.append((skill, others[int(best[at]) - 1]))
            else:
                missing.append(skill)
        return Match(
            score=float(self.score[at]),
            components={name: float(values[at]) for name, values in self.points.items()},
            matched=tuple(matched),
            related=tuple(near),
            missing=tuple(missing),
            pay_reason=str(self.pay_reasons[at]),
            language_reason=str(self.language_reasons[at]),
            hours=int(self.hours[at]),
            completed=int(self.facts["completed"][at]),
        )
