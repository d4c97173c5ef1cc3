"""
Exposure compared with relevance: the calculations of the weekly fairness report. No database, no clock.

Attention falls with position as 1 / log2(1 + position), as in discounted cumulative gain (Järvelin and Kekäläinen
2002).
That attention should be proportional to relevance is equity of attention (Biega, Gummadi and Weikum 2018). The
four-fifths rule is that of the Uniform Guidelines on Employee Selection Procedures (29 CFR 1607.4 D), used here as an
alarm and not as a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from babel.core import get_global

PEOPLE_MIN = 10
"""Smaller groups are not reported, so that no person can be identified."""
TEN = 10
RESAMPLES = 400
FOUR_FIFTHS = 0.8
LORENZ_STEPS = 20

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """
    One freelancer who was eligible for the lists of one task.

    :param attention: sum of the attention of their positions over the task's lists.
    :param relevance: their score times the number of lists.
    :param first: the number of lists with them in the top ten; `lists`: the number of all lists.
    """

    task: int
    person: int
    attention: float
    relevance: float
    first: int
    lists: int


def attention(position: int) -> float:
    return 1 / math.log2(1 + position)


def gini(values: Sequence[float]) -> float:
    """Return the Gini coefficient: 0 if all values are equal, near 1 if one person has everything; 0 for no values."""
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    whole = float(ordered.sum())
    if not len(ordered) or whole <= 0:
        return 0.0
    ranks = np.arange(1, len(ordered) + 1)
    return float((2 * ranks - len(ordered) - 1) @ ordered / (len(ordered) * whole))


def lorenz(values: Sequence[float], steps: int = LORENZ_STEPS) -> list[float]:
    """Return the Lorenz curve: the share of the total held by the lowest 0, 1/steps, ... 1 of the people."""
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    whole = float(ordered.sum())
    if not len(ordered) or whole <= 0:
        return []
    summed = np.concatenate([[0.0], np.cumsum(ordered)]) / whole
    return [
        round(float(item), 4) for item in np.interp(np.linspace(0, len(ordered), steps + 1), range(len(summed)), summed)
    ]


def by_group(pairs: Sequence[Pair], group_of: Mapping[int, str], *, seed: int = 1) -> list[dict[str, Any]]:
    """
    Return figures for each group of at least `PEOPLE_MIN` people, with 95 % intervals: shares, ratio, four-fifths
    check.

    Shares are computed over the reported groups only, so that the figures of a small group cannot be found by
    subtraction.
    Intervals come from resampling the tasks and, within each group, the people, because another week would have other
    tasks
    and other people (the pigeonhole bootstrap, Owen 2007). Returns an empty list if there are fewer than two groups.
    """
    people: dict[str, set[int]] = {}
    for pair in pairs:
        people.setdefault(group_of[pair.person], set()).add(pair.person)
    names = sorted(name for name, members in people.items() if len(members) >= PEOPLE_MIN)
    if len(names) < 2:
        return []
    table = _table(pairs, group_of, names)
    exposure, relevance, ratio, impact = (figure[0] for figure in _figures(*table.summed(None)))
    draw = np.random.default_rng(seed)
    samples = [table.summed(draw) for _ in range(RESAMPLES)]
    *_, ratios, impacts = _figures(*(np.concatenate(part) for part in zip(*samples, strict=True)))
    return [
        {
            "group": name,
            "people": len(people[name]),
            "exposure": _round(exposure[at]),
            "relevance": _round(relevance[at]),
            "ratio": _round(ratio[at]),
            "ratio_interval": _interval(ratios[:, at]),
            "impact": _round(impact[at]),
            "impact_interval": _interval(impacts[:, at]),
            "verdict": _verdict(impact[at], _interval(impacts[:, at])),
        }
        for at, name in enumerate(names)
    ]


@dataclass(frozen=True)
class _Table:
    """The pairs as columns; `members` holds the people of each group."""

    task: npt.NDArray[np.int64]
    person: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]
    values: tuple[Floats, ...]
    members: list[npt.NDArray[np.int64]]

    def summed(self, draw: np.random.Generator | None) -> list[Floats]:
        """Return per group: attention, relevance, times in the top ten and number of lists, for one resample."""
        weights = np.ones(len(self.task))
        if draw is not None:
            tasks, people = int(self.task.max()) + 1, int(self.person.max()) + 1
            times = np.zeros(people)
            for some in self.members:
                times[some] = draw.multinomial(len(some), np.full(len(some), 1 / len(some)))
            weights = draw.multinomial(tasks, np.full(tasks, 1 / tasks))[self.task] * times[self.person]
        many = len(self.members)
        return [
            np.bincount(self.group, weights * value, minlength=many).astype(np.float64)[None, :]
            for value in self.values
        ]


def _table(pairs: Sequence[Pair], group_of: Mapping[int, str], names: list[str]) -> _Table:
    column = {name: at for at, name in enumerate(names)}
    some = [pair for pair in pairs if group_of[pair.person] in column]
    person_ids = sorted({item.person for item in some})
    task_ids = sorted({item.task for item in some})
    rows = {row: at for at, row in enumerate(person_ids)}
    tasks = {row: at for at, row in enumerate(task_ids)}
    group = np.array([column[group_of[person_row_id]] for person_row_id in person_ids])
    person = np.array([rows[item.person] for item in some])
    columns = [(item.attention, item.relevance, item.first, item.lists) for item in some]
    return _Table(
        task=np.array([tasks[item.task] for item in some]),
        person=person,
        group=group[person],
        values=tuple(np.array(columns, dtype=np.float64).T),
        members=[np.flatnonzero(group == at) for at in range(len(names))],
    )


def _figures(seen: Floats, worth: Floats, first: Floats, could: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """
    Return exposure, relevance, their ratio and the impact ratio. Rows are samples, columns are groups; nan if
    undefined.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        exposure = seen / seen.sum(axis=1, keepdims=True)
        relevance = worth / worth.sum(axis=1, keepdims=True)
        rate = first / could
        best = np.max(np.where(np.isnan(rate), 0.0, rate), axis=1, keepdims=True)
        return exposure, relevance, exposure / relevance, rate / best


