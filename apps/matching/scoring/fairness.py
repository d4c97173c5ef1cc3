"""
Who is shown against who suits: the arithmetic of the weekly report. Arrays in, figures out; no database, no clock.

Attention falls with the place, 1 / log2(1 + place), as in discounted cumulative gain (Järvelin and Kekäläinen 2002);
that it should follow relevance is equity of attention (Biega, Gummadi and Weikum 2018). The four-fifths rule is that of
the Uniform Guidelines on Employee Selection Procedures (29 CFR 1607.4 D), used here as an alarm and not as a verdict.
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
"""Of smaller groups nothing is said, so that nobody can be told."""
TEN = 10
RESAMPLES = 400
FOUR_FIFTHS = 0.8
LORENZ_STEPS = 20

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """
    One freelancer who could have stood in the lists of one task.

    :param attention: the sum of the attention of the places where they stood, over the task's lists.
    :param relevance: their score, times the number of lists.
    :param first: in how many lists they stood among the first ten; `lists`: of how many.
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
    """0 is everybody the same; near 1 one has everything. Of nothing it is 0."""
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    whole = float(ordered.sum())
    if not len(ordered) or whole <= 0:
        return 0.0
    ranks = np.arange(1, len(ordered) + 1)
    return float((2 * ranks - len(ordered) - 1) @ ordered / (len(ordered) * whole))


def lorenz(values: Sequence[float], steps: int = LORENZ_STEPS) -> list[float]:
    """The share of the whole that the least shown 0, 1/steps, ... 1 of the people have."""
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    whole = float(ordered.sum())
    if not len(ordered) or whole <= 0:
        return []
    summed = np.concatenate([[0.0], np.cumsum(ordered)]) / whole
    return [
        round(float(one), 4) for one in np.interp(np.linspace(0, len(ordered), steps + 1), range(len(summed)), summed)
    ]


def by_group(pairs: Sequence[Pair], group_of: Mapping[int, str], *, seed: int = 1) -> list[dict[str, Any]]:
    """
    Per group of at least `PEOPLE_MIN` people: its shares, their ratio, the four-fifths check, each with 95 % intervals.

    Shares are of the groups shown alone, so that a small one cannot be found by subtraction. Intervals come from
    drawing the tasks again: people of one task's list stand and fall together. Fewer than two groups are no comparison.
    """
    people: dict[str, set[int]] = {}
    for one in pairs:
        people.setdefault(group_of[one.person], set()).add(one.person)
    names = sorted(name for name, members in people.items() if len(members) >= PEOPLE_MIN)
    if len(names) < 2:
        return []
    tables = _tables(pairs, group_of, names)
    whole = [table.sum(axis=0)[None, :] for table in tables]
    exposure, relevance, ratio, impact = (one[0] for one in _figures(*whole))
    tasks = tables[0].shape[0]
    counts = (
        np.random.default_rng(seed).multinomial(tasks, np.full(tasks, 1 / tasks), size=RESAMPLES).astype(np.float64)
    )
    *_, ratios, impacts = _figures(*(counts @ table for table in tables))
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


def _tables(pairs: Sequence[Pair], group_of: Mapping[int, str], names: list[str]) -> list[Floats]:
    """Per task and group: attention, relevance, times among the first ten, times it could have been."""
    column = {name: at for at, name in enumerate(names)}
    row = {task: at for at, task in enumerate(sorted({one.task for one in pairs}))}
    tables = [np.zeros((len(row), len(names))) for _ in range(4)]
    for one in pairs:
        at = column.get(group_of[one.person])
        if at is not None:
            for table, value in zip(tables, (one.attention, one.relevance, one.first, one.lists), strict=True):
                table[row[one.task], at] += value
    return tables


def _figures(seen: Floats, worth: Floats, first: Floats, could: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Rows are samples, columns groups. What cannot be said is nan."""
    with np.errstate(divide="ignore", invalid="ignore"):
        exposure = seen / seen.sum(axis=1, keepdims=True)
        relevance = worth / worth.sum(axis=1, keepdims=True)
        rate = first / could
        best = np.max(np.where(np.isnan(rate), 0.0, rate), axis=1, keepdims=True)
        return exposure, relevance, exposure / relevance, rate / best


def _interval(values: Floats) -> list[float | None]:
    known = values[np.isfinite(values)]
    if not len(known):
        return [None, None]
    return [_round(one) for one in np.percentile(known, [2.5, 97.5])]


def _verdict(impact: float, interval: list[float | None]) -> str:
    """`below` only where the interval says so too; `unsure` where the figure is low and chance may explain it."""
    if not math.isfinite(impact):
        return "unknown"
    if impact >= FOUR_FIFTHS:
        return "passes"
    return "below" if interval[1] is not None and interval[1] < FOUR_FIFTHS else "unsure"


def _round(value: float) -> float | None:
    return round(float(value), 4) if math.isfinite(value) else None


# IANA names some islands after an ocean; these belong to a continent all the same.
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
    """The continent of a country (ISO 3166-1), by CLDR's first time zone of it; `elsewhere` where there is none."""
    if country in _ISLANDS:
        return _ISLANDS[country]
    zones = get_global("territory_zones").get(country, [])
    return _CONTINENTS.get(zones[0].split("/")[0], "elsewhere") if zones else "elsewhere"
