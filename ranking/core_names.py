"""
The names of the product's own skills as they are found in running text, with how certainly each means the skill.

A name of two or more words, or of one word that is only a skill, is certain. Some names are everyday words too (Go,
Express, Excel): they count if written with a capital inside a sentence, or alone as an item of a list. Others say what
a text is about as often as what is wanted (charts, sales): they are suggested but never certain.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal
from uuid import UUID

from ranking import skill_files, words
from ranking.taxonomy import base_language
from ranking.text import normal

BRIDGE = "en"
_EVERYDAY = (
    "go express swift sketch make shorts dart rust maya blender unity spring bubble rails apex expo flask ruby react "
    "excel flutter angular bootstrap sass containers red reels canva noon pr va ml ts rest relay zid word office"
)
EVERYDAY = frozenset(_EVERYDAY.split())
_WEAK = (
    "sales charts posts captions mapping typing containers dashboards scheduling positioning drawing prospecting "
    "narration questionnaire interpreter editor tester poster brochure flyer folder label schedule site "
    "verkauf vente ventas vendas vendite verkoop sprzedaż продажи продажі satış penjualan mapas mapy карты карти mappe "
    "gráficos grafici wykresy графики графіки cuentos contos racconti plakat cartel cartaz affiche сайт presentación "
    "présentation presentation prezentacja презентация verpackung opakowanie embalagem etiqueta étiquette etichetta "
    "etykieta упаковка этикетка"
)
WEAK = frozenset(_WEAK.split())
WORKERS = re.compile(
    r"\s+(?:developer|engineer|expert|specialist|artist|programmer|designer|freelancer|entwickler)", re.IGNORECASE
)
"""After a name at the start of a sentence: "Unity developer wanted"."""
SENTENCE_START = re.compile(r"(?:^|[.!?:;\n•])\s*[\"'“„«(]*$")
Certainty = Literal["sure", "likely", "possible"]


class CoreNames:
    """The names in one language and in English."""

    def __init__(self, language: str) -> None:
        self._exact: dict[str, set[UUID]] = defaultdict(set)
        self._stemmed: dict[tuple[str, ...], set[UUID]] = defaultdict(set)
        self._spelling: dict[tuple[str, int], list[str]] = defaultdict(list)
        self.unspaced: list[tuple[str, set[UUID]]] = []
        self._language = language
        for own in dict.fromkeys([language, BRIDGE]):
            for code, name, skill_id in _labels():
                if code == own:
                    self._exact[name].add(skill_id)
                    self._stemmed[_stems(name, own)].add(skill_id)
        for name in self._exact:
            self._spelling[name[0], len(name)].append(name)
        foreign = [(name, ids) for name, ids in self._exact.items() if not name.isascii() and name[0] >= "\u0e00"]
        self.unspaced = sorted(foreign, key=lambda item: -len(item[0]))

    def exact(self, name: str) -> set[UUID]:
        return self._exact.get(name, set())

    def stemmed(self, name: str) -> set[UUID]:
        """Return the skills whose name has the same stems: "logos" for "logo"."""
        if any(len(word) == 1 for word in name.split()):  # words of one letter have no stem: "a logo" is no name
            return set()
        for own in dict.fromkeys([self._language, BRIDGE]):
            if same := self._stemmed.get(_stems(name, own)):
                return same
        return set()

    def spelt_like(self, name: str) -> set[UUID]:
        """Return the skills whose name differs in one letter, or in two of a name of ten letters or more."""
        if len(name) < 6:
            return set()
        wrong_max = 2 if len(name) >= 10 else 1
        for wrong in range(1, wrong_max + 1):
            for size in range(len(name) - wrong, len(name) + wrong + 1):
                for right in self._spelling.get((name[0], size), ()):
                    if _differs_by(name, right, wrong):
                        return self._exact[right]
        return set()


@lru_cache(maxsize=32)
def of(language: str | None) -> CoreNames:
    return CoreNames(base_language(language))


def certainty(text: str, start: int, end: int, *, is_item: bool) -> Certainty | None:
    """Return how certainly an exact name at this place means the skill; None if it is only a word."""
    name = text[start:end]
    plain = normal(name)
    if len(plain.split()) > 1:
        return "sure"
    if plain in WEAK:
        return "possible" if plain not in EVERYDAY or is_item else None
    if plain in EVERYDAY or (len(plain) <= 3 and plain.isalpha()):
        has_capital = name != name.lower()
        if is_item or (has_capital and name.isupper() and len(name) > 1):
            return "sure" if has_capital else "likely"
        if not has_capital:
            return None
        begins = SENTENCE_START.search(text[:start]) and not WORKERS.match(text[end:])
        return None if begins else "sure"
    return "sure"


def unspaced_at(text: str, start: int, end: int, language: str) -> bool:
    """Return whether a name found inside text without spaces can be a word of its own there."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if language == "ko":
        rest = re.match(r"[가-힣]*", text[end:])
        return not _is_hangul(before) and rest is not None and len(rest[0]) <= 3
    if language == "ja":
        same = [_is_kanji, _is_katakana]
        return not any((kind(text[start]) and kind(before)) or (kind(text[end - 1]) and kind(after)) for kind in same)
    return True


def _is_hangul(character: str) -> bool:
    return "가" <= character <= "힣"


def _is_kanji(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


def _is_katakana(character: str) -> bool:
    return "\u30a1" <= character <= "\u30ff"


def _stems(name: str, language: str) -> tuple[str, ...]:
    return tuple(stem for stem, _ in words.stems(name, language)) or (name,)


@lru_cache(maxsize=1)
def _labels() -> list[tuple[str, str, UUID]]:
    """(language, normal name, skill) of all names."""
    return list(_all_labels())


def _all_labels() -> Iterator[tuple[str, str, UUID]]:
    for row in skill_files.core_skills():
        for label in row.labels:
            yield base_language(label.language), normal(label.text), row.id


def _differs_by(word: str, other: str, wrong_max: int) -> bool:
    """Whether a word becomes the other by adding, dropping, replacing or swapping at most so many letters."""
    if word == other:
        return True
    if not wrong_max:
        return False
    at = next((n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    left, right = word[at:], other[at:]
    swapped = len(left) > 1 and len(right) > 1 and left[:2] == right[1::-1]
    return (
        _differs_by(left[1:], right[1:], wrong_max - 1)
        or _differs_by(left[1:], right, wrong_max - 1)
        or _differs_by(left, right[1:], wrong_max - 1)
        or (swapped and _differs_by(left[2:], right[2:], wrong_max - 1))
    )
