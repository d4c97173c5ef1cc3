import io
import zipfile

import pytest
from docx import Document

from apps.matching.gateways import documents


def word_file(*paragraphs):
    document = Document()
    for item in paragraphs:
        document.add_paragraph(item)
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
    assert documents.words(b"Python and Django\n") == "Python and Django"
    assert "Python and Django" in documents.words(pdf_file("Python and Django"))
    read = documents.words(word_file("Python", "Дизайн"))
    assert "Python" in read and "Дизайн" in read and "in a table" in read


def test_a_file_that_is_none_of_them_is_refused():
    with pytest.raises(documents.DocumentNotTaken):
        documents.words(b"\x89PNG\r\n\x1a\n" + b"\x00" * 100)
    with pytest.raises(documents.DocumentUnreadable):
        documents.words(b" \n")


def test_a_broken_file_is_notified_apart_from_a_good_one():
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


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def bare_word_file(body, **parts):
    """A Word file of no more than its body and the parts given, as templates and exporters write them."""
    kept = io.BytesIO()
    rels = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    overrides = "".join(f'<Override PartName="/word/{n}.xml" ContentType="{TYPES}.{n}+xml"/>' for n in parts)
    related = "".join(f'<Relationship Id="{n}" Type="{office}/{n}" Target="{n}.xml"/>' for n in parts)
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{TYPES}.document.main+xml"/>{overrides}</Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{rels}"><Relationship Id="r1" Type="{office}/officeDocument"'
            ' Target="word/document.xml"/></Relationships>',
        )
        archive.writestr("word/_rels/document.xml.rels", f'<Relationships xmlns="{rels}">{related}</Relationships>')
        head = f'xmlns:w="{W}" xmlns:mc="{MC}" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:x"'
        archive.writestr("word/document.xml", f"<w:document {head}><w:body>{body}</w:body></w:document>")
        for name, (root, text) in parts.items():
            archive.writestr(f"word/{name}.xml", f"<w:{root} {head}>{text}</w:{root}>")
    return kept.getvalue()


def run(text):
    return f"<w:r><w:t>{text}</w:t></w:r>"


def paragraph(inner):
    return f"<w:p>{inner}</w:p>"


def control(inner):
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{inner}</w:sdtContent></w:sdt>"


def box(inner):
    return f"<v:shape><v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox></v:shape>"


def table(inner):
    return f"<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>{inner}</w:tc></w:tr></w:tbl>"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (control(paragraph(run("Administration"))), "Administration"),
        (control(control(paragraph(run("Administration")))), "Administration"),
        (paragraph(run("Skill ") + control(run("Photoshop"))), "Skill Photoshop"),
        (paragraph(f"<w:r><w:pict>{box(paragraph(run('Figma')))}</w:pict></w:r>"), "Figma"),
        (table(table(paragraph(run("Docker"))) + paragraph(run("x"))), "Docker"),
        (table(control(table(paragraph(run("Docker"))))), "Docker"),
        (paragraph(run("Knows ") + f"<w:ins>{run('Kubernetes')}</w:ins>"), "Knows Kubernetes"),
        (paragraph(f"<w:moveTo>{run('Moved')}</w:moveTo>"), "Moved"),
        (paragraph(f"<w:hyperlink>{run('Linked')}</w:hyperlink>"), "Linked"),
        (paragraph(f"<w:smartTag>{run('Tagged')}</w:smartTag>"), "Tagged"),
        (paragraph(f"<w:fldSimple>{run('Field')}</w:fldSimple>"), "Field"),
        (paragraph("<w:r><w:t>Node</w:t><w:noBreakHyphen/><w:t>RED</w:t></w:r>"), "Node-RED"),
        (paragraph("<w:r><w:t>Photo</w:t><w:softHyphen/><w:t>shop</w:t></w:r>"), "Photoshop"),
    ],
)
def test_a_word_file_gives_the_words_of_whatever_holds_them(body, word):
    assert word in documents.words(bare_word_file(paragraph(run("Name")) + body))


@pytest.mark.parametrize(("mark", "is_read"), [("", False), (' w:val="0"', True), (' w:val="true"', False)])
def test_words_that_nobody_sees_are_not_read(mark, is_read):
    hidden = f"<w:r><w:rPr><w:vanish{mark}/></w:rPr><w:t>Kubernetes</w:t></w:r>"
    words = documents.words(bare_word_file(paragraph(hidden + run("Photoshop"))))
    assert "Photoshop" in words
    assert ("Kubernetes" in words) == is_read


def test_a_word_file_gives_neither_what_was_deleted_nor_anything_twice():
    drawing = f"<mc:Choice Requires='x'>{box(paragraph(run('Figma')))}</mc:Choice>"
    old = f"<mc:Fallback>{box(paragraph(run('Figma')))}</mc:Fallback>"
    body = paragraph(f"<w:r><mc:AlternateContent>{drawing}{old}</mc:AlternateContent></w:r>")
    body += paragraph("<w:del><w:r><w:delText>Cobol</w:delText></w:r></w:del>")
    body += paragraph(f"<w:moveFrom>{run('Fortran')}</w:moveFrom>")
    body += paragraph("<w:r><w:instrText>HYPERLINK</w:instrText></w:r>")
    read = documents.words(bare_word_file(body))
    assert read.count("Figma") == 1
    assert not {"Cobol", "Fortran", "HYPERLINK"} & set(read.split())


def test_a_word_file_gives_its_headers_and_notes():
    read = documents.words(
        bare_word_file(
            paragraph(run("Body")),
            header=("hdr", paragraph(run("Amara Okafor"))),
            footnotes=("footnotes", f"<w:footnote>{paragraph(run('Kubernetes'))}</w:footnote>"),
        )
    )
    assert {"Body", "Kubernetes", "Okafor"} <= set(read.split())


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"HTTP/1.1 200 OK\r\n\r\n", b"\r\n" * 100])
def test_a_pdf_is_read_whatever_a_server_put_before_it(before):
    assert "Python developer" in documents.words(before + pdf_file("Python developer"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "utf-32"])
def test_a_text_is_read_in_the_encoding_it_has(encoding):
    assert documents.words("Lebenslauf Python".encode(encoding)) == "Lebenslauf Python"


def test_words_are_joined_that_the_setting_parts():
    assert (
        documents.words("work\ufb02ow, Photo\u00adshop,\nKuber-\nnetes".encode()) == "workflow, Photoshop,\nKubernetes"
    )


def test_the_reader_sees_no_key_of_the_site(monkeypatch, tmp_path):
    from apps.common import child_process

    monkeypatch.setenv("SECRET_KEY", "hidden")
    program = tmp_path / "program.py"
    program.write_text("import os, sys; sys.stdout.write(repr(dict(os.environ)))")
    assert b"hidden" not in child_process.run(program, content=b"", seconds=10).output
