"""
Evidence from past work: who did similar work, how much, how recently and how well.

Plain overlap of tags ranks little better than random on real behaviour. The signals used here are: rarity of the skill
x log of the work done with it x decay with age, the same expanded to skills that occur together, and who did similar
past tasks. Each signal is a *channel*: a matrix of shape (query tasks, people). Learning features are computed from the
channels and normalised within each task, so that a model trained on one set of tasks also works on another.

An index contains only work from before its cut-off time (`before`). Ages are measured in units of `span`: the length of
the history for a track, three years on the site.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from ranking import words
from ranking.occupations import unit_rows
from ranking.text import Matrix, vectorizer

Vector = NDArray[np.float64]
SLOW, MEDIUM, FAST, INSTANT = 3.0, 8.0, 10.0, 30.0  # decay per span: the half-lives are 23, 9, 7 and 2 per cent of it
EXPANDED = 0.3
NEIGHBOURS = (200, 300, 400)
BAYES_PRIOR = 5.0
ACCEPTED_EXTRA = 0.5
CHANNELS = (
    "evidence", "evidence_slow", "evidence_fast", "accepted", "expanded", "activity", "activity_slow",
    "activity_fast", "activity_instant", "bayes", "like_text", "like_skills", "like_meaning", "like_all",
    "like_lately", "profile_text",
)  # fmt: skip
PERSONAL = (
    "recency_slow", "recency", "recency_instant", "accept_rate", "mean_score", "work", "tenure", "coverage",
    "coverage_rarity", "pace",
)  # fmt: skip
FEATURES = (*(f"value_{name}" for name in CHANNELS), *(f"rank_{name}" for name in CHANNELS), *PERSONAL)
VALUE_MAX = 4.0
Decay = Callable[[Vector], Vector]


@dataclass(frozen=True)
class Work:
    """
    Who did which past task: parallel arrays with one entry per piece of work.

    :param people: row of the person; `tasks`: row of the past task in `Briefs`.
    :param scores: how well it was rated, on any scale from 0; `accepted`: 1 if the work was accepted, else 0.
    :param at: time, in the same unit as the tasks' `at`.
    """

    people: NDArray[np.int64]
    tasks: NDArray[np.int64]
    scores: Vector
    accepted: Vector
    at: Vector


@dataclass(frozen=True)
class Briefs:
    """
    Tasks as the index reads them, one per row.

    :param skills: tasks x skills, 0 or 1.
    :param texts: texts compared by their words; may be empty strings.
    :param vectors: tasks x 256 sentence vectors; zeros if a task has none.
    """

    skills: csr_matrix
    texts: Sequence[str]
    vectors: Matrix
    at: Vector

    def rows(self, chosen: NDArray[np.int64]) -> Briefs:
        return Briefs(self.skills[chosen], [self.texts[i] for i in chosen], self.vectors[chosen], self.at[chosen])


class EvidenceIndex:
    """Index over all work before `before`. Later work is not included, so it cannot leak into a result."""

    def __init__(self, work: Work, past: Briefs, people: int, *, before: float, span: float | None = None) -> None:
        flatnonzero = np.flatnonzero(past.at < before)
        place = np.full(len(past.at), -1)
        place[flatnonzero] = np.arange(len(flatnonzero))
        done = (work.at < before) & (place[work.tasks] >= 0)
        self.before, self.people = before, people
        self._who, self._what = work.people[done], place[work.tasks[done]]
        self._at, self._accepted = work.at[done], work.accepted[done]
        self._past = past.rows(flatnonzero)
        self.span = span or max(before - float(self._past.at.min() if len(flatnonzero) else before), 1.0)
        self._age = (before - self._at) / self.span
        self._received = np.log1p(np.maximum(work.scores[done], 0))
        self.counts = self._by_person(np.ones_like(self._age))
        self._read_skills()
        self._read_texts()

    @property
    def known_people(self) -> NDArray[np.int64]:
        """The rows of people with at least one piece of work."""
        return np.flatnonzero(self.counts > 0)

    # --- building -------------------------------------------------------------------------------------------------

    def _by_person(self, weights: Vector) -> Vector:
        return np.asarray(np.bincount(self._who, weights, minlength=self.people), dtype=np.float64)

    def _weights(self, values: Vector) -> csr_matrix:
        """Return `values` as a matrix of people x past tasks."""
        return csr_matrix((values.astype(np.float32), (self._who, self._what)), (self.people, len(self._past.at)))

    def _read_skills(self) -> None:
        skills = self._past.skills
        ravel = np.asarray(skills.sum(axis=0)).ravel()
        self._rarity = np.log(1 + skills.shape[0] / (1 + ravel)).astype(np.float32)
        slow, fast = np.exp(-SLOW * self._age), np.exp(-FAST * self._age)
        counts = (self._weights(np.ones_like(slow)) @ skills).tocsr()
        lately = (self._weights(slow) @ skills).tocsr()
        self._has = _each(counts, np.sign)
        self._evidence = {
            "evidence": _each(counts, np.log1p).T.tocsr(),
            "evidence_slow": _each(lately, lambda n: np.log1p(SLOW * n)).T.tocsr(),
            "evidence_fast": _each(self._weights(fast) @ skills, lambda n: np.log1p(FAST * n)).T.tocsr(),
            "accepted": _each(
                self._weights(slow * self._accepted) @ skills, lambda n: np.log1p(SLOW * n)
            ).T.tocsr(),
        }  # fmt: skip
        together = (skills.T @ skills).tolil()
        together.setdiag(0)
        self._together = (diags(1 / (ravel + 2)) @ together.tocsr()).tocsr()
        share = (ravel + 0.5) / (ravel.sum() + 0.5 * max(len(ravel), 1))
        of_person = lately.toarray()
        total = of_person.sum(axis=1, keepdims=True)
        self._surprise = np.log((of_person + BAYES_PRIOR * share) / (total + BAYES_PRIOR) / share).astype(np.float32)
        self._active = {
            "activity": np.log1p(self.counts),
            "activity_slow": np.log1p(SLOW * self._by_person(slow)),
            "activity_fast": np.log1p(FAST * self._by_person(fast)),
            "activity_instant": np.log1p(INSTANT * self._by_person(np.exp(-INSTANT * self._age))),
        }
        self._log_prior = np.log(self._by_person(slow) + self._by_person(fast) + 0.03)

    def _read_texts(self) -> None:
        extra = 1 + ACCEPTED_EXTRA * self._accepted
        self._did = self._weights(np.exp(-SLOW * self._age) * extra).T.tocsr()
        self._did_lately = self._weights(np.exp(-MEDIUM * self._age) * extra).T.tocsr()
        self._words = vectorizer(analyzer=words.written, min_df=2, max_df=0.3)
        try:
            self._texts = self._words.fit_transform(self._past.texts)
        except ValueError:  # no words left: the texts are empty or too few
            self._words = None
            self._texts = csr_matrix((len(self._past.at), 1), dtype=np.float32)
        self._profiles = _each(self._did.T @ self._texts, np.log1p).T.tocsr()
        self._skills_unit = unit_rows(self._past.skills @ diags(self._rarity)).T.tocsr()
        size = self._past.vectors.shape[1]
        self._mean: Matrix = np.zeros(size, dtype=np.float32)
        if len(self._past.at):
            self._mean = self._past.vectors.mean(axis=0).astype(np.float32)
        self._vectors = _centred(self._past.vectors, self._mean)

    # --- queries --------------------------------------------------------------------------------------------------

    def channels(self, briefs: Briefs) -> dict[str, Matrix]:
        """Return a matrix of shape (query tasks, people) per name in CHANNELS; values are >= 0, on different scales."""
        size = (briefs.skills.shape[0], self.people)
        weighted = briefs.skills @ diags(self._rarity)
        result = {name: _dense(weighted @ matrix) for name, matrix in self._evidence.items()}
        expanded = (briefs.skills + EXPANDED * (briefs.skills @ self._together)) @ diags(self._rarity)
        result["expanded"] = _dense(expanded @ self._evidence["evidence_slow"])
        result |= {name: np.broadcast_to(value.astype(np.float32), size) for name, value in self._active.items()}
        likely = (0.7 * (briefs.skills @ self._surprise.T) + self._log_prior) / 2
        result["bayes"] = np.exp(likely - likely.max(axis=1, keepdims=True)).astype(np.float32)
        query = self._words.transform(briefs.texts) if self._words else csr_matrix((size[0], 1), dtype=np.float32)
        text = _dense(query @ self._texts.T)
        skills = _dense(unit_rows(weighted) @ self._skills_unit)
        meaning = np.maximum(_centred(briefs.vectors, self._mean) @ self._vectors.T, 0)
        few, some, many = NEIGHBOURS
        both = 2 * text + skills + meaning
        result["like_text"] = _neighbours(text**2, few, self._did)
        result["like_skills"] = _neighbours(skills**2, few, self._did)
        result["like_meaning"] = _neighbours(meaning**2, few, self._did)
        result["like_all"] = _neighbours(both**3, some, self._did)
        result["like_lately"] = _neighbours(both**2, many, self._did_lately)
        result["profile_text"] = _dense(query @ self._profiles)
        return {name: result[name] for name in CHANNELS}

    def features(self, briefs: Briefs) -> Matrix:
        """
        Return an array of shape (query tasks, people, FEATURES); all values are >= 0.

        Each channel gives two features, value / (mean of its five highest values) and 10 / (10 + rank). The personal
        features
        follow.
        """
        channels = self.channels(briefs)
        size = (briefs.skills.shape[0], self.people)
        answer = np.empty((*size, len(FEATURES)), dtype=np.float32)
        for number, name in enumerate(CHANNELS):
            values = channels[name]
            answer[:, :, number] = np.minimum(values / np.maximum(_mean_of_top(values), 1e-9)[:, None], VALUE_MAX)
            answer[:, :, len(CHANNELS) + number] = 10 / (10 + _ranks(values))
        for number, values in enumerate(self._personal(briefs).values(), start=2 * len(CHANNELS)):
            answer[:, :, number] = values
        return answer

    def _personal(self, briefs: Briefs) -> dict[str, Matrix]:
        last, first = np.full(self.people, -np.inf), np.full(self.people, np.inf)
        np.maximum.at(last, self._who, self._at)
        np.minimum.at(first, self._who, self._at)
        idle = np.clip((briefs.at[:, None] - last) / self.span, 0, 2)
        tenure = np.clip((self.before - first) / self.span, 0, 1)
        weighted = briefs.skills @ diags(self._rarity)
        shared, known_rarity = _dense(briefs.skills @ self._has.T), _dense(weighted @ self._has.T)
        result = {
            "recency_slow": np.exp(-SLOW * idle),
            "recency": np.exp(-FAST * idle),
            "recency_instant": np.exp(-INSTANT * idle),
            "accept_rate": self._by_person(self._accepted) / (self.counts + 3),
            "mean_score": self._by_person(self._received) / (self.counts + 1),
            "work": np.log1p(self.counts),
            "tenure": tenure,
            "coverage": shared / np.maximum(np.asarray(briefs.skills.sum(axis=1)), 1),
            "coverage_rarity": known_rarity / np.maximum(np.asarray(weighted.sum(axis=1)), 1e-9),
            "pace": np.log1p(self.counts / np.maximum(tenure, 0.02)),
        }
        return {name: result[name].astype(np.float32) for name in PERSONAL}


def _each(matrix: csr_matrix, change: Decay) -> csr_matrix:
    changed = matrix.tocsr().astype(np.float32)
    changed.data = change(changed.data).astype(np.float32)
    return changed


def _dense(matrix: csr_matrix) -> Matrix:
    result: Matrix = np.asarray(matrix.todense(), dtype=np.float32)
    return result


def _centred(rows: Matrix, mean: Matrix) -> Matrix:
    """Subtract the mean and scale rows to unit length: what all tasks have in common does not distinguish them."""
    present = np.abs(rows).sum(axis=1, keepdims=True) > 0
    moved = np.where(present, rows - mean, 0).astype(np.float32)
    result: Matrix = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
    return result


def _neighbours(likeness: Matrix, count: int, did: csr_matrix) -> Matrix:
    """
    Return the work done on the `count` most similar past tasks, weighted by similarity: shape (query tasks, people).
    """
    count = min(count, likeness.shape[1])
    if not count:
        return np.zeros((len(likeness), did.shape[1]), dtype=np.float32)
    best = np.argpartition(-likeness, count - 1, axis=1)[:, :count]
    rows = np.repeat(np.arange(len(likeness)), count)
    weights = csr_matrix((likeness[rows, best.ravel()], (rows, best.ravel())), shape=likeness.shape)
    return _dense(weights @ did)


def _mean_of_top(values: Matrix, count: int = 5) -> Matrix:
    count = min(count, values.shape[1])
    result: Matrix = np.partition(values, -count, axis=1)[:, -count:].mean(axis=1)
    return result


def _ranks(values: Matrix) -> NDArray[np.int64]:
    """Return the rank within each row, 0 for the highest value; ties are ordered by column."""
    order = np.argsort(-values, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.broadcast_to(np.arange(values.shape[1]), order.shape), axis=1)
    return ranks
