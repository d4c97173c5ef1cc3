"""
The words of a PDF or Word file. Run as a program of its own, since what people upload is never trusted:

    python -I document_reader.py pdf|docx  < file  > words

It limits its own memory and processor time before it reads a byte; whoever starts it limits the clock. It imports
nothing of the site.
"""

import io
import resource
import sys
import zipfile

PAGES_MAX = 30
CHARACTERS_MAX = 60_000
UNPACKED_MAX = 40 * 2**20
MEMORY_MAX = 1024 * 2**20
SECONDS_MAX = 8


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content = sys.stdin.buffer.read()
    try:
        text = {"pdf": _pdf, "docx": _docx}[sys.argv[1]](content)
    except Exception as error:  # whatever a broken file provokes: the caller only needs to know that it is broken
        print(type(error).__name__, file=sys.stderr)  # noqa: T201 - a program
        return 1
    sys.stdout.buffer.write(text[:CHARACTERS_MAX].encode("utf-8", "replace"))
    return 0


def _pdf(content: bytes) -> str:
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(content)).pages
    found: list[str] = []
    for number in range(min(len(pages), PAGES_MAX)):
        found.append(pages[number].extract_text())
        if sum(map(len, found)) > CHARACTERS_MAX:
            break
    return "\n".join(found)


def _docx(content: bytes) -> str:
    from docx import Document

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > UNPACKED_MAX:
            raise ValueError
    document = Document(io.BytesIO(content))
    lines = [paragraph.text for paragraph in document.paragraphs]
    lines += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
