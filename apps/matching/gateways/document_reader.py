"""
Extracts the text of a PDF, a Word file or a text file. Runs as a separate program, because uploads are not trusted:

    python -I document_reader.py ROOT < file  > words

It limits its own memory and processor time before it reads a byte; the calling process limits the elapsed time. It
imports only pure modules of the site.
"""

import io
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

PAGES_MAX = 30
CHARACTERS_MAX = 60_000
UNPACKED_MAX = 40 * 2**20
MEMORY_BYTES_MAX = 1024 * 2**20
SECONDS_MAX = 8
NOT_TAKEN = 3
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


def main() -> int:
    sys.path.insert(0, sys.argv[1])
    from apps.common import child_process

    child_process.limit(memory_bytes=MEMORY_BYTES_MAX, seconds=SECONDS_MAX)
    from apps.files import rules

    content = sys.stdin.buffer.read()
    try:
        kind = rules.content_type(content)
        if kind == "application/pdf":
            text = _pdf(content)
        elif kind == WORD:
            text = _docx(content)
        elif kind == rules.TEXT:
            text = (rules.decoded(content) or "").lstrip("\ufeff")
        else:
            return NOT_TAKEN
    except Exception as error:  # a broken file can raise anything; the caller only needs to know that it is unreadable
        print(type(error).__name__, file=sys.stderr)  # noqa: T201 - a program
        return 1
    sys.stdout.buffer.write(text[:CHARACTERS_MAX].encode("utf-8", "replace"))
    return 0


def _pdf(content: bytes) -> str:
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(content[max(0, content[:1024].find(b"%PDF-")) :])).pages
    result: list[str] = []
    for number in range(min(len(pages), PAGES_MAX)):
        result.append(pages[number].extract_text())
        if sum(map(len, result)) > CHARACTERS_MAX:
            break
    return "\n".join(result)


def _docx(content: bytes) -> str:
    from docx import Document
    from docx.oxml import parse_xml

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > UNPACKED_MAX:
            raise ValueError
    document = Document(io.BytesIO(content))
    text = "".join(_words(document.element.body))
    for part in document.part.package.iter_parts():
        # Many CVs have name, profession and address in the header.
        if part.content_type.rsplit(".", 1)[-1] in ("header+xml", "footer+xml", "footnotes+xml", "endnotes+xml"):
            root = getattr(part, "element", None)
            text += "\n" + "".join(_words(parse_xml(part.blob) if root is None else root))
    return text


def _words(element: Any) -> Iterator[str]:
    """
    Yield the words of a WordprocessingML element and its descendants: content controls, text boxes, nested tables and
    tracked insertions. Skips text that is hidden, deleted or moved away, and the older form of a drawing (ECMA-376 part
    1,
    17).
    """
    for child in element:
        tag = child.tag
        if tag in _LEFT_OUT or not isinstance(tag, str) or (tag == f"{_W}r" and _is_hidden(child)):
            continue
        if tag == f"{_W}t":
            yield child.text or ""
        elif tag in _SIGNS:
            yield _SIGNS[tag]
        elif tag == f"{_COMPATIBILITY}AlternateContent":
            yield from _words(_chosen(child))
        else:
            if tag in _BLOCKS:
                yield "\n"
            yield from _words(child)
            if tag in _BLOCKS:
                yield "\n"


def _is_hidden(run: Any) -> bool:
    """
    Return whether the run is invisible on the page. Invisible text is skipped, because it could add skills secretly.
    """
    mark = run.find(f"{_W}rPr/{_W}vanish")
    return mark is not None and mark.get(f"{_W}val", "true") not in ("0", "false", "off")


def _chosen(alternatives: Any) -> Any:
    """Return the version of a drawing that has words: the newer one first, then the older."""
    for alternative in alternatives:
        if next(alternative.iter(f"{_W}t"), None) is not None:
            return alternative
    return alternatives[:0]


_LEFT_OUT = {f"{_W}{name}" for name in ("del", "moveFrom", "delText", "instrText", "delInstrText", "rPr", "pPr")}
_SIGNS = {
    f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-", f"{_W}softHyphen": "\u00ad",
}  # fmt: skip
_BLOCKS = {f"{_W}{name}" for name in ("p", "tc", "tr", "txbxContent")}


if __name__ == "__main__":
    sys.exit(main())
