from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.common import limits
from apps.common.errors import Invalid
from apps.files import gateways, languages, pictures, previews, queries, rules
from apps.files.errors import FilesUnavailable
from apps.files.models import StoredFile

logger = logging.getLogger(__name__)
UNATTACHED_LIFE = timedelta(days=2)
EXCERPT_CHARACTERS = 600


class FileTooLarge(Invalid):
    code = "file_too_large"
    message = _("“%(name)s” is too large. The limit is %(limit)s MB.")


class FileEmpty(Invalid):
    code = "file_empty"
    message = _("“%(name)s” is empty.")


class TypeNotAllowed(Invalid):
    code = "file_type_not_allowed"
    message = _(
        "We do not take “%(name)s”: by its content it is none of the types people exchange here. "
        "Use pictures, PDF, office documents, text, ZIP, audio or video."
    )


class PictureBroken(Invalid):
    code = "picture_broken"
    message = _("The picture “%(name)s” cannot be read. Save it again as JPEG or PNG and try again.")


class PictureTooLarge(Invalid):
    code = "picture_too_large"
    message = _("The picture “%(name)s” has too many pixels, all its frames together. Save it smaller and try again.")


class PictureTooSmall(Invalid):
    code = "picture_too_small"
    message = _("The picture “%(name)s” is too small. It needs at least %(pixels)s pixels in width and height.")


class NoPicture(Invalid):
    code = "no_picture"
    message = _("“%(name)s” is not a picture that we can read. Save it as JPEG, PNG or WebP and try again.")


class FileUnreadable(Invalid):
    code = "file_unreadable"
    message = _("“%(name)s” cannot be read: it takes too much memory or time. Save it in another format and try again.")


def store(*, upload: File[bytes], uploaded_by_id: UUID, now: datetime, only_pictures: bool = False) -> StoredFile:
    """
    Store an upload under a random key; pictures are re-encoded without their metadata.

    :raises FileTooLarge, FileEmpty, TypeNotAllowed, PictureBroken, PictureTooLarge, FileUnreadable: each message tells
        the user what to change.
    :raises LimitReached: if the user uploaded too much.
    :raises FilesUnavailable: if the storage does not answer. It may be another machine: do not call this inside a
        transaction.
    """
    name, content = _received(upload, uploaded_by_id, now)
    with _problems_of(name):
        read = gateways.read(content, name=name)
    kind, content = read.kind, read.content
    if kind is None or (only_pictures and kind not in rules.IMAGES):
        raise TypeNotAllowed(name=name)
    return _keep(rules.safe_name(name, kind), kind, content, uploaded_by_id, _facts(read.measured))


def store_archive(*, content: IO[bytes], name: str, uploaded_by_id: UUID) -> StoredFile:
    """
    Store a ZIP archive that this program made for a person: of any size, and without the checks of uploads.

    :param content: at its end, as it was written; it may be closed afterwards.
    :raises FilesUnavailable: if the storage does not answer. Do not call this inside a transaction.
    """
    size = content.tell()
    content.seek(0)
    digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    content.seek(0)
    key = gateways.keep_stream(content)
    try:
        return StoredFile.objects.create(
            name=name, content_type="application/zip", size=size, sha256=digest, storage_key=key,
            uploaded_by_id=uploaded_by_id,
        )  # fmt: skip
    except BaseException:
        gateways.forget(key)
        raise


def store_squares(
    *, upload: File[bytes], crop: pictures.Crop, squares: Sequence[pictures.Square], uploaded_by_id: UUID, now: datetime
) -> list[StoredFile]:
    """
    Store a part of an uploaded picture as WebP in several sizes; what was uploaded is not stored.

    :raises NoPicture, PictureTooSmall: what the user can change.
    :raises FileTooLarge, FileEmpty, PictureBroken, PictureTooLarge, FileUnreadable, LimitReached, FilesUnavailable: as
        `store`. Do not call this inside a transaction.
    """
    name, content = _received(upload, uploaded_by_id, now)
    with _problems_of(name):
        drawn = gateways.squares(content, crop, squares)
    if drawn is None:
        raise NoPicture(name=name)
    return [
        _keep(f"picture-{square.side}.webp", "image/webp", part, uploaded_by_id)
        for square, part in zip(squares, drawn, strict=True)
    ]


