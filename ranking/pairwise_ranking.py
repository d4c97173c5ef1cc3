"""
Learning from the site's own lists: which of the people or tasks shown was chosen, by an employer or by a freelancer.

The features are only the components of the formula as they were when the list was shown, each as value / (mean of the
five highest of the list) and as 10 / (10 + rank). Nothing that identifies a person can be among them. First a logistic
regression with a prior at the formula's weights is trained, then the same with boosted trees. Both are monotone in
every feature: a higher component never lowers the score. The last of five time windows, which no model was trained on,
decides between them (`train`).

A choice further down a list is stronger evidence, because fewer readers look there: its weight is log2(1 + position),
at
most WEIGHT_MAX.

The model is stored as plain numbers (`as_json`) and evaluated here by numpy; nothing from the database is ever
executed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking import learning
from ranking.formula import SKILL_SHARES, Weights
from ranking.learning import POSITIVES_MIN, SIGNIFICANT, Examples

Numbers = NDArray[np.float64]
PARTS = (*SKILL_SHARES, "pay", "growth", "recency", "fit", "accepted", "score")
FEATURES = (*(f"value_{name}" for name in PARTS), *(f"rank_{name}" for name in PARTS))
WINDOWS = 5
LISTS_MIN = 50  # lists of the evaluation window that have a choice
WEIGHT_MAX = 4.0
VALUE_MAX = 4.0
CHANCE_MIN = 1e-6
PRIOR = np.array([4.0 if name == "value_score" else 0.0 for name in FEATURES], dtype=np.float32)


@dataclass(frozen=True)
class Choices:
    """
    One list as it was shown.

    :param parts: shape (rows, PARTS). :param gains: 0 for not chosen, 2 for chosen, 3 for the best outcome.
    :param places: the position of each row, from 1.
    """

    parts: Numbers
    gains: NDArray[np.int64]
    places: NDArray[np.int64]


def parts_of(components: Mapping[str, float], reasons: Mapping[str, Any], points: Weights) -> list[float]:
    """Return the components of a stored match, each from 0 to 1, independent of the points used."""
    base = sum(components[name] for name in ("skill", "pay", "growth"))
    active = base + components["recency"]
    count, accepted, _days = reasons["similar"]
    return [
        *(float(reasons["skill"][name]) for name in SKILL_SHARES),
        components["pay"] / points.pay if points.pay else 0.0,
        components["growth"] / points.growth if points.growth else 0.0,
        active / base if base else 0.0,
        (active + components["fit"]) / active if active else 0.0,
        accepted / (count + 3),
        (active + components["fit"]) / 100,
    ]


def features(parts: Numbers) -> Numbers:
    """Return the features of one list, normalised within the list: shape (rows, FEATURES)."""
    count = min(5, len(parts))
    if not count:
        return np.empty((0, len(FEATURES)))
    top = np.sort(parts, axis=0)[-count:].mean(axis=0)
    values = np.minimum(parts / np.maximum(top, 1e-9), VALUE_MAX)
    above = (parts[None, :, :] > parts[:, None, :] + 1e-12).sum(axis=1)
    return np.hstack([values, 10 / (10 + above)])


@dataclass(frozen=True)
class Chooser:
    """
    The probability of being chosen, as numbers.

    :param calibration: slope and intercept from a score to the log odds.
    :param units: mean and spread of the log probability, and of the formula's score, over the training data.
    :param trees: arrays with one entry per node, all trees concatenated; empty if there are none.
    """

    weights: Numbers
    calibration: tuple[float, float]
    units: tuple[float, float, float, float]
    trees: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    baseline: float = 0.0

    def score(self, rows: Numbers) -> Numbers:
        """
        Return one score per row; higher is better.

        :param rows: as returned by `features`.
        """
        linear: Numbers = rows @ self.weights
        return linear + walk(self.trees, rows) + self.baseline if self.trees else linear

    def chance(self, rows: Numbers) -> Numbers:
        slope, intercept = self.calibration
        result: Numbers = 1 / (1 + np.exp(-np.clip(slope * self.score(rows) + intercept, -30, 30)))
        return np.maximum(result, CHANCE_MIN)

    def as_json(self) -> dict[str, Any]:
        return {
            "features": list(FEATURES),
            "weights": [float(weight) for weight in self.weights],
            "calibration": list(self.calibration),
            "units": list(self.units),
            "baseline": self.baseline,
            "trees": {name: values.tolist() for name, values in self.trees.items()},
        }


def from_json(kept: Mapping[str, Any]) -> Chooser:
    """:raises ValueError: if the model was trained on other features than the current ones."""
    if tuple(kept["features"]) != FEATURES:
        raise ValueError("learnt from other features")
    slope, intercept = kept["calibration"]
    mean, spread, score_mean, score_spread = kept["units"]
    return Chooser(
        np.array(kept["weights"], dtype=np.float64), (slope, intercept), (mean, spread, score_mean, score_spread),
        {name: np.array(values) for name, values in kept["trees"].items()}, float(kept["baseline"]),
    )  # fmt: skip


def in_units_of_the_score(choosers: Sequence[Chooser], rows: Numbers) -> Numbers:
    """
    Return the combined result of all choosers, scaled to the mean and spread of the formula's scores.

    With two choosers the probabilities are multiplied: that the employer chooses, and that the freelancer bids.
    """
    logs = sum((np.log(chooser.chance(rows)) for chooser in choosers), np.zeros(len(rows)))
    mean = sum(chooser.units[0] for chooser in choosers)
    spread = math.sqrt(sum(chooser.units[1] ** 2 for chooser in choosers))
    result: Numbers = choosers[0].units[2] + (logs - mean) / max(spread, 1e-9) * choosers[0].units[3]
    return result


# --- trees as numbers -------------------------------------------------------------------------------------------------


def flatten(model: Any) -> tuple[dict[str, NDArray[Any]], float]:
    """Return scikit-learn's trees as arrays with one entry per node, and the baseline of every row."""
    nodes = [predictors[0].nodes for predictors in model._predictors]
    starts = np.cumsum([0, *(len(tree) for tree in nodes)])
    joined = np.concatenate(nodes)
    shift = np.repeat(starts[:-1], [len(tree) for tree in nodes])
    own = np.arange(len(joined))
    is_leaf = joined["is_leaf"].astype(bool)
    return {
        "roots": starts[:-1],
        "feature": np.where(is_leaf, 0, joined["feature_idx"]).astype(np.int64),
        "threshold": np.where(is_leaf, 0.0, joined["num_threshold"]),
        "left": np.where(is_leaf, own, joined["left"] + shift),
        "right": np.where(is_leaf, own, joined["right"] + shift),
        "value": np.where(is_leaf, joined["value"], 0.0),
        "depth": np.array([int(joined["depth"].max(initial=0))]),
    }, float(np.ravel(model._baseline_prediction)[0])


