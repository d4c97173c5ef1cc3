"""
The words of full texts, and how much two sets of texts share them: TF-IDF with a logarithm of the counts.

The weight of a word in a text is (1 + log of how often it occurs) x the rarity of the word in the texts of both sides;
texts are compared by cosine (Salton and Buckley, "Term-weighting approaches in automatic text retrieval", Information
Processing & Management 24(5), 1988; the logarithm of the counts is called sublinear term frequency). A word counts as
written and as its Snowball stem in the language of its text. Scripts without spaces between words are cut into
characters and pairs (Han, Kana, Hangul) or into runs of three characters (Thai, Lao, Burmese, Khmer).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Sequence

import numpy as np
import Stemmer

from ranking.taxonomy import base_language
from ranking.text import Matrix, vectorizer

STEM = "~"
"""Precedes a stem, so that it is not mistaken for a word written like it."""
_MARKS = r"\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff\u200c\u200d"  # inside words, but not matched by \w
_RUN = re.compile(
    r"([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f\u1100-\u11ff\uac00-\ud7af]+)"
    r"|([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+)"
    rf"|(\w(?:[{_MARKS}]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0eff])*[+#]*)"
)
Languages = tuple[Sequence[str | None], Sequence[str | None]]
_local = threading.local()  # Snowball's objects must not be shared between threads


def words(text: str, language: str | None) -> list[str]:
    """
    Return the words of a text with repeats, and then their stems.

    :param language: the language of the text ("de", "zh-hans"), which chooses the stemmer; English if it is not known.
    """
    unspaced, spaced = _cut(text)
    stemmer = _stemmer(base_language(language))
    return [*unspaced, *spaced, *(STEM + stem for stem in (stemmer.stemWords(spaced) if stemmer else ()))]


def stems(text: str, language: str | None) -> list[tuple[str, str]]:
    """
    Return (stem, word as written) for each word with repeats; the stem is the word where there is no stemmer. Single
    characters are left out.
    """
    unspaced, spaced = _cut(text)
    stemmer = _stemmer(base_language(language))
    stemmed = [STEM + stem for stem in stemmer.stemWords(spaced)] if stemmer else spaced
    return [*((piece, piece) for piece in unspaced if len(piece) > 1), *zip(stemmed, spaced, strict=True)]


def written(text: str) -> list[str]:
    """Return the words of a text with repeats: letters and digits only, without stems."""
    unspaced, spaced = _cut(text)
    return [*unspaced, *(word for full in spaced if len(word := full.rstrip("+#")) > 1)]


def _cut(text: str) -> tuple[list[str], list[str]]:
    """Return the pieces of unspaced scripts and the words of others; single letters are not words."""
    unspaced: list[str] = []
    spaced: list[str] = []
    for pairs, triples, word in _RUN.findall(unicodedata.normalize("NFKC", text).lower()):
        if word:
            if len(word) > 1:
                spaced.append(word)
        elif pairs:
            unspaced += [*pairs, *(pairs[at : at + 2] for at in range(len(pairs) - 1))]
        else:
            unspaced += [triples[at : at + 3] for at in range(max(len(triples) - 2, 1))]
    return unspaced, spaced


def likeness(left: Sequence[str], right: Sequence[str], languages: Languages, *, is_timed: bool = False) -> Matrix:
    """
    Return the cosine of the weighted words: shape (left, right), 0 to 1.

    :param languages: of each text of the two sides.
    :param is_timed: the texts of `left` come one after the other, so none may use the later ones: rarity is counted in
        `right` alone.
    """
    listed = [
        [words(text, language) for text, language in zip(texts, spoken, strict=True)]
        for texts, spoken in zip((left, right), languages, strict=True)
    ]
    if not any(listed[0]) or not any(listed[1]):
        return np.zeros((len(left), len(right)), dtype=np.float32)
    weigh = vectorizer(analyzer=list).fit(listed[1] if is_timed else [*listed[0], *listed[1]])
    result: Matrix = (weigh.transform(listed[0]) @ weigh.transform(listed[1]).T).toarray()
    return result


def _stemmer(language: str) -> Stemmer.Stemmer | None:
    """Return the stemmer of a language by its ISO 639-1 code; None if Snowball has none."""
    kept: dict[str, Stemmer.Stemmer | None] = _local.__dict__.setdefault("stemmers", {})
    if language not in kept:
        try:
            kept[language] = Stemmer.Stemmer(language)
        except KeyError:
            kept[language] = None
    return kept[language]
