from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from apps.common.errors import Invalid
from apps.files import gateways, pictures, rules
from apps.files.models import StoredFile


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
    message = _("The picture “%(name)s” cannot be read. Save it anew as JPEG or PNG and try again.")


class PictureTooLarge(Invalid):
    code = "picture_too_large"
    message = _("The picture “%(name)s” has too many pixels, all its frames together. Save it smaller and try again.")


class FileUnreadable(Invalid):
    code = "file_unreadable"
    message = _("“%(name)s” cannot be read: it takes too much memory or time. Save it in another format and try again.")


def store(*, upload: File[bytes], uploaded_by_id: UUID, now: datetime, only_pictures: bool = False) -> StoredFile:
    """
    Keep an upload under a random key; pictures are drawn anew without their metadata.

    :raises FileTooLarge, FileEmpty, TypeNotAllowed: each tells the person what to change.
    :raises PictureBroken, PictureTooLarge, FileUnreadable: likewise.
    """
    name = (upload.name or "file")[-200:]
    limit = settings.UPLOAD_BYTES_MAX
    if (upload.size or 0) > limit:
        raise FileTooLarge(name=name, limit=limit // 2**20)
    content = upload.read(limit + 1)
    if len(content) > limit:
        raise FileTooLarge(name=name, limit=limit // 2**20)
    if not content:
        raise FileEmpty(name=name)
    try:
        read = gateways.read(content)
    except pictures.PictureTooLarge as error:
        raise PictureTooLarge(name=name) from error
    except pictures.PictureUnreadable as error:
        raise PictureBroken(name=name) from error
    except gateways.ContentUnreadable as error:
        raise FileUnreadable(name=name) from error
    kind, content = read.kind, read.content
    if kind is None or (only_pictures and kind not in rules.IMAGES):
        raise TypeNotAllowed(name=name)
    key = gateways.keep(content)
    try:
        return StoredFile.objects.create(
            name=rules.safe_name(name, kind),
            content_type=kind,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            storage_key=key,
            uploaded_by_id=uploaded_by_id,
        )
    except BaseException:
        gateways.forget(key)
        raise
