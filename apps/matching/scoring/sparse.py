"""
Candidates by shared skills, out of a sparse matrix that is kept transposed.

`scipy`'s `q @ XT` with XT in CSR touches only the rows of the skills asked for; multiplying with X, or scikit-learn's
`linear_kernel`, would read everybody's profile for each question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

import numpy as np
from scipy.sparse import csr_matrix

from apps.matching import scoring


class SkillIndex:
    """Who (or which task) has which skills, ready to be asked for the best by weighted skills."""

    def __init__(self, rows: Iterable[tuple[UUID, UUID, float]]) -> None:
        """:param rows: (owner, skill, strength from 0 to 1), one per pair."""
        entries = list(rows)
        self.owners: list[UUID] = sorted({owner for owner, _, _ in entries})
        place = {owner: number for number, owner in enumerate(self.owners)}
        self._skills = {skill: number for number, skill in enumerate(sorted({skill for _, skill, _ in entries}))}
        self._transposed = csr_matrix(
            (
                np.array([strength for _, _, strength in entries], dtype=np.float32),
                (
                    np.array([self._skills[skill] for _, skill, _ in entries], dtype=np.int32),
                    np.array([place[owner] for owner, _, _ in entries], dtype=np.int32),
                ),
            ),
            shape=(len(self._skills), len(self.owners)),
        )
        knowing = np.diff(self._transposed.indptr)
        self._rarity = {
            skill: scoring.idf(len(self.owners), int(knowing[number])) for skill, number in self._skills.items()
        }

    def rarity(self, skill_ids: Iterable[UUID]) -> dict[UUID, float]:
        """IDF of each skill; one that nobody has is the rarest."""
        unknown = scoring.idf(len(self.owners), 0)
        return {skill: self._rarity.get(skill, unknown) for skill in skill_ids}

    def best(self, wanted: Mapping[UUID, float], limit: int) -> list[UUID]:
        """Owners by the sum of weight x strength over the wanted skills, best first, equal ones by id."""
        known = [(self._skills[skill], weight) for skill, weight in wanted.items() if skill in self._skills]
        if not known or not self.owners:
            return []
        question = csr_matrix(
            ([weight for _, weight in known], ([0] * len(known), [number for number, _ in known])),
            shape=(1, len(self._skills)),
            dtype=np.float32,
        )
        answer = question @ self._transposed
        order = np.lexsort((answer.indices, -answer.data))[:limit]
        return [self.owners[number] for number in answer.indices[order]]
