import io
import zipfile

import pytest
from docx import Document

from apps.matching.gateways import documents


def word_file(*paragraphs):
    document = Document()
    for one in paragraphs:
        document.add_paragraph(one)
    document.add_table(1, 1).cell(0, 0).text = "in a table"
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def pdf_file(text):
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + (
        b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (table, len(content))
    )


def test_the_words_of_every_kind_are_read():
    assert documents.words(b"Python and Django\n") == "Python and Django\n"
    assert "Python and Django" in documents.words(pdf_file("Python and Django"))
    read = documents.words(word_file("Python", "Дизайн"))
    assert "Python" in read and "Дизайн" in read and "in a table" in read


def test_a_file_that_is_none_of_them_is_refused():
    with pytest.raises(documents.DocumentNotTaken):
        documents.words(b"\x89PNG\r\n\x1a\n" + b"\x00" * 100)
    with pytest.raises(documents.DocumentUnreadable):
        documents.words(b" \n")


def test_a_broken_file_is_told_from_a_good_one():
    with pytest.raises(documents.DocumentUnreadable):
        documents.words(b"%PDF-1.7\nnothing more")
    with pytest.raises(documents.DocumentUnreadable):
        documents.words(pdf_file(""))  # a picture of a page: no words in it


def test_a_file_that_unpacks_to_too_much_is_not_unpacked():
    bomb = io.BytesIO(word_file("small"))
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/zeros.bin", b"\0" * (64 * 2**20))
    with pytest.raises(documents.DocumentUnreadable):
        documents.words(bomb.getvalue())


def test_too_large_is_refused_before_it_is_read():
    with pytest.raises(documents.DocumentTooLarge):
        documents.words(b"a" * (documents.BYTES_MAX + 1))