def walk(trees: Mapping[str, NDArray[Any]], rows: Numbers) -> Numbers:
    """Return the sum of the leaf values of each row; a leaf's children are the leaf itself."""
    at = np.broadcast_to(trees["roots"], (len(rows), len(trees["roots"])))
    number = np.arange(len(rows))[:, None]
    for _ in range(int(trees["depth"][0])):
        goes_left = rows[number, trees["feature"][at]] <= trees["threshold"][at]
        at = np.where(goes_left, trees["left"][at], trees["right"][at])
    result: Numbers = trees["value"][at].sum(axis=1)
    return result


# --- training ---------------------------------------------------------------------------------------------------------


def train(lists: Sequence[Choices]) -> tuple[Chooser | None, dict[str, Any]]:
    """
    Return the best of formula, logistic regression and trees on the last time window; None means the formula.

    :param lists: oldest first.
    """
    windows = [_examples(part, first) for part, first in _split(lists)]
    positives = sum(window.positives for window in windows)
    card: dict[str, Any] = {
        "positives": positives, "lists": len(lists), "windows": [len(part) for part, _first in _split(lists)],
        "positives_min": POSITIVES_MIN, "t_min": SIGNIFICANT, "features": list(FEATURES), "kind": "formula",
    }  # fmt: skip
    if positives < POSITIVES_MIN:
        return None, card | {"because": "too_few_outcomes"}
    before, last = learning.join(windows[:-1]), windows[-1]
    base = learning.ndcg(last, last.features[:, FEATURES.index("value_score")])
    card["judged_by"] = len(base)
    if len(base) < LISTS_MIN or not before.positives:
        return None, card | {"because": "too_few_lists_to_judge"}
    card["formula"] = round(float(base.mean()), 4)
    best, t_best = None, SIGNIFICANT
    for kind in ("logistic", "trees"):
        scored = _fit(before, with_trees=kind == "trees").score(last.features.astype(np.float64))
        own = learning.ndcg(last, scored.astype(np.float32))
        t = learning.paired_t(own, base)
        card[kind], card[f"{kind}_t"] = round(float(own.mean()), 4), round(t, 2)
        if t > t_best:
            best, t_best = kind, t
    if best is None:
        return None, card | {"because": "no_significant_gain"}
    scores = 100 * np.concatenate([list_row.parts[:, PARTS.index("score")] for list_row in lists])
    units = (float(scores.mean()), float(scores.std()))
    chooser = _fit(learning.join(windows), with_trees=best == "trees", units=units)
    weights = {name: round(float(item), 4) for name, item in zip(FEATURES, chooser.weights, strict=True)}
    return chooser, card | {"kind": best, "weights": weights, "because": "significant_gain"}


