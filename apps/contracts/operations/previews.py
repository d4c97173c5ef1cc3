"""Small pictures of delivered files."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from apps.contracts.models import DeliverableFile
from apps.files import operations as files


def draw_preview(*, file_id: UUID, now: datetime) -> None:
    """
    Draw the small picture of a delivered picture or PDF, once. Not atomic: the storage may be another machine.

    :raises FilesUnavailable: if the storage does not answer.
    """
    row = DeliverableFile.objects.select_related("file").get(id=file_id)
    key = files.keep_preview(row.file)
    DeliverableFile.objects.filter(id=row.id, previewed_at=None).update(preview_key=key, previewed_at=now)
