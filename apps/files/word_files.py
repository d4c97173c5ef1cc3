"""The text of a Word file (docx). Pure; it runs inside the limited process."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

UNPACKED_MAX = 40 * 2**20
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


def text(content: bytes) -> str:
    """:raises ValueError: if it would unpack to more than UNPACKED_MAX. A broken file can raise anything."""
    from docx import Document
    from docx.oxml import parse_xml

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > UNPACKED_MAX:
            raise ValueError
    document = Document(io.BytesIO(content))
    words = "".join(_words(document.element.body))
    for part in document.part.package.iter_parts():
        # Many CVs have name, profession and address in the header.
        if part.content_type.rsplit(".", 1)[-1] in ("header+xml", "footer+xml", "footnotes+xml", "endnotes+xml"):
            root = getattr(part, "element", None)
            words += "\n" + "".join(_words(parse_xml(part.blob) if root is None else root))
    return words


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
