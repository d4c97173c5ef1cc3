import io
import time
import tracemalloc
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
        (b"\xff\xf3\x40\xc4" + b"\0" * 400, "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + b"\0" * 400, "audio/mpeg"),
        (b"\xff\xe3\x18\xc4" + b"\0" * 400, "audio/mpeg"),
        (b"\xff\xeb\x90\x64" + b"\0" * 400, None),  # a version that does not exist
        (b"\xff\xf1\x50\x80" + b"\0" * 400, None),  # another format with the same beginning
        (b"\xef\xbb\xbf%PDF-1.4\n%\xe2\xe3\n1 0 obj\n%%EOF\n", "application/pdf"),
        (b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.7\n%\xe2\xe3\n1 0 obj\n%%EOF\n", "application/pdf"),
        (b"How a PDF begins: %PDF-1.7, and so on.\n", "text/plain"),
        ("<script>1</script>".encode("utf-16"), None),
        ("\ufeff#!/bin/sh\n".encode(), None),
        (b"<!-- a picture --><svg xmlns='x'/>", None),
        (b"<?xml version='1.0'?>\n<!-- a -->\n<s:svg xmlns:s='x'/>", None),
        (b"<body onload=alert(1)>", None),
        (b"<?= 1 ?>", None),
        (b"<?xml version='1.0'?><note>Hello</note>", "text/plain"),
        (b"<!-- notes --> about svg", "text/plain"),
        (b"a\x1b[31mb", None),
    ],
)
def test_content_type_is_notified_by_the_bytes(content, kind):
    assert rules.content_type(content) == kind


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\Users\\me\\brief.PDF", "application/pdf", "brief.pdf"),
        ("photo\u202egnp.exe", "image/png", "photognp.exe.png"),
        ("合同 草案.docx", rules._BY_EXTENSION["docx"], "合同 草案.docx"),
        ("...", "image/png", "file.png"),
        ("\u3164\u200b.png", "image/png", "file.png"),
        ("CON.png", "image/png", "file-CON.png"),
        ("photo\u061c.png", "image/png", "photo.png"),
        ("a\x00b\nc.txt", "text/plain", "abc.txt"),
    ],
)
def test_safe_name_keeps_the_words_and_drops_the_tricks(name, kind, safe):
    assert rules.safe_name(name, kind) == safe


def test_safe_name_fits_its_column():
    assert len(rules.safe_name("x" * 500 + ".png", "image/png")) == rules.NAME_LENGTH_MAX


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Lebenslauf Python", "utf-16"), ("Lebenslauf Python", "utf-16-le"), ("Lebenslauf Python", "utf-16-be"),
        ("Lebenslauf Python", "utf-32"), ("Grüße aus München", "utf-8-sig"), ("履歴書", "utf-16"),
        ("Grüße aus München, größere Straßen und Überraschungen für alle Gäste", "cp1252"),
        ("L’été à la façade, très élégant – “vrai”", "cp1252"),
        ("Опыт работы: программист, переводчик и редактор текстов на русском языке", "cp1251"),
        ("Опыт работы: программист, переводчик и редактор текстов на русском языке", "koi8_r"),
        ("我有五年的网站设计和软件开发经验，熟悉数据库和服务器的管理工作。", "gb18030"),
        ("我有五年的網站設計和軟體開發經驗，熟悉資料庫和伺服器的管理工作。", "big5"),
        ("私はウェブデザインとソフトウェア開発の経験が五年あります。よろしくお願いします。", "shift_jis"),
        ("私はウェブデザインとソフトウェア開発の経験が五年あります。よろしくお願いします。", "euc_jp"),
        ("私はウェブデザインの経験が五年あります。", "iso2022_jp"),
        ("저는 웹 디자인과 소프트웨어 개발 경험이 오 년 있습니다. 잘 부탁드립니다.", "euc_kr"),
        ("لدي خبرة خمس سنوات في تصميم المواقع وتطوير البرمجيات وإدارة قواعد البيانات", "cp1256"),
        ("Zażółć gęślą jaźń, doświadczenie w programowaniu i tłumaczeniach tekstów", "cp1250"),
    ],
)  # fmt: skip
def test_a_text_is_one_in_whatever_encoding_people_have(text, encoding):
    content = text.encode(encoding)
    assert rules.content_type(content) == "text/plain"
    assert rules.decoded(content).lstrip("\ufeff") == text


def test_what_the_archive_declares_is_not_unpacked_to_be_read():
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", b"\0" * 50_000_000)
    tracemalloc.start()
    assert rules.content_type(box.getvalue()) is None
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("at", [30, 45, 60])
def test_a_broken_archive_is_none_that_we_take(at):
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", b"application/vnd.oasis.opendocument.text" * 3)
    content = bytearray(box.getvalue())
    content[at : at + 8] = b"\xff" * 8
    assert rules.content_type(bytes(content)) is None


def test_twenty_megabytes_of_text_take_no_second():
    content = ("Ein Satz über Grüße. " * 900_000).encode()
    began = time.process_time()
    assert rules.content_type(content) == "text/plain"
    assert time.process_time() - began < 1.5
