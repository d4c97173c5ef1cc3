"""
The words of one person's or task's text as the site compares them: numbered, counted, and weighted by rarity.

Words are those of `words`, as stems where the language has them, numbered by a checksum. The weights are those of
`words.likeness`, with two limits that keep the candidate index small: of a person the WORDS_KEPT heaviest words count,
stored in one byte each, and of a task the WORDS_READ heaviest. A word that only one person uses does not count: most
names are such words. With these limits our own tracks of CVs are ranked no worse than by plain TF-IDF
(`tests/ranking/test_word_weights.py`).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ranking import words

WORDS_KEPT, WORDS_READ = 64, 32
PEOPLE_MIN = 2
BYTE = 255
COUNT_MAX = 255
PEOPLE_AT_ONCE = 50_000
Bag = Mapping[int, int]
"""How often each word occurs, by its number."""


@dataclass(frozen=True)
class Rarity:
    """:param numbers: of the words in the texts of `people` people, sorted; `counts`: how many of them use each."""

    numbers: NDArray[np.uint32]
    counts: NDArray[np.int32]
    people: int

    def of(self, numbers: NDArray[np.uint32]) -> NDArray[np.float64]:
        """Return the rarity of words, as of skills (`scoring.idf`); 0 for words of fewer than PEOPLE_MIN people."""
        if not len(self.numbers):
            return np.zeros(len(numbers))
        at = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        using = np.where(self.numbers[at] == numbers, self.counts[at], 0)
        rarity = np.log(1 + (self.people - using + 0.5) / (using + 0.5))
        result: NDArray[np.float64] = np.where(using >= PEOPLE_MIN, rarity, 0.0)
        return result


@dataclass(frozen=True)
class Entries:
    """Words of people: parallel arrays of the person's row, the word's number, and its count or its stored weight."""

    rows: NDArray[np.int64]
    numbers: NDArray[np.uint32]
    values: NDArray[Any]

    def part(self, start: int, end: int) -> Entries:
        return Entries(self.rows[start:end], self.numbers[start:end], self.values[start:end])


NO_RARITY = Rarity(np.empty(0, np.uint32), np.empty(0, np.int32), 0)
NO_ENTRIES = Entries(np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0, np.uint8))


def bag(text: str, language: str | None, *, name: str = "") -> dict[int, int]:
    """
    Return the numbers of the words of a text with their counts, at most COUNT_MAX each.

    :param name: of the person; its words are left out.
    """
    counts = Counter(stem for stem, _ in words.stems(text, language))
    for stem, _ in words.stems(name, language):
        counts.pop(stem, None)
    return {number_of(stem): min(count, COUNT_MAX) for stem, count in counts.items()}


def shown(text: str, language: str | None) -> dict[int, str]:
    """Return the words of a text as they are first written in it, by number."""
    result: dict[int, str] = {}
    for stem, word in words.stems(text, language):
        result.setdefault(number_of(stem), word)
    return result


def number_of(stem: str) -> int:
    return crc32(stem.encode())


def counted(bags: Entries, people: int) -> Rarity:
    """Return the rarity of the words in the bags of `people` people; each word occurs once per person in `bags`."""
    numbers, counts = np.unique(bags.numbers, return_counts=True)
    often = counts >= PEOPLE_MIN
    return Rarity(numbers[often], counts[often].astype(np.int32), people)


def kept(bags: Entries, rarity: Rarity) -> Entries:
    """
    Return the WORDS_KEPT heaviest words of each person with their weights: BYTE is 1, the length of the text.

    :param bags: sorted by row.
    """
    last = int(bags.rows[-1]) if len(bags.rows) else -1
    bounds = np.searchsorted(bags.rows, np.arange(0, last + PEOPLE_AT_ONCE + 1, PEOPLE_AT_ONCE))
    parts = [_kept(bags.part(start, end), rarity) for start, end in itertools.pairwise(bounds.tolist()) if end > start]
    if not parts:
        return NO_ENTRIES
    return Entries(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.numbers for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


def _kept(bags: Entries, rarity: Rarity) -> Entries:
    weights = (1 + np.log(bags.values.astype(np.float64))) * rarity.of(bags.numbers)
    some = np.flatnonzero(weights > 0)
    order = some[np.lexsort((bags.numbers[some], -weights[some], bags.rows[some]))]
    rows = bags.rows[order]
    order = order[np.arange(len(rows)) - np.searchsorted(rows, rows) < WORDS_KEPT]
    rows, chosen = bags.rows[order], weights[order]
    _, person = np.unique(rows, return_inverse=True)
    length = np.sqrt(np.bincount(person, chosen**2))
    stored = np.rint(BYTE * chosen / length[person]).astype(np.uint8)
    return Entries(rows[stored > 0], bags.numbers[order][stored > 0], stored[stored > 0])


def kept_of(words_of_person: Bag, rarity: Rarity) -> dict[int, int]:
    """Return `kept` for one person, by number."""
    entries = kept(entries_of({0: words_of_person}), rarity)
    return dict(zip(entries.numbers.tolist(), entries.values.tolist(), strict=True))


def read(words_of_task: Bag, rarity: Rarity) -> dict[int, float]:
    """Return the WORDS_READ heaviest words of a task with their weights, of unit length, heaviest first."""
    entries = entries_of({0: words_of_task})
    weights = (1 + np.log(entries.values.astype(np.float64))) * rarity.of(entries.numbers)
    order = np.lexsort((entries.numbers, -weights))[:WORDS_READ]
    order = order[weights[order] > 0]
    length = float(np.sqrt((weights[order] ** 2).sum()))
    return {int(entries.numbers[at]): round(float(weights[at]) / length, 6) for at in order}


def entries_of(bags: Mapping[int, Bag]) -> Entries:
    """Return bags by row as parallel arrays."""
    rows = np.repeat(np.fromiter(bags, np.int64, len(bags)), [len(item) for item in bags.values()])
    numbers = np.fromiter((number for item in bags.values() for number in item), np.uint32, len(rows))
    counts = np.fromiter((count for item in bags.values() for count in item.values()), np.uint8, len(rows))
    return Entries(rows, numbers, counts)
