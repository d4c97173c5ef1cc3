"""Extracts the text of an uploaded CV. The file is read once, in a separate process with limits, and is not stored."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from apps.common import child_process
from apps.common.errors import Invalid
from apps.matching.gateways.document_reader import NOT_TAKEN
from ranking.plain_text import joined

READER = Path(__file__).with_name("document_reader.py")
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
    Return the text of a PDF, a Word file or a plain text, cut at CHARACTERS_MAX.

    :raises DocumentTooLarge, DocumentNotTaken, DocumentUnreadable: each message says what the person can do instead.
    """
    if len(content) > BYTES_MAX:
        raise DocumentTooLarge(limit=BYTES_MAX // 2**20)
    if not content.strip():
        raise DocumentUnreadable
    try:
        read = child_process.run(READER, content=content, seconds=SECONDS_MAX)
    except child_process.ChildTooSlow as error:
        raise DocumentUnreadable from error
    if read.code == NOT_TAKEN:
        raise DocumentNotTaken
    text = read.output.decode("utf-8", "replace").replace("\x00", " ").strip("\x00\n")
    if read.code or not text.strip():
        raise DocumentUnreadable
    return joined(text)[0]
