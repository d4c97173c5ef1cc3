"""Storage of uploads, and the limited process that reads them first."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import IO, Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from apps.common import child_process
from apps.files.pictures import Crop, PictureTooLarge, PictureTooSmall, PictureUnreadable, Square

READER = Path(__file__).with_name("upload_reader.py")
SECONDS_MAX = 30


class ContentUnreadable(Exception):
    """The content could not be identified within the reader's memory and time limits."""


@dataclass(frozen=True, slots=True)
class Upload:
    """
    :param kind: None if the type is not allowed.
    :param content: the content to store; pictures are re-encoded.
    :param measured: what `measuring.measure` found; empty if that took too long.
    """

    kind: str | None
    content: bytes
    measured: dict[str, Any] = field(default_factory=dict)


def read(content: bytes, kind: str = "", name: str = "") -> Upload:
    """
    Identify the content, and return what is stored of it.

    :param kind: if it is already known to be a picture of this type.
    :param name: the uploader's name of the file.

    :raises PictureUnreadable: if it is a broken picture.
    :raises PictureTooLarge: if the picture has too many pixels or frames.
    :raises ContentUnreadable: if it cannot be identified within the limits.
    """
    plain = name.encode("ascii", "replace").decode().replace("\x00", "?")  # only its extension matters
    answer, drawn, measured = _answer(content, kind, plain)
    return Upload(answer["kind"], b"".join(drawn) or content, measured)


def squares(content: bytes, crop: Crop, sizes: Sequence[Square]) -> list[bytes] | None:
    """
    A part of a picture as WebP in several sizes; None if the content is no picture.

    :raises PictureUnreadable, PictureTooLarge, PictureTooSmall, ContentUnreadable: as `read`.
    """
    options = json.dumps({"crop": astuple(crop), "squares": [astuple(size) for size in sizes]})
    _head, drawn, _measured = _answer(content, "squares", options)
    return drawn or None


def preview(storage_key: str, kind: str) -> bytes | None:
    """
    A small picture of a stored picture or of the first page of a PDF, as WebP; None if it cannot be drawn.

    :raises FilesUnavailable: if the storage does not answer.
    """
    try:
        with default_storage.open(storage_key) as stored:
            content = stored.read()
        [drawn] = _answer(content, "preview", kind)[1]
    except (PictureUnreadable, ContentUnreadable, FileNotFoundError):
        return None
    return drawn


def _answer(content: bytes, *arguments: str) -> tuple[dict[str, Any], list[bytes], dict[str, Any]]:
    """What the program identified, the pictures that it drew, and what it measured."""
    try:
        done = child_process.run(READER, *arguments, content=content, seconds=SECONDS_MAX)
    except child_process.ChildTooSlow as error:
        raise ContentUnreadable from error
    head, line, rest = done.output.partition(b"\n")
    if not line:  # out of memory or time, because of the content
        raise ContentUnreadable
    answer: dict[str, Any] = json.loads(head)
    if answer["problem"]:
        raise _PROBLEMS.get(answer["problem"], PictureUnreadable)
    drawn, start = [], 0
    for length in answer["lengths"]:
        drawn.append(rest[start : start + length])
        start += length
    if len(rest) < start:
        raise ContentUnreadable
    # A process that was stopped while it measured leaves nothing or half a line.
    measured = json.loads(rest[start:]) if rest[start:] and done.code == 0 else {}
    return answer, drawn, measured


_PROBLEMS = {"too_large": PictureTooLarge, "too_small": PictureTooSmall}


def redraw(content: bytes, kind: str) -> bytes:
    """
    The same picture re-encoded, which removes hidden data and metadata such as place, camera and owner (EXIF).

    :raises PictureUnreadable: if it cannot be decoded.
    """
    try:
        return read(content, kind).content
    except ContentUnreadable as error:
        raise PictureUnreadable from error


def keep(content: bytes) -> str:
    """Store the content under a random key, and return the key."""
    random = secrets.token_hex(20)
    return default_storage.save(f"private/{random[:2]}/{random[2:]}", ContentFile(content))


def keep_stream(content: IO[bytes]) -> str:
    """The same for content that is never whole in memory. The storage may close it."""
    random = secrets.token_hex(20)
    return default_storage.save(f"private/{random[:2]}/{random[2:]}", File(content))


def forget(key: str) -> None:
    default_storage.delete(key)


def probe() -> Iterator[str]:
    """
    Store, read and delete a small file. Yields each problem as a sentence for the operator.

    :raises FilesUnavailable, OSError: if the storage does not answer or refuses.
    """
    content = secrets.token_bytes(32)
    key = keep(content)
    try:
        with default_storage.open(key) as stored:
            if stored.read() != content:
                yield "a file came back with other content"
        # Only a bucket has readers of its own; files on the disk are reached through this program.
        if hasattr(default_storage, "is_public") and default_storage.is_public(key):
            yield "EVERYBODY CAN READ THE BUCKET: block public access to it now"
    finally:
        forget(key)
