"""
Compares texts on both sides, such as CVs with advertisements: by their words, letters and meaning.

The words decide (`words.likeness`); letters add what stems miss. Meaning adds what is said in other words or in another
language, but the encoder reads only the beginning of a text, and the beginnings of two CVs say little about the work.
So its weight is multiplied by the share of the texts that it reads, and full texts are not encoded at all. The weights
were chosen over many tracks at once (`bench/matching_texts.py`, docs/explanation/matching.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ranking import vectors, words
from ranking.text import Matrix, normal, pair_likeness
from ranking.words import Languages

LETTERS, MEANING = 0.1, 2.0
"""Weights beside the words, each signal in units of its spread over a task's people."""
READ_MIN = 0.5
"""Meaning counts from this share on: below it was worse than words alone on one track."""


def likeness(left: Sequence[str], right: Sequence[str], languages: Languages, *, is_timed: bool = False) -> Matrix:
    """
    Return the weighted sum of the signals: shape (left, right). 0 is the mean of a row.

    :param languages: of each text of the two sides; `is_timed`: no text of `left` may use the later ones.
    """
    return combined(signals(left, right, languages, is_timed=is_timed))


def signals(
    left: Sequence[str], right: Sequence[str], languages: Languages, *, is_timed: bool = False
) -> dict[str, Matrix]:
    """
    Return the similarities by `words`, `letters` and, if enough of the texts is read, `meaning`: each of shape (left,
    right), in units of its spread over a row.
    """
    ours, theirs = [normal(text) for text in left], [normal(text) for text in right]
    result = {
        "words": standard(words.likeness(left, right, languages, is_timed=is_timed)),
        "letters": standard(pair_likeness(ours, theirs)),
    }
    read = _read(theirs) * _read(theirs if is_timed else ours)
    if read >= READ_MIN:
        result["meaning"] = np.float32(read) * standard(vectors.encode(ours) @ vectors.encode(theirs).T)
    return result


def combined(signals: dict[str, Matrix], letters: float = LETTERS, meaning: float = MEANING) -> Matrix:
    """Return the sum of the signals under these weights; words have the weight 1."""
    result: Matrix = signals["words"] + np.float32(letters) * signals["letters"]
    if "meaning" in signals:
        result = result + np.float32(meaning) * signals["meaning"]
    return result


def standard(values: Matrix) -> Matrix:
    """Return each row minus its mean, divided by its spread; a row of equal values becomes 0."""
    moved = values - values.mean(axis=1, keepdims=True)
    result: Matrix = moved / np.maximum(values.std(axis=1, keepdims=True), 1e-6)
    return result


def _read(texts: Sequence[str]) -> float:
    """Return the mean share of a text that is encoded."""
    present = [text for text in texts if text]
    return sum(len(vectors.beginning(text)) / len(text) for text in present) / max(len(present), 1)
