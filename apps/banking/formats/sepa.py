"""
The characters that banks accept in SEPA files: EPC217-08, "SEPA Requirements for an Extended Character Set", chapter 5.
"""

from __future__ import annotations

import re

from apps.common import tokens

_REFUSED = re.compile(r"[^A-Za-z0-9/?:().,'+ -]+")


NAME_MAX = 70


def text(value: str) -> str:
    """
    The text in Latin letters without diacritics. Other characters become spaces; slashes at the ends and double slashes
    are removed.
    """
    latin = _REFUSED.sub(" ", tokens.to_latin(value))
    latin = re.sub(r"/{2,}", "/", " ".join(latin.split()))
    return latin.strip("/ -")


def name(value: str) -> str:
    """The holder's name, at most 70 characters; NOTPROVIDED if no character of it can be written."""
    return text(value)[:NAME_MAX].strip("/ -") or "NOTPROVIDED"
