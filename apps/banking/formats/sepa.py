"""
The letters that banks take in SEPA files: EPC217-08, "SEPA Requirements for an Extended Character Set", chapter 5.
"""

from __future__ import annotations

import re

from apps.common import tokens

_REFUSED = re.compile(r"[^A-Za-z0-9/?:().,'+ -]+")


NAME_MAX = 70


def text(value: str) -> str:
    """In Latin letters without marks; what a bank does not take becomes a space; no slash at an end, none doubled."""
    latin = _REFUSED.sub(" ", tokens.to_latin(value))
    latin = re.sub(r"/{2,}", "/", " ".join(latin.split()))
    return latin.strip("/ -")


def name(value: str) -> str:
    """A holder's name of at most 70 letters; NOTPROVIDED where no letter of it can be written."""
    return text(value)[:NAME_MAX].strip("/ -") or "NOTPROVIDED"
