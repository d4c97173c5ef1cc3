"""One part of a shelf, mapped into memory, and what its columns mean."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
FACTS = np.dtype(
    [("high", "u8"), ("low", "u8"), ("usual", "f8"), ("hourly", "f8"), ("active", "f8"), ("fluent", "u8"),
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
    """Of two letters A to Z; anything else is 0, which is AA and nobody's."""
    if len(code) == 2 and code.isascii() and code.isupper():
        return (ord(code[0]) - 65) * 26 + ord(code[1]) - 65
    return 0


class Part:
    """One folder, mapped into memory."""

    def __init__(self, folder: Path) -> None:
        self.facts = np.load(folder / "facts.npy", mmap_mode="r")
        names = json.loads((folder / "names.json").read_text())
        self.skills = {UUID(skill): row for row, skill in enumerate(names["skills"])}
        self.languages = {language: number for number, language in enumerate(names["languages"])}
        indptr, indices, data = (
            np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("indptr", "indices", "data")
        )
        self.matrix = csr_matrix((len(self.skills), len(self.facts)), dtype=np.float32)
        self.matrix.indptr, self.matrix.indices, self.matrix.data = indptr, indices, data
        self.matrix.has_sorted_indices = True
        self.hidden = np.zeros(len(self.facts), dtype=bool)
        self.countries: frozenset[int] = frozenset(np.unique(self.facts["country"]).tolist())

    def __len__(self) -> int:
        return len(self.facts)

    def row_of(self, owner: UUID) -> int | None:
        high, low = owner.int >> 64, owner.int & (2**64 - 1)
        at = int(np.searchsorted(self.facts["high"], np.uint64(high)))
        while at < len(self.facts) and int(self.facts["high"][at]) == high:
            if int(self.facts["low"][at]) == low:
                return at
            at += 1
        return None

    def hide(self, owners: Iterable[UUID]) -> None:
        for owner in owners:
            if (row := self.row_of(owner)) is not None:
                self.hidden[row] = True

    def owner(self, row: int) -> UUID:
        return UUID(int=(int(self.facts["high"][row]) << 64) | int(self.facts["low"][row]))

    def owners(self) -> list[UUID]:
        return [self.owner(row) for row in range(len(self.facts))]

    def knowing(self, skill: UUID) -> int:
        row = self.skills.get(skill)
        return 0 if row is None else int(self.matrix.indptr[row + 1] - self.matrix.indptr[row])

    def strengths(self, skill: UUID, rows: Rows) -> Floats:
        """How well each of these people knows a skill, 0 for not at all."""
        number = self.skills.get(skill)
        if number is None:
            return np.zeros(len(rows))
        start, end = self.matrix.indptr[number], self.matrix.indptr[number + 1]
        listed, data = self.matrix.indices[start:end], self.matrix.data[start:end]
        at = np.minimum(np.searchsorted(listed, rows), max(len(listed) - 1, 0))
        found = listed[at] == rows if len(listed) else np.zeros(len(rows), dtype=bool)
        result: Floats = np.where(found, data[at] if len(listed) else 0.0, 0.0).astype(np.float64)
        return result
