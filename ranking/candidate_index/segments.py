"""One memory-mapped part of a candidate index, and the meaning of its columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ranking.formula import LEVELS
from ranking.word_weights import Rarity

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
FACTS = np.dtype(
    [("usual", "f8"), ("hourly", "f8"), ("active", "f8"), ("fluent", "u8"),
     ("conversational", "u8"), ("basic", "u8"), ("hours", "u4"), ("completed", "u2"), ("failed", "u2"),
     ("country", "u2")]
)  # fmt: skip
COUNTRIES = 26 * 26
LANGUAGES_MAX = 64
LEVEL_COLUMNS = {"native": "fluent", "fluent": "fluent", "conversational": "conversational", "basic": "basic"}


def country_code(number: int) -> str:
    """The inverse of `country_number`."""
    return chr(65 + number // 26) + chr(65 + number % 26)


def country_number(code: str) -> int:
    """
    Return the number of a two-letter code (A to Z). Any other string gives 0, the number of the unassigned code AA.
    """
    if len(code) == 2 and code.isascii() and code.isupper():
        return (ord(code[0]) - 65) * 26 + ord(code[1]) - 65
    return 0


LEVEL_OF_SAID = {said: level for level, said in LEVELS.items()}
LEVEL_NOT_KNOWN = 9


def level_of(said: float) -> int:
    """Return the declared level for a stored weight; 0 if the skill is not declared."""
    return LEVEL_OF_SAID.get(round(said, 4), LEVEL_NOT_KNOWN) if said else 0


def ragged(starts: Rows, lengths: Rows) -> Rows:
    """Return the indices of many short runs (`starts`, `lengths`), concatenated."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    result: Rows = np.repeat(starts - (ends - lengths), lengths) + np.arange(total)
    return result


def halves(ids: Iterable[UUID]) -> NDArray[np.uint64]:
    """Return the upper and lower 64 bits of the ids as two rows; ids are sorted and looked up by them."""
    numbers = [row_id.int for row_id in ids]
    return np.array(
        [[number >> 64 for number in numbers], [number & (2**64 - 1) for number in numbers]], dtype=np.uint64
    )


def _mapped(path: Path) -> NDArray[Any]:
    """Map a file as a plain array: the `numpy.memmap` class costs microseconds on every access."""
    mapped: NDArray[Any] = np.load(path, mmap_mode="r").view(np.ndarray)
    return mapped