def _received(upload: File[bytes], uploaded_by_id: UUID, now: datetime) -> tuple[str, bytes]:
    """The upload's name and content, within the limits of size and number."""
    name = (upload.name or "file")[-200:]
    limits.spend("upload", uploaded_by_id, now=now)
    limits.spend("upload_bytes", uploaded_by_id, now=now, cost=upload.size or 0)
    limit = settings.UPLOAD_BYTES_MAX
    if (upload.size or 0) > limit:
        raise FileTooLarge(name=name, limit=limit // 2**20)
    content = upload.read(limit + 1)
    if len(content) > limit:
        raise FileTooLarge(name=name, limit=limit // 2**20)
    if not content:
        raise FileEmpty(name=name)
    return name, content


@contextmanager
def _problems_of(name: str) -> Iterator[None]:
    """Errors of reading, as errors that tell the user what to change."""
    try:
        yield
    except pictures.PictureTooLarge as error:
        raise PictureTooLarge(name=name) from error
    except pictures.PictureTooSmall as error:
        raise PictureTooSmall(name=name, pixels=pictures.SIDE_MIN) from error
    except pictures.PictureUnreadable as error:
        raise PictureBroken(name=name) from error
    except gateways.ContentUnreadable as error:
        raise FileUnreadable(name=name) from error


def _keep(
    name: str, kind: str, content: bytes, uploaded_by_id: UUID, facts: dict[str, Any] | None = None
) -> StoredFile:
    key = gateways.keep(content)
    try:
        return StoredFile.objects.create(
            name=name,
            content_type=kind,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            storage_key=key,
            uploaded_by_id=uploaded_by_id,
            facts=facts or {},
        )
    except BaseException:
        gateways.forget(key)
        raise


def _facts(measured: dict[str, Any]) -> dict[str, Any]:
    """What is kept of what was measured: of the text its beginning, and language and spelling if they are clear."""
    sample = str(measured.pop("sample", ""))
    language = languages.language(sample) if sample else ""
    spelling = languages.spelling(sample, language) if language else ""
    texts = (("language", language), ("spelling", spelling), ("excerpt", sample[:EXCERPT_CHARACTERS].strip()))
    return measured | {key: text for key, text in texts if text}


def keep_preview(file: StoredFile) -> str:
    """
    Draw a small picture of a file and store it under a key of its own. Returns the key, or "" if it cannot be drawn.

    :raises FilesUnavailable: if the storage does not answer. Do not call this inside a transaction.
    """
    kind = file.content_type
    drawn = gateways.preview(file.storage_key, kind) if kind in previews.DRAWN else None
    return gateways.keep(drawn) if drawn else ""


def forget_unattached(*, now: datetime, limit: int = 500) -> int:
    """
    Delete uploads that nothing has referred to for UNATTACHED_LIFE: first the row, then the content. Returns their
    number. If one cannot be deleted, it is left for the next run, and the others are deleted anyway.
    """
    deleted = 0
    for file_id in queries.unattached(created_before=now - UNATTACHED_LIFE, limit=limit):
        try:
            with transaction.atomic():
                file = StoredFile.objects.select_for_update(skip_locked=True).filter(id=file_id).first()
                if file is None:
                    continue
                key = file.storage_key
                file.delete()
                transaction.on_commit(lambda key=key: gateways.forget(key))  # type: ignore[misc]
        except (IntegrityError, OSError, FilesUnavailable):  # attached in the meantime, or a storage failure
            logger.exception("the upload %s could not be deleted", file_id)
        else:
            deleted += 1
    return deleted
