"""The columns of one part of the index as arrays, and how they are written to files."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ranking import formula
from ranking.candidate_index.segments import ragged
from ranking.scoring import NEWCOMER_DONE_MAX
from ranking.word_weights import NO_ENTRIES, NO_RARITY, Entries, Rarity

DAY = 86_400


@dataclass(frozen=True)
class Columns:
    """
    :param owners: shape (2, people), unsigned: the upper and the lower half of each person's id, sorted by id.
    :param features: one record of type `FACTS` per person, in the same order.
    :param skills: skill ids; the position in the list is the skill's number.
    :param said: the declared skills as three arrays: person number, skill number, weight of the declared level.
    :param works: past work sorted by person, as four arrays: person number, end time (epoch seconds), accepted or not,
        number of skills the task asked for.
    :param work_skills: the skill numbers of all works, concatenated.
    :param words: the words of each person's text with their stored weights (`word_weights.kept`).
    :param word_rarity: of the words, in a base; a delta uses that of its base and has none.
    :param bags: all words of each person's text with their counts, sorted by person, and `texts_at`, the time at which
        each profile was changed last: stored, so that the next base reads only the texts that changed since.
    """

    owners: NDArray[np.uint64]
    features: NDArray[np.void]
    skills: list[UUID]
    languages: list[str]
    said: tuple[Any, Any, Any]
    works: tuple[Any, Any, Any, Any]
    work_skills: Any
    words: Entries = NO_ENTRIES
    word_rarity: Rarity = NO_RARITY
    bags: Entries | None = None
    texts_at: NDArray[np.float64] | None = None

    @property
    def ids(self) -> list[UUID]:
        return [UUID(int=high << 64 | low) for high, low in self.owners.T.tolist()]

    def write(self, folder: Path) -> int:
        """Write all columns into a new folder and return the number of people."""
        folder.mkdir(parents=True)
        people, skills, worth = self.said
        np.save(folder / "owners.npy", self.owners)
        np.save(folder / "facts.npy", self.features)
        np.save(folder / "newcomers.npy", self.features["completed"] <= NEWCOMER_DONE_MAX)
        self._write_matrix(folder, "said", worth, skills, people)
        self._write_works(folder)
        self._write_words(folder)
        names = {
            "skills": [str(skill) for skill in self.skills],
            "languages": self.languages,
            "countries": np.unique(self.features["country"]).tolist(),
        }
        (folder / "names.json").write_text(json.dumps(names))
        return len(self.features)

    def _write_works(self, folder: Path) -> None:
        """Write past work by person, and the evidence matrix (skills x people) that candidate retrieval uses."""
        workers, at, accepted, lengths = self.works
        starts = np.searchsorted(workers, np.arange(len(self.features) + 1))
        np.save(folder / "work_start.npy", starts.astype(np.int32))
        np.save(folder / "work_at.npy", at.round().astype(np.uint32))  # whole seconds fit in 32 bits until 2106
        np.save(folder / "work_accepted.npy", accepted.astype(bool))
        np.save(folder / "work_ptr.npy", np.r_[0, np.cumsum(lengths)].astype(np.int32))
        np.save(folder / "work_skills.npy", self.work_skills.astype(np.min_scalar_type(len(self.skills))))
        latest = float(at.max()) if len(at) else 0.0
        worth = accepted * 0.5 ** ((latest - at) / DAY / formula.WORK_HALF_LIFE_DAYS)
        each, whose = np.repeat(worth, lengths), np.repeat(workers, lengths)
        self._write_matrix(folder, "evidence", each, self.work_skills, whose, change=np.log1p)

    def _write_words(self, folder: Path) -> None:
        numbers, which = np.unique(self.words.numbers, return_inverse=True)
        shape = (len(numbers), len(self.features))
        matrix = csr_matrix((self.words.values, (which, self.words.rows)), shape=shape, dtype=np.uint8)
        matrix.sort_indices()
        np.save(folder / "word_numbers.npy", numbers)
        np.save(folder / "words_indptr.npy", matrix.indptr)
        np.save(folder / "words_indices.npy", matrix.indices)
        np.save(folder / "words_data.npy", matrix.data)
        np.save(folder / "rarity_numbers.npy", self.word_rarity.numbers)
        np.save(folder / "rarity_counts.npy", self.word_rarity.counts)
        np.save(folder / "rarity_people.npy", np.array([self.word_rarity.people]))
        if self.bags is not None and self.texts_at is not None:
            starts = np.searchsorted(self.bags.rows, np.arange(len(self.features) + 1))
            for name, array in (
                ("start", starts), ("numbers", self.bags.numbers), ("counts", self.bags.values), ("at", self.texts_at),
            ):  # fmt: skip
                np.save(folder / f"bags_{name}.npy", array)

    def _write_matrix(
        self, folder: Path, name: str, values: Any, skills: Any, people: Any,
        change: Callable[[Any], Any] = np.asarray,
    ) -> None:  # fmt: skip
        shape = (len(self.skills), len(self.features))
        matrix = csr_matrix((np.asarray(values, dtype=np.float32), (skills, people)), shape=shape)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()  # work that was not accepted is no evidence
        matrix.sort_indices()
        np.save(folder / f"{name}_indptr.npy", matrix.indptr)
        np.save(folder / f"{name}_indices.npy", matrix.indices)
        np.save(folder / f"{name}_data.npy", change(matrix.data).astype(np.float32))


class EarlierBags:
    """The bags of a base's people, for those whose profile did not change since. Empty without a base."""

    def __init__(self, base: Path | None) -> None:
        self._rows: dict[tuple[int, int], int] = {}
        if base is not None and (base / "bags_at.npy").exists():
            self._start, self._numbers, self._counts, self._at = (
                np.load(base / f"bags_{name}.npy", mmap_mode="r") for name in ("start", "numbers", "counts", "at")
            )
            high, low = np.load(base / "owners.npy").tolist()
            self._rows = {owner: row for row, owner in enumerate(zip(high, low, strict=True))}

    def get(self, owner: tuple[int, int], at: float) -> tuple[NDArray[np.uint32], NDArray[np.uint8]] | None:
        """Return word numbers and counts if the owner's profile was changed last at this time."""
        row = self._rows.get(owner)
        if row is None or self._at[row] != at:
            return None
        start, end = self._start[row], self._start[row + 1]
        return self._numbers[start:end], self._counts[start:end]


def by_person(workers: Any, at: Any, accepted: Any, lengths: Any, skills: Any) -> tuple[tuple[Any, Any, Any, Any], Any]:
    """Return `works` and `work_skills` sorted by person."""
    order = np.argsort(workers, kind="stable")
    starts = np.cumsum(lengths) - lengths
    return (workers[order], at[order], accepted[order], lengths[order]), skills[ragged(starts[order], lengths[order])]
