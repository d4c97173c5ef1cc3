"""
Suggests skills that a text names, each with the words it comes from and a confidence.

Exact names (of the core skills and of ESCO, in the text's language or in English) are found anywhere in the text, the
longest first. Items of a list are also compared by spelling, by letters and by meaning. What the text denies ("I do
not do Java") is left out. Only exact names of core skills are certain enough to be added automatically
(`ranking.core_names` says which); all others need the person's confirmation.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from uuid import UUID

import numpy as np

from ranking import core_names, negation, skill_files, taxonomy, vectors, words
from ranking.linker import BRIDGE, Linker, shipped
from ranking.plain_text import joined
from ranking.taxonomy import base_language
from ranking.text import BREAKS, JOINS, Matrix, normal, passages, pieces

AUTO_ACCEPTED = 0.95
SHOWN_MIN = 0.6
CONFIDENCE_OF = {"sure": 0.97, "likely": 0.85, "possible": 0.65}
STEMMED_PHRASE, STEMMED_WORD, MISSPELT, AMBIGUOUS = 0.85, 0.8, 0.75, 0.6
ESCO_PHRASE, ESCO_ITEM = 0.75, 0.65
ALIKE_MIN = 0.8
ESCO_WORD_MIN = 5  # "set up" is also a name there
PIECES_MAX, PIECE_WORDS_MAX = 200, 4
CHARACTERS_MAX = 60_000
UNSPACED = frozenset(["zh", "ja", "ko", "th"])
# Coefficients for the result of `looks`, fitted by scripts/calibrate_suggestions.py on names whose skill is known
# without a manual answer key. On the held-out half, 87 per cent of suggestions with a confidence of 0.8 to 0.9 were
# right, and 52 per cent of those with 0.6 to 0.7.
CONFIDENCE = (1.90, 6.78, -0.17, 0.52)
CONFIDENCE_AT_ZERO = -2.59
_loading, _is_loaded = threading.Lock(), threading.Event()


@dataclass(frozen=True)
class Suggestion:
    """
    :param start: :param end: position of the evidence in the text.
    :param confidence: probability that the skill is meant, 0 to 1.
    """

    skill_id: UUID
    confidence: float
    start: int
    end: int

    @property
    def is_sure(self) -> bool:
        return self.confidence >= AUTO_ACCEPTED


def suggest(text: str, language: str | None, linker: Linker, *, limit: int = 40) -> list[Suggestion]:
    """Return the skills a text names, each once, most confident first; positions refer to the original text."""
    text, places = joined(text[:CHARACTERS_MAX])
    result: dict[UUID, Suggestion] = {}
    taken = negation.denied(text, base_language(language))
    items = set(_items(text))
    named = [*_unspaced(text, language, taken), *_exact(text, language, linker, items, taken)]
    named = _without_namesakes(named)
    for row in [*named, *_alike(text, language, linker, [*taken, *((row.start, row.end) for row in named)])]:
        if row.skill_id not in result or result[row.skill_id].confidence < row.confidence:
            result[row.skill_id] = row
    best = sorted(result.values(), key=lambda item: (-item.confidence, item.start))[:limit]
    return [replace(item, start=places[item.start], end=places[item.end - 1] + 1) for item in best]


def ready() -> Linker:
    """
    Return the shipped linker with everything loaded that `suggest` needs: about six seconds and up to 900 MB, once.

    Concurrent callers wait during loading instead of loading a second copy.
    """
    with _loading:
        linker = shipped()
        if not _is_loaded.is_set():
            suggest("Python, web design", BRIDGE, linker)
            _is_loaded.set()
    return linker


def _exact(
    text: str, language: str | None, linker: Linker, items: set[tuple[int, int]], denied: Sequence[tuple[int, int]]
) -> Iterator[Suggestion]:
    """Yield exact names, the longest first; a name inside a longer match is skipped."""
    used = np.zeros(len(text), dtype=bool)
    for start, end in denied:
        used[start:end] = True
    for start, end in sorted(passages(text), key=lambda span: (span[0] - span[1], span[0])):
        start, end = _trimmed(text, start, end)
        if len(text[start:end]) < 2 or used[start:end].any():
            continue
        meant, confidence = _called(text, (start, end), language, linker, is_item=(start, end) in items)
        if not meant:
            continue
        used[start:end] = True
        if confidence is not None:
            for skill_id in meant:
                yield Suggestion(skill_id, confidence, start, end)


def _called(
    text: str, span: tuple[int, int], language: str | None, linker: Linker, *, is_item: bool
) -> tuple[list[UUID], float | None]:
    """Return the skills that a passage is the name of, and with which confidence; None if it is only a word here."""
    name, core = normal(text[slice(*span)]), core_names.of(language)
    if exact := core.exact(name):
        sure = core_names.certainty(text, *span, is_item=is_item)
        return _sorted(exact), (CONFIDENCE_OF[sure] if len(exact) == 1 else AMBIGUOUS) if sure else None
    size = len(name.split())
    if len(name) >= 4 and name not in core_names.EVERYDAY and len(stemmed := core.stemmed(name)) == 1:
        return _sorted(stemmed), STEMMED_PHRASE if size > 1 else STEMMED_WORD
    esco = linker.exact(name, language)
    best = max(esco.values(), default=0.0)
    meant = [_esco_id(linker.taxonomy.skill_keys[row]) for row, weight in esco.items() if weight >= best - 0.1]
    if len(meant) != 1 or (size == 1 and not is_item) or max(map(len, name.split())) < ESCO_WORD_MIN:
        return [], None
    return meant, ESCO_PHRASE if size > 1 else ESCO_ITEM


def _sorted(ids: set[UUID]) -> list[UUID]:
    return sorted(ids, key=str)


def _unspaced(text: str, language: str | None, denied: Sequence[tuple[int, int]]) -> Iterator[Suggestion]:
    """Yield core names inside text of scripts without spaces, the longest first."""
    code = base_language(language)
    if code not in UNSPACED:
        return
    folded, used = text.lower(), np.zeros(len(text) + 1, dtype=bool)
    if len(folded) != len(text):
        return
    for start, end in denied:
        used[start:end] = True
    for name, ids in core_names.of(language).unspaced:
        start = folded.find(name)
        while start >= 0:
            end = start + len(name)
            if not used[start:end].any() and core_names.unspaced_at(text, start, end, code):
                used[start:end] = True
                sure = len(name) > 2 and len(ids) == 1
                for skill_id in _sorted(ids):
                    yield Suggestion(skill_id, CONFIDENCE_OF["sure"] if sure else AMBIGUOUS, start, end)
                break
            start = folded.find(name, start + 1)


def _without_namesakes(rows: list[Suggestion]) -> list[Suggestion]:
    """Leave out ESCO's counterpart of a core skill: both would be shown by nearly the same name."""
    counterparts = _counterparts()
    hidden = {counterparts[row.skill_id] for row in rows if row.skill_id in counterparts}
    return [row for row in rows if row.skill_id not in hidden]


