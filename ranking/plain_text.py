"""Text without typesetting, with a map from each letter to its position in the original."""

from __future__ import annotations

import re
import unicodedata

# Word breaks and joiners that are invisible. The joiners U+200C and U+200D are kept: Persian and Indic spelling uses
# them.
_UNSEEN = frozenset("\u00ad\u200b\u2060\ufeff")
_LINE_HYPHEN = re.compile(r"(?<=[^\W\d_]{2})[-\u2010\u00ad][ \t]*\r?\n[ \t]*(?=[^\W\d_])")


def joined(text: str) -> tuple[str, list[int]]:
    """
    Remove typesetting from a text: ligatures and full-width letters become plain ones (NFKC), words hyphenated at a
    line
    end are joined, soft hyphens and other invisible characters are removed.

    :returns: the text, and for each of its letters the position in the original.
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
    """Return whether a word continues after a line end; a capital letter starts a new name or sentence."""
    return text[at].islower()
