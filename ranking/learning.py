"""
Learning to rank from outcomes. Three models, the most cautious first:

* *Formula*: a weighted sum of the features of `evidence`. The weights ship with the product; none is negative.
* *Tuned*: a logistic regression with a Gaussian prior centred on the formula's weights, so that a few outcomes change
  it only a little. Weights stay non-negative. In tests this is safer than free weights with few outcomes, and worse
  with many.
* *Learned*: a logistic regression with free weights and the same prior, plus gradient-boosted trees. The trees are
  monotone in the features that must never lower a person's score.

`train` selects `learned` only if there are at least POSITIVES_MIN good outcomes and it beats the formula significantly
on the last time window, which no model was trained on. It selects `tuned` only if it is not worse there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

from ranking.evidence import FEATURES
from ranking.text import Matrix

POSITIVES_MIN = 1_000
TUNING_MIN = 150
PRIOR_STRENGTH = 50.0
SIGNIFICANT = 1.64  # one-sided 5 per cent, for a paired difference over tasks
WORSE = -1.0
HARD_NEGATIVES, RANDOM_NEGATIVES = 80, 40
TREES, LEAVES, LEAF_MIN, ROWS_MAX = 120, 8, 200, 120_000
LEARNING_RATE, SMOOTHING, FEATURES_SHARE = 0.06, 5.0, 0.5
DEPTH = 10
ACCEPTED_GAIN, ANSWERED_GAIN = 3, 2
# A higher value never lowers the score, other things equal: an explanation may name these as a reason.
NEVER_AGAINST = frozenset(
    [
        "value_evidence_slow",
        "value_expanded",
        "value_like_all",
        "value_like_lately",
        "coverage_rarity",
        "accept_rate",
        "recency",
    ]
)
FORMULA_NEVER_AGAINST = tuple(feature in NEVER_AGAINST for feature in FEATURES)


@dataclass(frozen=True)
class Examples:
    """
    A sample of (task, person) pairs with their outcomes.

    :param features: shape (pairs, FEATURES).
    :param gains: 0 for no outcome, 2 for a good outcome, 3 for the best.
    :param weights: the number of pairs each sampled pair represents.
    :param tasks: number of the task of each pair.
    """

    features: Matrix
    gains: NDArray[np.int64]
    weights: Matrix
    tasks: NDArray[np.int64]

    @property
    def positives(self) -> int:
        return int((self.gains > 0).sum())


@dataclass(frozen=True)
class Ranker:
    """
    Scores features; higher is better. Scores are comparable only within one task.

    :param kind: `formula`, `tuned` or `learned`.
    :param card: training data and evaluation results, as plain values that can be stored as JSON.
    """

    kind: str
    weights: Matrix
    trees: Any = None
    card: dict[str, Any] = field(default_factory=dict)

    def score(self, features: Matrix) -> Matrix:
        """
        Return one score per row of `features`.

        :param features: shape (..., FEATURES). The result has this shape without the last axis.
        """
        linear: Matrix = features @ self.weights
        if self.trees is None:
            return linear
        flat = features.reshape(-1, features.shape[-1])
        result: Matrix = linear + self.trees.decision_function(flat).reshape(linear.shape).astype(np.float32)
        return result


def formula() -> Ranker:
    weights = np.array([FORMULA.get(name, 0.0) for name in FEATURES], dtype=np.float32)
    return Ranker("formula", weights, card={"kind": "formula", "weights": dict(FORMULA)})


def sample(
    features: Matrix,
    gains: NDArray[np.int64],
    experienced: NDArray[np.int64],
    first_task: int,
    random: np.random.Generator,
) -> Examples:
    """
    Sample pairs: every good outcome, the pairs that the formula ranks highest, and a weighted random part of the rest.

    A person's first work is left out, because they had no evidence before it.

    :param features: (tasks, people, FEATURES); `gains`: (tasks, people); `known`: people with work before.
    """
    liked = formula().score(features)
    kept_features, kept_gains, kept_weights, kept_tasks = [], [], [], []
    for number in range(len(gains)):
        order = experienced[np.argsort(-liked[number, experienced], kind="stable")]
        hard, rest = order[:HARD_NEGATIVES], order[HARD_NEGATIVES:]
        chosen = random.choice(rest, min(RANDOM_NEGATIVES, len(rest)), replace=False)
        standing = len(rest) / max(len(chosen), 1)
        lost = np.setdiff1d(experienced[gains[number, experienced] > 0], np.r_[hard, chosen])
        people = np.r_[hard, chosen, lost]
        gain = gains[number, people]
        weight = np.r_[np.ones(len(hard)), np.full(len(chosen), standing), np.ones(len(lost))]
        weight[gain > 0] = np.where(gain[gain > 0] >= ACCEPTED_GAIN, 1.4, 0.6)
        kept_features.append(features[number, people])
        kept_gains.append(gain)
        kept_weights.append(weight)
        kept_tasks.append(np.full(len(people), first_task + number))
    return Examples(
        np.concatenate(kept_features),
        np.concatenate(kept_gains),
        np.concatenate(kept_weights).astype(np.float32),
        np.concatenate(kept_tasks),
    )


def join(parts: Iterable[Examples]) -> Examples:
    some = list(parts)
    return Examples(*(np.concatenate([getattr(item, name) for item in some]) for name in Examples.__dataclass_fields__))


def train(windows: Sequence[Examples], *, gain_min: float = SIGNIFICANT) -> Ranker:
    """
    Return the strongest model that the outcomes justify.

    :param windows: examples by time, oldest first. The last one is for evaluation and used for training only
        afterwards.
    :param gain_min: the t value of `learned` over the formula required on the last window. The site requires
        significance,
        because people are ranked by it; a replay of past data accepts it unless it is clearly worse (WORSE).
    """
    plain = formula()
    positives = sum(window.positives for window in windows)
    card: dict[str, Any] = {"positives": positives, "windows": len(windows)}
    if positives < TUNING_MIN or len(windows) < 2:
        return Ranker(plain.kind, plain.weights, card=card | {"kind": "formula", "because": "too few outcomes"})
    before, last = join(windows[:-1]), windows[-1]
    base = ndcg(last, plain.score(last.features))
    tuned = Ranker("tuned", tune(before, plain.weights))
    card["formula"] = round(float(base.mean()), 4)
    card["tuned"], gain_of_tuned = _compare(last, tuned, base)
    kind = "tuned" if gain_of_tuned > WORSE else "formula"
    if positives >= POSITIVES_MIN:
        learned = Ranker("learned", tune(before, plain.weights, is_free=True), boost(before))
        card["learned"], gain_of_learned = _compare(last, learned, base)
        card["t"] = round(gain_of_learned, 2)
        if gain_of_learned > gain_min:
            kind = "learned"
    if kind == "formula":
        return Ranker("formula", plain.weights, card=card | {"kind": kind})
    everything = join(windows)
    weights = tune(everything, plain.weights, is_free=kind == "learned")
    card |= {"kind": kind, "weights": {name: round(float(w), 4) for name, w in zip(FEATURES, weights, strict=True)}}
    return Ranker(kind, weights, boost(everything) if kind == "learned" else None, card)


def tune(examples: Examples, prior: Matrix, *, is_free: bool = False) -> Matrix:
    """
    Return the weights of a logistic regression with a prior centred on `prior`.

    The intercept is dropped, because only the order counts.

    :param is_free: whether weights may be negative.
    """
    mean, spread = examples.features.mean(axis=0), examples.features.std(axis=0) + 1e-6
    inputs = (examples.features - mean) / spread
    drawn_to, labels, counts = prior * spread, examples.gains > 0, examples.weights.astype(np.float64)

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits = (inputs @ point[:-1].astype(np.float32)).astype(np.float64) + point[-1]
        away = point[:-1] - drawn_to
        value = counts @ (np.logaddexp(0, logits) - labels * logits) + PRIOR_STRENGTH / 2 * (away @ away)
        wrong = counts * (1 / (1 + np.exp(-logits)) - labels)
        return float(value), np.r_[wrong.astype(np.float32) @ inputs + PRIOR_STRENGTH * away, wrong.sum()]

    share = (counts @ labels) / counts.sum()
    start = np.r_[drawn_to, math.log(max(share, 1e-6) / max(1 - share, 1e-6))]
    limits = [(None if is_free else 0, None)] * len(drawn_to) + [(None, None)]
    from scipy.optimize import minimize  # slow to import, and only training needs it

    rows = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=limits, options={"maxiter": 120})
    result: Matrix = (rows.x[:-1] / spread).astype(np.float32)
    return result


def boost(examples: Examples, never_against: Sequence[bool] = FORMULA_NEVER_AGAINST) -> HistGradientBoostingClassifier:
    """:param never_against: per feature, whether a higher value must never lower the score."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # slow to import too

    trees = HistGradientBoostingClassifier(
        max_iter=TREES, max_leaf_nodes=LEAVES, min_samples_leaf=LEAF_MIN, learning_rate=LEARNING_RATE,
        l2_regularization=SMOOTHING, max_features=FEATURES_SHARE, early_stopping=False, random_state=0,
        monotonic_cst=[int(item) for item in never_against],
    )  # fmt: skip
    rows = np.arange(len(examples.gains))
    if len(rows) > ROWS_MAX:  # keep every good outcome, and only as many others as keep the training time bounded
        others = np.flatnonzero(examples.gains == 0)
        kept = np.random.default_rng(0).choice(others, max(ROWS_MAX - examples.positives, 1), replace=False)
        rows = np.sort(np.r_[np.flatnonzero(examples.gains > 0), kept])
    weights = examples.weights[rows].copy()
    weights[examples.gains[rows] == 0] *= (len(examples.gains) - examples.positives) / max(
        (examples.gains[rows] == 0).sum(), 1
    )
    return trees.fit(examples.features[rows], examples.gains[rows] > 0, sample_weight=weights)


