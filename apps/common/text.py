"""
Control characters and invisible characters in users' input.

Unicode categories: Cc control, Cf format, Cs surrogate, Zl and Zp separators, Zs spaces.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import idna

NESTING_MAX = 64
# Tab, line feed, form feed, vertical tab (word processors use it as a line break) and carriage return are allowed.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
# Letters and symbols, by category, that are drawn as nothing: Hangul fillers, the blank Braille pattern, and others of
# Unicode's Default_Ignorable_Code_Point.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u180b\u180c\u180d\u180f\ufffc")


class NestedTooDeep(ValueError):
    """Lists nested deeper than NESTING_MAX."""


def has_control(text: str) -> bool:
    """Whether the text contains a control character (such as NUL) or an unpaired surrogate."""
    return _CONTROL.search(text) is not None


def is_visible(text: str) -> bool:
    """Whether the text has a visible character; a combining mark without a base letter does not count."""
    return any(
        character not in _BLANK
        and unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Zs", "Zl", "Zp")
        and not ("\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef")
        for character in text
    )


_JOINED = ("ARABIC", "SYRIAC", "MONGOLIAN", "NKO", "MANDAIC", "ADLAM", "HANIFI")
_WHOLE = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "YI ", "TANGUT")
_BETWEEN = re.compile(r"[\s\-‐–·・/&+,.]+")
_VIRAMA = 9  # the canonical combining class
_VOWELS_BEFORE = frozenset("เแโใไເແໂໃໄ")
"""Thai and Lao vowels that are written before their consonant."""


def initials(name: str) -> str:
    """
    One or two letters that stand for a name, in its own script: "AO" for Amara Okafor, "王" for 王小明, "ع" for علي.

    Of scripts whose letters join, or whose characters are whole words or syllables, only the first one.
    """
    words = [start for word in _BETWEEN.split(unicodedata.normalize("NFC", name)) if (start := _start(word))]
    if not words:
        return _start(name, letters=False) or "?"
    script = unicodedata.name(words[0][0], "")
    if len(words) == 1 or script.startswith((*_JOINED, *_WHOLE)):
        return words[0].upper()
    return f"{words[0]}{words[-1]}".upper()


def _start(word: str, *, letters: bool = True) -> str:
    """The first letter or digit of a word with its marks; or its first visible character."""
    for place, character in enumerate(word):
        if character in _BLANK or not (character.isalnum() if letters else is_visible(character)):
            continue
        end = place + 1 + (character in _VOWELS_BEFORE)
        while end < len(word) and unicodedata.category(word[end]) in ("Mn", "Mc"):
            end += 1
        # A virama at the end would only make sense before the next consonant.
        while end > place + 1 and unicodedata.combining(word[end - 1]) == _VIRAMA:
            end -= 1
        return word[place:end]
    return ""


def without_control(value: Any, depth: int = 0) -> Any:
    """
    A JSON value that PostgreSQL can store: control characters and unpaired surrogates replaced, NaN and infinity as
    text.

    :raises NestedTooDeep: beyond NESTING_MAX levels.
    """
    if depth > NESTING_MAX:
        raise NestedTooDeep
    if isinstance(value, str):
        return _CONTROL.sub(_REPLACEMENT, value)
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    if isinstance(value, dict):
        return {without_control(str(key)): without_control(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_control(item, depth + 1) for item in value]
    return value


def check_json(value: Any) -> None:
    """
    :raises NestedTooDeep: beyond NESTING_MAX levels.
    :raises ValueError: if any text in it contains a control character.
    """
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if depth > NESTING_MAX:
            raise NestedTooDeep
        if isinstance(item, str):
            if has_control(item):
                raise ValueError("control character")
        elif isinstance(item, dict):
            waiting += [(entry, depth + 1) for entry in item] + [(entry, depth + 1) for entry in item.values()]
        elif isinstance(item, list):
            waiting += [(entry, depth + 1) for entry in item]


def mailbox_of(address: str) -> str:
    """A key to count mails to one mailbox: in lower case, and without the "+" tag that many servers ignore."""
    local, at, domain = canonical_email(address).lower().rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


def canonical_email(address: str) -> str:
    """
    One spelling per mailbox: the domain in lower case in its ASCII form (IDNA 2008 with UTS 46 mapping).

    An address with an invalid domain is returned unchanged; validators report it.
    """
    local, at, domain = address.strip().rpartition("@")
    if not at or not local:
        return address
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return address
    return f"{local}@{ascii_domain.lower()}"
