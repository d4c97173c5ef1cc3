"""
A sheet of strings as PDF, by typst: Arabic is shaped and runs from right to left, Han has glyphs, no system library.

The strings go in as data and are never markup. Fonts are this project's own (`apps/invoicing/fonts`, see its README),
never the machine's, so that a document looks the same everywhere.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings

_HERE = Path(__file__).parents[1]
FONTS = _HERE / "fonts"
TEMPLATE = _HERE / "typst" / "document.typ"
_RIGHT_TO_LEFT = {"ar", "he", "fa", "ur"}


def pdf(sheet: dict[str, Any], *, language: str) -> bytes:
    """PDF/A-2b, for archives. :param language: as Django names it, "zh-hans"."""
    return _compile(sheet, language, format="pdf", pdf_standards=["a-2b"])


def png(sheet: dict[str, Any], *, language: str) -> bytes:
    """The first page as a picture, for eyes and tests."""
    return _compile(sheet, language, format="png", ppi=110)


def _compile(sheet: dict[str, Any], language: str, **options: Any) -> bytes:
    import typst  # eighty megabytes: loaded when the first document is drawn

    base = language.split("-")[0]
    data = {**sheet, "lang": base, "rtl": base in _RIGHT_TO_LEFT, "author": settings.SITE_NAME}
    document = typst.compile(
        str(TEMPLATE),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data)},
        **options,
    )
    pages = document if isinstance(document, list) else [document]
    return bytes(pages[0])
