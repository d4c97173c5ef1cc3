"""
Find our payment references in the text that payers write. A reference is an ISO 11649 creditor reference: RF, two check
digits (ISO 7064, modulo 97 to 10) and up to 21 letters or digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from stdnum import iso11649

LENGTH_MIN, LENGTH_MAX = 5, 25


TOKENS_MAX = 12
"""Printed references come in groups of four, so at most seven words; and a bank may break a line anywhere."""


_NO_WORD = re.compile(r"[^0-9A-Z]+")


_OURS = re.compile(r"RF[0-9]{2}[0-9A-F]{16}")


def find(texts: Iterable[str]) -> list[str]:
    """
    All references in a payer's lines of text, each with valid check digits. References in our own format come first,
    because one in 97 beginnings of a longer reference passes the check too. Then: whole words, several words joined
    (also across lines, the longest first), and references inside a word.
    """
    lines = [unicodedata.normalize("NFKC", text).upper() for text in texts if text]
    words = [word for line in lines for word in _NO_WORD.split(line) if word]
    joined = _NO_WORD.sub("", "".join(lines))
    result = [word for word in words if _is_reference(word)]
    result += _of_several_words(words)
    result += [match for match in _OURS.findall(joined) if _is_reference(match)]
    return sorted(dict.fromkeys(result), key=lambda reference: _OURS.fullmatch(reference) is None)


def _of_several_words(words: list[str]) -> Iterator[str]:
    for start, word in enumerate(words):
        if not word.startswith("RF"):
            continue
        text, references = word, []
        for following in words[start + 1 : start + TOKENS_MAX]:
            text += following
            if len(text) > LENGTH_MAX:
                break
            if _is_reference(text):
                references.append(text)
        yield from reversed(references)


def _is_reference(text: str) -> bool:
    return text.startswith("RF") and LENGTH_MIN <= len(text) <= LENGTH_MAX and bool(iso11649.is_valid(text))