class Part:
    """
    One folder of the index, mapped into memory.

    :ivar said: skills x people: weight of the declared level. `evidence`: log of decayed accepted work, for retrieval.
    :ivar words: words x people: stored weights; `word_numbers`: the number of each row.
    :ivar word_rarity: of the words of a base; empty in a delta.
    :ivar work_start: index of each person's first work; `work_ptr`: index of each work's first skill.
    """

    def __init__(self, folder: Path) -> None:
        self.features = _mapped(folder / "facts.npy")
        self.high, self.low = _mapped(folder / "owners.npy")
        names = json.loads((folder / "names.json").read_text())
        self.skill_ids = [UUID(skill) for skill in names["skills"]]
        self.skills = {skill: row for row, skill in enumerate(self.skill_ids)}
        self.languages = {language: number for number, language in enumerate(names["languages"])}
        self.said = self._matrix(folder, "said", len(self.skills))
        self.evidence = self._matrix(folder, "evidence", len(self.skills))
        self.word_numbers = _mapped(folder / "word_numbers.npy")
        self.words = self._matrix(folder, "words", len(self.word_numbers))
        self.word_rarity = Rarity(
            _mapped(folder / "rarity_numbers.npy"), _mapped(folder / "rarity_counts.npy"),
            int(_mapped(folder / "rarity_people.npy")[0]),
        )  # fmt: skip
        self.work_start, self.work_at, self.work_accepted, self.work_ptr, self.work_skills = (
            _mapped(folder / f"work_{name}.npy") for name in ("start", "at", "accepted", "ptr", "skills")
        )
        self.newcomers = _mapped(folder / "newcomers.npy")
        self.hidden = np.zeros(len(self.features), dtype=bool)
        self.countries: frozenset[int] = frozenset(names["countries"])

    def _matrix(self, folder: Path, name: str, rows: int) -> csr_matrix:
        matrix = csr_matrix((rows, len(self.features)), dtype=np.float32)
        matrix.indptr, matrix.indices, matrix.data = (
            _mapped(folder / f"{name}_{array}.npy") for array in ("indptr", "indices", "data")
        )
        matrix.has_sorted_indices = True
        return matrix

    def __len__(self) -> int:
        return len(self.features)

    def row_of(self, owner: UUID) -> int | None:
        rows = self._rows_of([owner])
        return int(rows[0]) if len(rows) else None

    def _rows_of(self, owners: Iterable[UUID]) -> Rows:
        """Return the rows of those owners who are in this part."""
        high, low = halves(owners if len(self.high) else ())
        rows = np.searchsorted(self.high, high)
        ends = np.searchsorted(self.high, high, side="right")
        while (others := np.flatnonzero((rows < ends) & (self.low[np.minimum(rows, ends - 1)] != low))).size:
            rows[others] += 1  # several ids share the upper half: they were created in the same millisecond
        result: Rows = rows[rows < ends]
        return result

    def hide(self, owners: Iterable[UUID]) -> None:
        self.hidden[self._rows_of(owners)] = True

    def owner(self, row: int) -> UUID:
        return UUID(int=(int(self.high[row]) << 64) | int(self.low[row]))

    def owners(self) -> list[UUID]:
        return [self.owner(row) for row in range(len(self.features))]

    def knowing(self, skill: UUID) -> int:
        """Return how many people declare the skill."""
        row = self.skills.get(skill)
        return 0 if row is None else int(self.said.indptr[row + 1] - self.said.indptr[row])

    def declared(self, skill: UUID, rows: Rows) -> Floats:
        """Return the weight of each person's declared level in a skill; 0 if not declared."""
        number = self.skills.get(skill)
        if number is None:
            return np.zeros(len(rows))
        start, end = self.said.indptr[number], self.said.indptr[number + 1]
        listed, data = self.said.indices[start:end], self.said.data[start:end]
        if not len(listed):
            return np.zeros(len(rows))
        at = np.minimum(np.searchsorted(listed, rows), len(listed) - 1)
        result: Floats = np.where(listed[at] == rows, data[at], 0.0).astype(np.float64).round(4)
        return result

    def word_row(self, number: int) -> int | None:
        """Return the row of a word in `words`; None if nobody uses it."""
        row = int(np.searchsorted(self.word_numbers, np.uint32(number)))
        return row if row < len(self.word_numbers) and self.word_numbers[row] == number else None

    def word_shares(self, number: int, rows: Rows) -> NDArray[np.int64]:
        """Return the stored weight of a word in each person's text; 0 if they do not use it."""
        word = self.word_row(number)
        if word is None:
            return np.zeros(len(rows), dtype=np.int64)
        start, end = self.words.indptr[word], self.words.indptr[word + 1]
        listed, data = self.words.indices[start:end], self.words.data[start:end]
        at = np.minimum(np.searchsorted(listed, rows), len(listed) - 1)
        result: NDArray[np.int64] = np.where(listed[at] == rows, data[at], 0).astype(np.int64)
        return result

    def works_of(self, row: int) -> Iterator[tuple[list[UUID], float, bool]]:
        """Yield the skills of each work, its end time in epoch seconds, and whether it was accepted."""
        for work in range(int(self.work_start[row]), int(self.work_start[row + 1])):
            skills = [
                self.skill_ids[work_skill]
                for work_skill in self.work_skills[self.work_ptr[work] : self.work_ptr[work + 1]]
            ]
            yield skills, float(self.work_at[work]), bool(self.work_accepted[work])
