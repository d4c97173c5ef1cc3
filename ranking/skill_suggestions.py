"""
Suggests skills that a text names, each with the words it comes from and a confidence.

Exact names (of the core skills and of ESCO, in the text's language or in English) are found anywhere in the text, the
longest first. Items between commas or line breaks are also compared by letters and by meaning. Only exact names
are certain enough to be added automatically; all others need the person's confirmation.
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
    Return the shipped linker with everything loaded that `suggest` needs: about six seconds and up to 900 MB, once.

    Concurrent callers wait during loading instead of loading a second copy.
    """
    with _loading:
        linker = shipped()
        if not _is_loaded.is_set():
            suggest("Python, web design", BRIDGE, linker)
            _is_loaded.set()
    return linker


def _exact(text: str, language: str | None, linker: Linker) -> Iterator[Suggestion]:
    """Yield exact names, the longest first; a name inside a longer match is skipped."""
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
    """Yield core names found inside text of scripts without spaces, which cannot be split into words."""
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
        # An inexact match is never certain enough to be added automatically.
        confidence = min(1 / (1 + float(np.exp(-logit))), AUTO_ACCEPTED - 0.01)
        if confidence >= SHOWN_MIN:
            yield Suggestion(_esco_id(linker.taxonomy.skill_keys[row]), confidence, start, end)


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
def _core_names() -> dict[tuple[str, str], UUID]:
    """Return the product's own skills by (language, normal name): skills that ESCO lacks or names differently."""
    names: dict[tuple[str, str], UUID] = {}
    for row in skill_files.core_skills():
        for label in row.labels:
            names.setdefault((base_language(label.language), normal(label.text)), row.id)
    return names


def _esco_id(key: str) -> UUID:
    return skill_files.skill_id(skill_files.SKILL_URI + key)
