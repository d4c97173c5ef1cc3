"""
Comparing words by letters: one way to normalise text, and indexes of character n-grams over labels.

Character n-grams inside word boundaries (`char_wb`, 2 to 4 letters) find inflected, compound and misspelt forms in
any alphabet without a dictionary. Nothing here depends on a language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

Matrix = NDArray[np.float32]
SPACES = re.compile(r"\s+")
BULLET = re.compile(r"^[^\w(]+")
BREAKS = re.compile(r"[,;:()•·|]|[.!?](?:\s|$)|\n| - | – ", re.UNICODE)
JOINS = re.compile(r"/|\b(?:and|or|including|such as|with|und|oder|y|o|et|ou|e|och|eller|og|en|of|и|или)\b")
ROWS_AT_ONCE = 256


def vectorizer(**options: Any) -> TfidfVectorizer:
    """
    Return scikit-learn's vectorizer, imported on first use: the import takes over a second and most processes never
    need it.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(sublinear_tf=True, dtype=np.float32, **options)


def normal(text: str) -> str:
    """
    Return the text in lower case with single spaces, for comparison. Accents are kept, because they distinguish words.
    """
    return SPACES.sub(" ", text.lower()).strip()


def passages(text: str, *, words_max: int = 6) -> list[tuple[int, int]]:
    """
    Return parts of a text that may name one skill, as (start, end): pieces between punctuation and conjunctions, and
    every run of up to `words_max` words inside a line.
    """
    result: dict[tuple[int, int], None] = {}
    for start, end in pieces(text, BREAKS):
        result[start, end] = None
        for inner_start, inner_end in pieces(text[start:end], JOINS):
            result[start + inner_start, start + inner_end] = None
        words = [(start + word.start(), start + word.end()) for word in re.finditer(r"\S+", text[start:end])]
        for first in range(len(words)):
            for last in range(first, min(first + words_max, len(words))):
                result[words[first][0], words[last][1]] = None
    return [(start, end) for start, end in result if text[start:end].strip()]


def pieces(text: str, separator: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield non-empty parts between separators, without surrounding space, as (start, end)."""
    at = 0
    for match in [*separator.finditer(text), None]:
        end = match.start() if match else len(text)
        piece = text[at:end]
        if piece.strip():
            yield at + len(piece) - len(piece.lstrip()), at + len(piece.rstrip())
        at = match.end() if match else end


class LabelIndex:
    """
    Labels of concepts, several per concept, indexed to find the concepts a text is similar to.

    :param labels: normalised texts; `concepts[i]` is the concept named by `labels[i]`, `weights[i]` its certainty (0 to
        1).
    """

    def __init__(
        self,
        labels: Sequence[str],
        concepts: Sequence[int],
        size: int,
        *,
        weights: Sequence[float] | None = None,
        by_words: bool = False,
    ) -> None:
        self.size = size
        order = np.argsort(np.asarray(concepts, dtype=np.int64), kind="stable")
        self._of = np.asarray(concepts, dtype=np.int64)[order]
        self._starts = np.flatnonzero(np.r_[True, self._of[1:] != self._of[:-1]]) if len(self._of) else self._of
        how: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (2, 4)}
        if by_words:
            how = {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)[\w+#.]*\w[+#]*"}
        self._vectorizer = vectorizer(**how)
        matrix = self._vectorizer.fit_transform([labels[i] for i in order])
        if weights is not None:
            matrix = matrix.multiply(np.asarray(weights, dtype=np.float32)[order][:, None])
        self._rows = matrix.tocsr()
        self._transposed = matrix.T.tocsr()

    def likeness(self, texts: Sequence[str]) -> Matrix:
        """Return the cosine with the most similar label of each concept: shape (texts, concepts), 0 to 1."""
        answer = np.zeros((len(texts), self.size), dtype=np.float32)
        if not len(self._of) or not len(texts):
            return answer
        transform = self._vectorizer.transform(texts)
        for first in range(0, len(texts), ROWS_AT_ONCE):
            scores = (transform[first : first + ROWS_AT_ONCE] @ self._transposed).toarray()
            best = np.maximum.reduceat(scores, self._starts, axis=1)
            answer[first : first + ROWS_AT_ONCE, self._of[self._starts]] = best
        return answer

    def best_likeness(self, texts: Sequence[str], concepts: NDArray[np.int64]) -> Matrix:
        """
        Return the highest similarity of any text to any label of each concept: shape (concepts); for a few concepts.
        """
        chosen = np.sort(concepts)
        rows = np.flatnonzero(np.isin(self._of, chosen))
        answer = np.zeros(self.size, dtype=np.float32)
        if len(rows):
            scores = (self._vectorizer.transform(texts) @ self._rows[rows].T).toarray().max(axis=0)
            np.maximum.at(answer, self._of[rows], scores)
        return answer[concepts]


def pair_likeness(left: Sequence[str], right: Sequence[str]) -> Matrix:
    """Return the cosine of character n-grams, weighted by their rarity in `right`: shape (left, right)."""
    letters = vectorizer(analyzer="char_wb", ngram_range=(2, 4))
    if not any(right):
        return np.zeros((len(left), len(right)), dtype=np.float32)
    matrix = letters.fit_transform(right)
    result: Matrix = (letters.transform(left) @ matrix.T).toarray()
    return result
