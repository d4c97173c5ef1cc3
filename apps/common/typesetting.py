"""
Typesets strings as PDF with typst. Arabic is shaped and runs right to left, Han characters have glyphs, and no system
library is needed.

The strings are passed as data, never as markup. Only the project's own fonts are used (`apps/common/fonts`, see its
README), so that a document looks the same on every machine.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings

FONTS = Path(__file__).parent / "fonts"
_RIGHT_TO_LEFT = {"ar", "he", "fa", "ur"}


def pdf(template: Path, sheet: dict[str, Any], *, language: str) -> bytes:
    """
    Return the document as PDF/A-2b, for archiving.

    :param sheet: the strings of the template, with `title` and `number`.
    :param language: as in Django, for example "zh-hans".
    """
    return _compile(template, sheet, language, format="pdf", pdf_standards=["a-2b"])


def png(template: Path, sheet: dict[str, Any], *, language: str) -> bytes:
    """Return the first page as an image, for previews and tests."""
    return _compile(template, sheet, language, format="png", ppi=110)


def is_right_to_left(language: str) -> bool:
    return language.split("-")[0] in _RIGHT_TO_LEFT


def _compile(template: Path, sheet: dict[str, Any], language: str, **options: Any) -> bytes:
    import typst  # eighty megabytes: imported when the first document is produced

    base = language.split("-")[0]
    data = {**sheet, "lang": base, "rtl": is_right_to_left(language), "author": settings.SITE_NAME}
    document = typst.compile(
        str(template),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data)},
        **options,
    )
    pages = document if isinstance(document, list) else [document]
    return bytes(pages[0])
