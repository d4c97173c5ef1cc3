"""The read side of the index: queries over the current base and delta together."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from ranking import formula, scoring, word_weights
from ranking.candidate_index import ranking
from ranking.candidate_index.ranking import Rules
from ranking.candidate_index.segments import Part, country_code
from ranking.candidate_index.writer import CURRENT, state
from ranking.formula import Match
from ranking.scoring import TaskFeatures
from ranking.word_weights import NO_RARITY, Rarity

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ranked:
    """:param fast: the vectorised score that ordered the candidates; equal to the match's score except for rounding."""

    owner: UUID
    match: Match
    fast: float


@dataclass
class CandidateIndex:
    """The current parts of the index; reopened when a writer has replaced them."""

    folder: Path
    _opened: dict[str, Any] = field(default_factory=dict)
    _stamp: tuple[int, int] = (0, 0)
    _parts: list[Part] = field(default_factory=list)

    @property
    def parts(self) -> list[Part]:
        """The open parts. Empty if no index was built or it cannot be read; the caller then queries PostgreSQL."""
        for _ in range(3):  # a writer may replace the parts while they are being opened
            try:
                status = (self.folder / CURRENT).stat()
                stamp = (status.st_mtime_ns, status.st_ino)
                if stamp != self._stamp:
                    self._open(state(self.folder))
                    self._stamp = stamp
            except FileNotFoundError:
                continue
            except (ValueError, KeyError, OSError):
                logger.exception("the candidate index in %s cannot be read", self.folder)
                break
            return self._parts
        self._stamp, self._opened = (0, 0), {}
        return []

    @property
    def database(self) -> str:
        """The name of the database the index was built from, or an empty string."""
        return str(self._opened.get("database", "")) if self.parts else ""

    def _open(self, current: dict[str, Any]) -> None:
        if current.get("base") != self._opened.get("base"):
            self._parts = [Part(self.folder / f"base-{current['base']}")]
        base = self._parts[0]
        base.hidden[:] = False
        self._parts = [base]
        if current["delta"]:
            folder = self.folder / f"delta-{current['base']}-{current['delta']}"
            delta = Part(folder)
            base.hide(delta.owners())
            base.hide(UUID(load) for load in json.loads((folder / "gone.json").read_text()))
            self._parts = [base, delta]
        self._opened = current

    def __len__(self) -> int:
        return sum(len(part) - int(part.hidden.sum()) for part in self.parts)

    @property
    def countries(self) -> set[str]:
        """The country codes of all people in the index."""
        return {country_code(number) for part in self.parts for number in part.countries}

    @property
    def word_rarity(self) -> Rarity:
        """The rarity of words in the texts of the base; a delta does not change it."""
        parts = self.parts
        return parts[0].word_rarity if parts else NO_RARITY

    def rarity(self, skills: Iterable[UUID]) -> dict[UUID, float]:
        """
        Return the IDF of each skill; a skill that no freelancer declares has the highest value.

        People in the delta are still counted in the base too, so a recently changed person may count twice.
        """
        parts = self.parts
        people = sum(len(part) for part in parts)
        return {skill: scoring.idf(people, sum(part.knowing(skill) for part in parts)) for skill in skills}

    def rank(
        self,
        task: TaskFeatures,
        *,
        weights: Mapping[UUID, float],
        related: Mapping[UUID, Mapping[UUID, int]],
        rules: Rules,
        now: datetime,
        candidates: int = 1000,
        limit: int = 50,
        points: formula.Weights = formula.DEFAULT_WEIGHTS,
    ) -> list[Ranked]:
        """
        Return the best candidates for a task with the components of each score, best first; ties are ordered by id.

        :param weights: the weight of each skill in candidate retrieval: the task's own skills and related skills.
        :param related: as in `scoring.score`.
        """
        rarity = self.rarity(task.skill_ids)
        words = word_weights.read(task.words, self.word_rarity)
        result: list[tuple[float, UUID, ranking.Scores, int]] = []
        for part in self.parts:
            rows = ranking.candidates(part, task, weights, rules, candidates, words)
            if len(rows):
                scores = ranking.Scores(part, rows, task, rarity, related, now, points, words)
                best = np.argsort(-scores.score, kind="stable")[: limit + 1]
                result += [(-float(scores.score[at]), part.owner(int(rows[at])), scores, int(at)) for at in best]
        result.sort(key=lambda item: (item[0], str(item[1])))
        ranked = [
            Ranked(owner, formula.evaluate(scores.inputs(at), points), -fast)
            for fast, owner, scores, at in result[:limit]
        ]
        return sorted(ranked, key=lambda item: (-item.match.score, str(item.owner)))
