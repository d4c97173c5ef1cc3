"""
Characters that have no place in what people send, and those that nobody sees.

Unicode's categories: Cc control, Cf format, Cs surrogate, Zl and Zp separators, Zs spaces.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import idna

NESTING_MAX = 64
# Tab, line feed, form feed, vertical tab (word processors break lines with it) and carriage return are text.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
# Letters and symbols by category that are drawn as nothing: Hangul fillers, the blank Braille pattern, and others of
# Unicode's Default_Ignorable_Code_Point.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u180b\u180c\u180d\u180f\ufffc")


class NestedTooDeep(ValueError):
    """Lists in lists beyond NESTING_MAX."""


def has_control(text: str) -> bool:
    """Whether a control character (NUL first of all) or half of a surrogate pair is in it."""
    return _CONTROL.search(text) is not None


def is_visible(text: str) -> bool:
    """Whether a reader sees anything of it; a mark without a letter under it is nothing to read."""
    return any(
        character not in _BLANK
        and unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Zs", "Zl", "Zp")
        and not ("\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef")
        for character in text
    )


def without_control(value: Any, depth: int = 0) -> Any:
    """
    A JSON value as PostgreSQL stores it: control characters and half pairs replaced, NaN and infinity as text.

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
    :raises ValueError: for a control character in any text of it.
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
    """For counting what is sent to one mailbox: without case, and without the tag that many servers ignore."""
    local, at, domain = canonical_email(address).lower().rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


def canonical_email(address: str) -> str:
    """
    One spelling for one mailbox: the domain in its ASCII form (IDNA 2008 with UTS 46 mapping) and lower case.

    An address whose domain is none stays as it is; validators say what is wrong with it.
    """
    local, at, domain = address.strip().rpartition("@")
    if not at or not local:
        return address
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return address
    return f"{local}@{ascii_domain.lower()}"