def _interval(values: Floats) -> list[float | None]:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return [None, None]
    return [_round(item) for item in np.percentile(finite, [2.5, 97.5])]


def _verdict(impact: float, interval: list[float | None]) -> str:
    """Return `below` only if the whole interval is below four fifths; `unsure` if only the point estimate is."""
    if not math.isfinite(impact):
        return "unknown"
    if impact >= FOUR_FIFTHS:
        return "passes"
    return "below" if interval[1] is not None and interval[1] < FOUR_FIFTHS else "unsure"


def _round(value: float) -> float | None:
    return round(float(value), 4) if math.isfinite(value) else None


# IANA assigns some islands to an ocean zone; here they belong to a continent.
_ISLANDS = {
    "IS": "europe", "FO": "europe", "SJ": "europe", "PT": "europe", "CY": "asia", "CV": "africa", "SH": "africa",
    "KM": "africa", "MG": "africa", "MU": "africa", "RE": "africa", "SC": "africa", "YT": "africa", "MV": "asia",
    "IO": "asia", "BM": "americas", "FK": "americas", "GS": "americas", "CC": "oceania", "CX": "oceania",
}  # fmt: skip
_CONTINENTS = {
    "Africa": "africa", "America": "americas", "Asia": "asia", "Europe": "europe", "Australia": "oceania",
    "Pacific": "oceania",
}  # fmt: skip


def region(country: str) -> str:
    """Return the continent of a country (ISO 3166-1) from its first CLDR time zone; `elsewhere` if there is none."""
    if country in _ISLANDS:
        return _ISLANDS[country]
    zones = get_global("territory_zones").get(country, [])
    return _CONTINENTS.get(zones[0].split("/")[0], "elsewhere") if zones else "elsewhere"