def _alike(text: str, language: str | None, linker: Linker, taken: Sequence[tuple[int, int]]) -> Iterator[Suggestion]:
    """Yield what items of a list are alike to. An inexact match is never certain enough to be added automatically."""
    spans = [span for span in _items(text) if not any(start < span[1] and span[0] < end for start, end in taken)]
    spans = [span for span in spans if not any(character.isdigit() for character in text[slice(*span)])][:PIECES_MAX]
    core = core_names.of(language)
    rest = []
    for span in spans:
        if len(meant := core.spelt_like(normal(text[slice(*span)]))) == 1:
            yield Suggestion(next(iter(meant)), MISSPELT, *span)
        else:
            rest.append(span)
    if not rest:
        return
    names = [normal(text[start:end]) for start, end in rest]
    best, seen = looks(linker, names, language)
    for (start, end), name, row, item in zip(rest, names, best, seen, strict=True):
        logit = CONFIDENCE_AT_ZERO + float(np.dot(CONFIDENCE, item))
        confidence = min(1 / (1 + float(np.exp(-logit))), AUTO_ACCEPTED - 0.01)
        if confidence >= ALIKE_MIN and _share_most_words(name, row):
            yield Suggestion(_esco_id(linker.taxonomy.skill_keys[row]), confidence, start, end)


def _share_most_words(name: str, row: int) -> bool:
    """Whether more than half of the words of a name of the skill and of the item are the same, by their stems."""
    own = {stem for stem, _ in words.stems(name, BRIDGE)}
    for label in _english_names().get(row, ()):
        other = {stem for stem, _ in words.stems(label, BRIDGE)}
        if len(own & other) * 2 > max(len(own), len(other)):
            return True
    return False


@lru_cache(maxsize=1)
def _english_names() -> dict[int, list[str]]:
    """By row of the shipped taxonomy."""
    result: dict[int, list[str]] = {}
    names = taxonomy.shipped().skill_names[BRIDGE]
    for text, row in zip(names.texts, names.rows, strict=True):
        result.setdefault(row, []).append(text)
    return result


def looks(linker: Linker, names: Sequence[str], language: str | None) -> tuple[list[int], Matrix]:
    """
    Return the most similar skill of each name, and four signals of certainty: its similarity, its lead over the second
    best, its similarity in meaning by the quick encoder, and whether the quick encoder ranks the same skill first.
    """
    meaning = np.maximum(vectors.encode(names) @ vectors.skills().T, 0)
    total = linker.skills_like(names, language)
    at = np.arange(len(names))
    order = np.argpartition(-total, 1, axis=1)[:, :2]
    pair = np.take_along_axis(total, order, axis=1)
    best = np.where(pair[:, 0] >= pair[:, 1], order[:, 0], order[:, 1])
    agrees = (meaning.argmax(axis=1) == best).astype(np.float32)
    seen: Matrix = np.stack([pair.max(axis=1), np.ptp(pair, axis=1), meaning[at, best], agrees], axis=1)
    return [int(row) for row in best], seen


def _items(text: str) -> Iterator[tuple[int, int]]:
    """Yield items between commas, bullets, line breaks and conjunctions that are short enough to be a name."""
    for start, end in pieces(text, BREAKS):
        for inner_start, inner_end in pieces(text[start:end], JOINS):
            span = _trimmed(text, start + inner_start, start + inner_end)
            if 3 <= span[1] - span[0] <= 100 and len(text[span[0] : span[1]].split()) <= PIECE_WORDS_MAX:
                yield span


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and not (text[start].isalnum() or text[start] in ".("):
        start += 1
    while end > start and not (text[end - 1].isalnum() or text[end - 1] in "+#)"):
        end -= 1
    return start, end


@lru_cache(maxsize=1)
def _counterparts() -> dict[UUID, UUID]:
    """Return ESCO's counterpart of each core skill that has one."""
    by_label = skill_files.esco_ids_by_label()
    pairs = {row.id: by_label.get((row.esco_label or "").lower()) for row in skill_files.core_skills()}
    return {core: esco for core, esco in pairs.items() if esco is not None}


def _esco_id(key: str) -> UUID:
    return skill_files.skill_id(skill_files.SKILL_URI + key)
