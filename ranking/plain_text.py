"""A text as it is read and not as it was set, with the place of each letter in what was given."""

from __future__ import annotations

import re
import unicodedata

# Word breaks and joiners that are drawn as nothing. The joiners of Persian and Indic scripts (U+200C, U+200D) spell.
_UNSEEN = frozenset("\u00ad\u200b\u2060\ufeff")
_LINE_HYPHEN = re.compile(r"(?<=[^\W\d_]{2})[-\u2010\u00ad][ \t]*\r?\n[ \t]*(?=[^\W\d_])")


def joined(text: str) -> tuple[str, list[int]]:
    """
    The text as it is read and not as it was set: ligatures and wide letters as plain ones (NFKC), words that a hyphen
    parts at the end of a line in one, without soft hyphens and other unseen signs.

    :returns: the text, and for each of its letters where it was in the given one.
    """
    parted = {at for item in _LINE_HYPHEN.finditer(text) if _goes_on(text, item.end()) for at in range(*item.span())}
    letters: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        if at not in parted and text[at] not in _UNSEEN:
            plain = text[at:end] if text[at:end].isascii() else unicodedata.normalize("NFKC", text[at:end])
            letters.append(plain)
            places += [at] * len(plain)
        at = end
    return "".join(letters), places


def _goes_on(text: str, at: int) -> bool:
    """A name or a sentence that begins on the next line is not the rest of a word."""
    return text[at].islower()