def ndcg(examples: Examples, scores: Matrix) -> NDArray[np.float64]:
    """Return nDCG at 10 of each task with a good outcome; the gain is 2^grade - 1."""
    result = []
    for task in np.unique(examples.tasks):
        of = examples.tasks == task
        gains = examples.gains[of]
        if not gains.any():
            continue
        order = np.argsort(-scores[of], kind="stable")[:DEPTH]
        discount = 1 / np.log2(np.arange(2, DEPTH + 2))
        ideal = np.sort(gains)[::-1][:DEPTH]
        got = ((2.0 ** gains[order] - 1) * discount[: len(order)]).sum()
        result.append(got / ((2.0**ideal - 1) * discount[: len(ideal)]).sum())
    return np.array(result)


def _compare(last: Examples, ranker: Ranker, base: NDArray[np.float64]) -> tuple[float, float]:
    """Return the ranker's nDCG on the last window, and the t value of its paired gain over the formula."""
    own = ndcg(last, ranker.score(last.features))
    return round(float(own.mean()), 4), paired_t(own, base)


def paired_t(own: NDArray[np.float64], base: NDArray[np.float64]) -> float:
    """Return the paired t value of the differences per list; 0 if there are fewer than two."""
    gain = own - base
    if len(gain) < 2:
        return 0.0
    return float(gain.mean()) / max(float(gain.std(ddof=1)) / math.sqrt(len(gain)), 1e-9)


# Weights of a non-negative logistic regression over the past (never the answers) of three public tracks from different
# trades. Cross-validated: each track was ranked with the weights learned on the other two.
FORMULA: dict[str, float] = {
    "value_activity_fast": 1.565, "value_activity_instant": 0.675, "value_bayes": 0.118, "value_like_text": 0.053,
    "rank_evidence_fast": 0.313, "rank_expanded": 0.407, "rank_bayes": 0.547, "rank_like_text": 0.047,
    "rank_like_meaning": 0.187, "rank_like_all": 0.343, "rank_like_lately": 1.405, "recency_slow": 1.616,
    "mean_score": 0.399, "tenure": 0.599, "coverage": 0.023,
}  # fmt: skip
