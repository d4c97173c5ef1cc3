"""
Skills that a text names, each with the words it comes from and how sure that is.

Exact names (of the freelance core and of ESCO, in the text's language or in English) are found wherever they stand, the
longest first. What is on its own between commas or line breaks is also compared by letters and by meaning. Only
exact names are sure enough to be taken without asking; everything else waits for the person.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from uuid import UUID

import numpy as np

from ranking import skill_files, vectors
from ranking.linker import BRIDGE, Linker, shipped
from ranking.plain_text import joined
from ranking.taxonomy import base_language
from ranking.text import BREAKS, JOINS, Matrix, normal, passages, pieces

AUTO_ACCEPTED = 0.95
SHOWN_MIN = 0.3
EXACT_CONFIDENCE = 0.97
AMBIGUOUS_CONFIDENCE = 0.6
PIECES_MAX, PIECE_WORDS_MAX = 200, 8
CHARACTERS_MAX = 60_000
UNSPACED = frozenset(["zh", "ja", "th"])
# Of what `looks` gives, fitted by scripts/calibrate_suggestions.py on names whose skill is known without an answer key
# of anybody's. Of the half not fitted, 87 per cent of those told 0.8 to 0.9 were right, 52 of those told 0.6 to 0.7.
CONFIDENCE = (1.90, 6.78, -0.17, 0.52)
CONFIDENCE_AT_ZERO = -2.59
_loading, _is_loaded = threading.Lock(), threading.Event()


@dataclass(frozen=True)
class Suggestion:
    """
    :param start: :param end: where in the text the evidence stands.
    :param confidence: chance that the skill is meant, 0 to 1.
    """

    skill_id: UUID
    confidence: float
    start: int
    end: int

    @property
    def is_sure(self) -> bool:
        return self.confidence >= AUTO_ACCEPTED


def suggest(text: str, language: str | None, linker: Linker, *, limit: int = 40) -> list[Suggestion]:
    """The skills that a text names, surest first, each once; places are those of the text as it was given."""
    text, places = joined(text[:CHARACTERS_MAX])
    result: dict[UUID, Suggestion] = {}
    taken: list[tuple[int, int]] = []
    for row in [*_exact(text, language, linker), *_unspaced(text, language)]:
        taken.append((row.start, row.end))
        result.setdefault(row.skill_id, row)
    for row in _alike(text, language, linker, taken):
        if row.skill_id not in result or result[row.skill_id].confidence < row.confidence:
            result[row.skill_id] = row
    best = sorted(result.values(), key=lambda item: (-item.confidence, item.start))[:limit]
    return [replace(item, start=places[item.start], end=places[item.end - 1] + 1) for item in best]


def ready() -> Linker:
    """
    The linker that ships, with everything loaded that `suggest` reads: about six seconds and 900 MB at most, once.

    Whoever asks while it is being loaded waits instead of loading a second copy.
    """
    with _loading:
        linker = shipped()
        if not _is_loaded.is_set():
            suggest("Python, web design", BRIDGE, linker)
            _is_loaded.set()
    return linker


def _exact(text: str, language: str | None, linker: Linker) -> Iterator[Suggestion]:
    """Longest names first; a name inside a longer one that was found is part of it."""
    used = np.zeros(len(text), dtype=bool)
    for start, end in sorted(passages(text), key=lambda span: (span[0] - span[1], span[0])):
        start, end = _trimmed(text, start, end)
        name = normal(text[start:end])
        if len(name) < 2 or used[start:end].any():
            continue
        meant = _called(name, language, linker)
        if not meant:
            continue
        used[start:end] = True
        sure = EXACT_CONFIDENCE if len(meant) == 1 and (len(name) > 3 or text[start:end].isupper()) else None
        for skill_id in meant:
            yield Suggestion(skill_id, sure or AMBIGUOUS_CONFIDENCE, start, end)


def _called(name: str, language: str | None, linker: Linker) -> list[UUID]:
    core = _core_names()
    for code in dict.fromkeys([base_language(language), BRIDGE]):
        if (code, name) in core:
            return [core[code, name]]
    exact = linker.exact(name, language)
    best = max(exact.values(), default=0.0)
    return [_esco_id(linker.taxonomy.skill_keys[row]) for row, weight in exact.items() if weight >= best - 0.1][:3]


def _unspaced(text: str, language: str | None) -> Iterator[Suggestion]:
    """Scripts without spaces have no words to look up: names of the core are looked for inside."""
    code = base_language(language)
    if code not in UNSPACED:
        return
    folded = text.lower()
    for (of, name), skill_id in _core_names().items():
        if of == code and len(name) >= 2 and not name.isascii() and (start := folded.find(name)) >= 0:
            yield Suggestion(
                skill_id, EXACT_CONFIDENCE if len(name) > 2 else AMBIGUOUS_CONFIDENCE, start, start + len(name)
            )


def _alike(text: str, language: str | None, linker: Linker, taken: Sequence[tuple[int, int]]) -> Iterator[Suggestion]:
    spans = [span for span in _items(text) if not any(start < span[1] and span[0] < end for start, end in taken)]
    spans = spans[:PIECES_MAX]
    if not spans:
        return
    names = [normal(text[start:end]) for start, end in spans]
    best, seen = looks(linker, names, language)
    for (start, end), row, item in zip(spans, best, seen, strict=True):
        logit = CONFIDENCE_AT_ZERO + float(np.dot(CONFIDENCE, item))
        # A guess is never sure enough on its own, however near it comes.
        confidence = min(1 / (1 + float(np.exp(-logit))), AUTO_ACCEPTED - 0.01)
        if confidence >= SHOWN_MIN:
            yield Suggestion(_esco_id(linker.taxonomy.skill_keys[row]), confidence, start, end)


def looks(linker: Linker, names: Sequence[str], language: str | None) -> tuple[list[int], Matrix]:
    """
    The likest skill of each name, and what tells how sure that is: how like it is, its lead over the second best, its
    likeness by meaning for the quick encoder, and whether the quick encoder finds the same skill first.
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
    """What is on its own: between commas, bullets, line breaks, conjunctions; short enough to be a name."""
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
def _core_names() -> dict[tuple[str, str], UUID]:
    """By (language, normal name): the product's own skills, which ESCO lacks or calls otherwise."""
    names: dict[tuple[str, str], UUID] = {}
    for row in skill_files.core_skills():
        for label in row.labels:
            names.setdefault((base_language(label.language), normal(label.text)), row.id)
    return names


def _esco_id(key: str) -> UUID:
    return skill_files.skill_id(skill_files.SKILL_URI + key)