def _split(lists: Sequence[Choices]) -> list[tuple[Sequence[Choices], int]]:
    """Return five consecutive parts with equally many lists, and the number of the first list in each."""
    edges = [round(len(lists) * nth / WINDOWS) for nth in range(WINDOWS + 1)]
    return [(lists[start:end], start) for start, end in pairwise(edges)]


def _examples(lists: Sequence[Choices], first: int) -> Examples:
    if not lists:
        none, no_weights = np.empty(0, np.int64), np.empty(0, np.float32)
        return Examples(np.empty((0, len(FEATURES)), np.float32), none, no_weights, none)
    gains = np.concatenate([list_row.gains for list_row in lists])
    places = np.concatenate([list_row.places for list_row in lists])
    weights = np.where(gains > 0, np.minimum(np.log2(1 + places), WEIGHT_MAX), 1.0)
    return Examples(
        np.concatenate([features(list_row.parts) for list_row in lists]).astype(np.float32),
        gains,
        weights.astype(np.float32),
        np.repeat(np.arange(first, first + len(lists)), [len(list_row.gains) for list_row in lists]),
    )


def _fit(examples: Examples, *, with_trees: bool, units: tuple[float, float] = (0.0, 1.0)) -> Chooser:
    """:param units: mean and spread of the formula's scores."""
    weights = learning.tune(examples, PRIOR).astype(np.float64)
    trees, baseline = flatten(learning.boost(examples, [True] * len(FEATURES))) if with_trees else ({}, 0.0)
    rows = examples.features.astype(np.float64)
    plain = Chooser(weights, (1.0, 0.0), (0.0, 1.0, *units), trees, baseline)
    plain = replace(plain, calibration=_calibrate(plain.score(rows), examples.gains > 0))
    logs = np.log(plain.chance(rows))
    return replace(plain, units=(float(logs.mean()), float(logs.std()), *units))


def _calibrate(scores: Numbers, chosen: NDArray[np.bool_]) -> tuple[float, float]:
    """Return Platt's two parameters, by Newton's method. The slope is kept positive, so the order does not change."""
    mean, spread = float(scores.mean()), max(float(scores.std()), 1e-9)
    scaled = (scores - mean) / spread
    slope, intercept = 1.0, math.log((chosen.sum() + 1) / (len(chosen) - chosen.sum() + 1))
    for _ in range(25):
        chance = 1 / (1 + np.exp(-(slope * scaled + intercept)))
        wrong, weight = chance - chosen, chance * (1 - chance) + 1e-9
        gradient = np.array([(wrong * scaled).sum(), wrong.sum()])
        both = float((weight * scaled).sum())
        curve = np.array([[float((weight * scaled**2).sum()) + 1e-6, both], [both, float(weight.sum())]])
        step = np.linalg.solve(curve, gradient)
        slope, intercept = slope - float(step[0]), intercept - float(step[1])
    slope = max(slope, 1e-3)
    return slope / spread, intercept - slope * mean / spread
