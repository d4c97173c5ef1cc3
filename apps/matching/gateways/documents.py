"""
The words of an uploaded CV. The file is read once, in a process of its own with limits, and kept nowhere.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from apps.common.errors import Invalid
from apps.files import rules

READER = Path(__file__).with_name("document_reader.py")
KINDS = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
BYTES_MAX = 5 * 2**20
CHARACTERS_MAX = 60_000
SECONDS_MAX = 12


class DocumentTooLarge(Invalid):
    code = "document_too_large"
    message = _("The file is too large. The limit is %(limit)s MB.")


class DocumentNotTaken(Invalid):
    code = "document_not_taken"
    message = _("By its content this is none of the files that can be read here. Use PDF, Word (docx) or plain text.")


class DocumentUnreadable(Invalid):
    code = "document_unreadable"
    message = _("The words of this file cannot be read. Paste them into the field instead.")


def words(content: bytes) -> str:
    """
    The text of a PDF, a Word file or a plain text, cut at CHARACTERS_MAX.

    :raises DocumentTooLarge, DocumentNotTaken, DocumentUnreadable: each tells the person what to do instead.
    """
    if len(content) > BYTES_MAX:
        raise DocumentTooLarge(limit=BYTES_MAX // 2**20)
    kind = rules.content_type(content)
    if not content.strip():
        raise DocumentUnreadable
    if kind == rules.TEXT:
        return content.decode("utf-8", "replace")[:CHARACTERS_MAX]
    if kind not in KINDS:
        raise DocumentNotTaken
    try:
        read = subprocess.run(  # noqa: S603 - our own interpreter and script, the upload only on its input
            [sys.executable, "-I", str(READER), KINDS[kind]], input=content, capture_output=True, timeout=SECONDS_MAX
        )
    except subprocess.TimeoutExpired as error:
        raise DocumentUnreadable from error
    text = read.stdout.decode("utf-8", "replace").replace("\x00", " ").strip()
    if read.returncode or not text:
        raise DocumentUnreadable
    return text
