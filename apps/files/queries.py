from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from apps.files.models import StoredFile


def stored(file_id: UUID) -> StoredFile:
    return StoredFile.objects.get(id=file_id)


def stored_files(file_ids: Iterable[UUID]) -> dict[UUID, StoredFile]:
    return StoredFile.objects.in_bulk(list(file_ids))
