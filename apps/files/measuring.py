"""
What a file contains, as far as a program can say: dimensions, pages, words, a sample of its text, names in an archive.

Pure functions on bytes; they run inside the limited process (`upload_reader`). What cannot be measured is left out.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from typing import Any

from apps.files import rules, word_files

SAMPLE_CHARACTERS = 12_000
CHARACTERS_MAX = 3_000_000
PAGES_READ_MAX = 200
ENTRIES_MAX = 60
ENTRY_NAME_MAX = 160
PROSE = ("txt", "md")
"""Extensions of text files that hold prose. The words of a table or a program are not counted."""
LOCKED, BROKEN = "locked", "broken"

_SLIDE = re.compile(r"ppt/slides/slide[0-9]+\.xml")
# Han and Kana are written without spaces; each sign counts as a word, as in word processors.
_SIGN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]")
# Thai, Lao, Burmese and Khmer are written without spaces too, but a sign is not a word.
_UNCOUNTABLE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


def measure(content: bytes, kind: str, name: str) -> dict[str, Any]:
    """
    Return any of: width, height, frames; pages; words and `sample` (the beginning of the text); entries (name and size)
    and entries_total of an archive; problem (`locked` or `broken`).

    :param content: as it is stored.
    """
    if kind in rules.IMAGES:
        return _picture(content)
    if kind == "application/pdf":
        return _pdf(content)
    if kind.endswith("wordprocessingml.document"):
        return _words_of(word_files.text(content))
    if kind == rules.TEXT and name.rpartition(".")[2].lower() in PROSE:
        return _words_of((rules.decoded(content) or "").lstrip("\ufeff"))
    if kind == "application/zip":
        return _archive(content)
    if kind.endswith("presentationml.presentation"):
        return _slides(content)
    return {}


def _picture(content: bytes) -> dict[str, Any]:
    from PIL import Image

    with Image.open(io.BytesIO(content)) as image:
        return {"width": image.width, "height": image.height}


def _pdf(content: bytes) -> dict[str, Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        return {"problem": LOCKED if "password" in str(error).lower() else BROKEN}
    pages = len(document)
    facts: dict[str, Any] = {"pages": pages}
    if pages > PAGES_READ_MAX:
        return facts
    texts: list[str] = []
    for number in range(pages):
        page = document[number]
        text = page.get_textpage()
        texts.append(text.get_text_bounded())
        text.close()
        page.close()
        if sum(map(len, texts)) > CHARACTERS_MAX:
            return facts
    whole = "\n".join(texts)
    # A scan has pages and no text: its words are not known.
    return facts | (_words_of(whole) if whole.strip() else {})


def _words_of(text: str) -> dict[str, Any]:
    if len(text) > CHARACTERS_MAX:
        return {"sample": text[:SAMPLE_CHARACTERS]}
    words = word_count(text)
    return {"sample": text[:SAMPLE_CHARACTERS]} | ({} if words is None else {"words": words})


def word_count(text: str) -> int | None:
    """
    The number of words, as word processors count them: what stands between spaces and has a letter or a digit, and each
    Han or Kana sign. None for scripts without spaces whose words only a dictionary could tell apart.
    """
    if len(_UNCOUNTABLE.findall(text)) * 10 > len(text):
        return None
    spaced, signs = _SIGN.subn(" ", unicodedata.normalize("NFC", text))
    return signs + sum(1 for word in spaced.split() if any(map(str.isalnum, word)))


def _archive(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = [item for item in archive.infolist() if not item.is_dir()]
        entries = [[rules.plain_text(item.filename)[:ENTRY_NAME_MAX], item.file_size] for item in files[:ENTRIES_MAX]]
        problem = {"problem": LOCKED} if any(item.flag_bits & 1 for item in files) else {}
        return {"entries": entries, "entries_total": len(files)} | problem


def _slides(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        pages = sum(1 for name in archive.namelist() if _SLIDE.fullmatch(name))
    return {"pages": pages} if pages else {}
