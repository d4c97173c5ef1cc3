"""
Extracts the text of a PDF, a Word file or a text file. Runs as a separate program, because uploads are not trusted:

    python -I document_reader.py ROOT < file  > words

It limits its own memory and processor time before it reads a byte; the calling process limits the elapsed time. It
imports only pure modules of the site.
"""

import io
import sys

PAGES_MAX = 30
CHARACTERS_MAX = 60_000
MEMORY_BYTES_MAX = 1024 * 2**20
SECONDS_MAX = 8
NOT_TAKEN = 3
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def main() -> int:
    sys.path.insert(0, sys.argv[1])
    from apps.common import child_process

    child_process.limit(memory_bytes=MEMORY_BYTES_MAX, seconds=SECONDS_MAX)
    from apps.files import rules, word_files

    content = sys.stdin.buffer.read()
    try:
        kind = rules.content_type(content)
        if kind == "application/pdf":
            text = _pdf(content)
        elif kind == WORD:
            text = word_files.text(content)
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


if __name__ == "__main__":
    sys.exit(main())
