import io
import zipfile

import pytest

from apps.files import rules

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


def _zip(**members: bytes) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return box.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "image/png"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "application/pdf"),
        ("Ein Satz, 中文, عربي\n".encode(), "text/plain"),
        (_zip(**{"a.txt": b"x"}), "application/zip"),
        (
            _zip(**{"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (b"\x7fELF\x02\x01\x01" + b"\x00" * 60, None),
        (b"MZ\x90\x00" + b"\x00" * 60, None),
        (b"<!DOCTYPE html><script>alert(1)</script>", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", None),
        (b"#!/bin/sh\nrm -rf /\n", None),
        (_zip(**{"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>", "word/vbaProject.bin": b"x"}), None),
        (b"\x00\x01\x02 binary", None),
    ],
)
def test_content_type_is_told_by_the_bytes(content, kind):
    assert rules.content_type(content) == kind


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\Users\\me\\brief.PDF", "application/pdf", "brief.pdf"),
        ("photo\u202egnp.exe", "image/png", "photognp.exe.png"),
        ("合同 草案.docx", rules._BY_EXTENSION["docx"], "合同 草案.docx"),
        ("...", "image/png", "file.png"),
        ("a\x00b\nc.txt", "text/plain", "abc.txt"),
    ],
)
def test_safe_name_keeps_the_words_and_drops_the_tricks(name, kind, safe):
    assert rules.safe_name(name, kind) == safe


def test_safe_name_fits_its_column():
    assert len(rules.safe_name("x" * 500 + ".png", "image/png")) == rules.NAME_LENGTH_MAX
