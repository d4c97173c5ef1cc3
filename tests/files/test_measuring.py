"""What is measured in an upload, by the limited process that reads it."""

import io
import uuid
import zipfile

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from apps.common import typesetting
from apps.files import gateways, languages, measuring, operations
from tests.conftest import NOON

ENGLISH = "The colour of the centre was chosen by our neighbours, and the organisation of the whole text is clear. "
GERMAN = "Die Farbe der Mitte wurde von unseren Nachbarn gewählt, und der Aufbau des ganzen Textes ist klar. "


def pdf(pages: int = 1) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _number in range(pages):
        document.new_page(200, 200)
    box = io.BytesIO()
    document.save(box)
    return box.getvalue()


def docx(text: str) -> bytes:
    document, box = Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(box)
    return box.getvalue()


def archive(*names: str) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as packed:
        for name in names:
            packed.writestr(name, b"x" * 10)
    return box.getvalue()


def measured(content: bytes, name: str) -> dict:
    return gateways.read(content, name=name).measured


def test_a_picture_has_its_dimensions_as_stored():
    box = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    Image.new("RGB", (30, 20)).save(box, "JPEG", exif=exif)
    assert measured(box.getvalue(), "a.jpg") == {"width": 20, "height": 30}


def test_a_pdf_has_pages_and_words_if_it_has_text(tmp_path):
    assert measured(pdf(3), "a.pdf") == {"pages": 3}
    assert measured(pdf(measuring.PAGES_READ_MAX + 1), "a.pdf") == {"pages": measuring.PAGES_READ_MAX + 1}
    template = tmp_path / "words.typ"
    template.write_text("Twelve words are\n\non two pages\n#pagebreak()\nand no more")
    facts = measured(typesetting.pdf(template, {}, language="en"), "a.pdf")
    assert (facts["pages"], facts["words"]) == (2, 9)


def test_a_broken_pdf_is_called_broken():
    assert measured(b"%PDF-1.4\nnothing\n%%EOF", "a.pdf") == {"problem": "broken"}


@pytest.mark.parametrize(("name", "content"), [("a.txt", ENGLISH.encode()), ("a.docx", docx(ENGLISH))])
def test_a_text_has_its_words(name, content):
    facts = measured(content, name)
    assert facts["words"] == len(ENGLISH.split())
    assert facts["sample"].strip() == ENGLISH.strip()


def test_tables_and_programs_are_not_counted():
    assert measured(b"a,b,c\n1,2,3\n", "a.csv") == {}


def test_an_archive_is_listed_as_far_as_its_beginning():
    names = [f"folder/{number}.txt" for number in range(measuring.ENTRIES_MAX + 5)]
    facts = measured(archive("folder/", *names), "a.zip")
    assert facts["entries_total"] == len(names)
    assert facts["entries"] == [[name, 10] for name in names[: measuring.ENTRIES_MAX]]
    [[name, _size]] = measured(archive("exe.\u202egpj" + "x" * 500), "a.zip")["entries"]
    assert "\u202e" not in name
    assert len(name) == measuring.ENTRY_NAME_MAX


def test_a_file_that_takes_too_long_to_measure_is_stored_all_the_same(monkeypatch):
    monkeypatch.setattr(
        gateways.child_process, "run", lambda *_args, **_more: gateways.child_process.Result(
            -24, b'{"kind": "text/plain", "problem": null, "lengths": []}\n{"wor'
        ),
    )  # fmt: skip
    upload = gateways.read(b"Hello", name="a.txt")
    assert (upload.kind, upload.content, upload.measured) == ("text/plain", b"Hello", {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("one two  three", 3),
        ("it's - 3 o'clock", 3),
        ("你好 world", 3),
        ("हिन्दी में", 2),
        ("한국어 문장", 2),
        ("สวัสดีครับ", None),
    ],
)
def test_words_are_counted_as_in_word_processors(text, words):
    assert measuring.word_count(text) == words


@given(st.text())
def test_more_text_never_has_fewer_words(text):
    words = measuring.word_count(text)
    assert words is None or words <= len(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [(ENGLISH, "en"), (GERMAN, "de"), ("这是一个关于翻译和设计的项目说明，我们需要完成这些内容。", "zh"),
     ("هذا نص عن الترجمة والتصميم وما إلى ذلك من أعمال نحتاجها في المشروع الحالي", "ar"), ("Logo", ""), ("123 " * 99, "")],
)  # fmt: skip
def test_a_language_is_named_if_it_is_clear(text, language):
    assert languages.language(text) == language


def test_spellings_are_told_apart():
    assert languages.spelling(ENGLISH, "en") == "en-gb"
    assert languages.spelling("The color of my neighbor was analyzed", "en") == "en-us"
    assert languages.spelling("A color and a colour", "en") == ""
    assert languages.spelling("我们需要完成这些内容的说明，项目设计请发给我们。", "zh") == "zh-hans"
    assert languages.spelling("我們需要完成這些內容的說明，項目設計請發給我們。", "zh") == "zh-hant"
    assert languages.spelling(GERMAN, "de") == ""


@pytest.mark.django_db
def test_language_spelling_and_the_beginning_of_the_text_are_kept():
    upload = SimpleUploadedFile("a.txt", (ENGLISH * 20).encode())
    file = operations.store(upload=upload, uploaded_by_id=uuid.uuid4(), now=NOON)
    excerpt = file.facts.pop("excerpt")
    assert 0 < len(excerpt) <= operations.EXCERPT_CHARACTERS
    assert file.facts == {"words": 380, "language": "en", "spelling": "en-gb"}
