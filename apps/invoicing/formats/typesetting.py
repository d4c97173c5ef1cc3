"""Typesets a document of the marketplace as PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from apps.common import typesetting

TEMPLATE = Path(__file__).parents[1] / "typst" / "document.typ"


def pdf(sheet: dict[str, Any], *, language: str) -> bytes:
    """Return the document as PDF/A-2b, for archiving. :param language: as in Django, for example "zh-hans"."""
    return typesetting.pdf(TEMPLATE, sheet, language=language)


def png(sheet: dict[str, Any], *, language: str) -> bytes:
    """Return the first page as an image, for previews and tests."""
    return typesetting.png(TEMPLATE, sheet, language=language)
