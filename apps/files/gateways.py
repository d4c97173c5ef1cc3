"""Where the bytes are kept, and the limited process that reads them first."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from apps.common import child_process
from apps.files.pictures import PictureTooLarge, PictureUnreadable

READER = Path(__file__).with_name("upload_reader.py")
SECONDS_MAX = 30


class ContentUnreadable(Exception):
    """What it is could not be found out with the memory and the time that a reader gets."""


@dataclass(frozen=True, slots=True)
class Upload:
    """:param kind: None when it is none that we take. :param content: as it is kept; pictures are drawn again."""

    kind: str | None
    content: bytes


def read(content: bytes, kind: str = "") -> Upload:
    """
    What the bytes are, and what is kept of them.

    :param kind: when it is known that they are such a picture.
    :raises PictureUnreadable: :raises PictureTooLarge: :raises ContentUnreadable: as they say.
    """
    arguments = [kind] if kind else []
    try:
        done = child_process.run(READER, *arguments, content=content, seconds=SECONDS_MAX)
    except child_process.ChildTooSlow as error:
        raise ContentUnreadable from error
    head, _line, drawn = done.output.partition(b"\n")
    if done.code or not head:  # out of memory or time: the parser's answer to what it was given
        raise ContentUnreadable
    answer = json.loads(head)
    if answer["problem"] == "too_large":
        raise PictureTooLarge
    if answer["problem"]:
        raise PictureUnreadable
    return Upload(answer["kind"], drawn or content)


def redraw(content: bytes, kind: str) -> bytes:
    """
    The same picture drawn again: what is no picture does not survive, nor do place, camera and owner (EXIF).

    :raises PictureUnreadable: if it cannot be drawn.
    """
    try:
        return read(content, kind).content
    except ContentUnreadable as error:
        raise PictureUnreadable from error


def keep(content: bytes) -> str:
    """Write the bytes under a random key and give the key."""
    random = secrets.token_hex(20)
    return default_storage.save(f"private/{random[:2]}/{random[2:]}", ContentFile(content))


def forget(key: str) -> None:
    default_storage.delete(key)
