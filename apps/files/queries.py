from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from apps.files.models import StoredFile


def stored(file_id: UUID) -> StoredFile:
    return StoredFile.objects.get(id=file_id)


def all_uploaded_by(file_ids: Iterable[UUID], user_id: UUID | None) -> bool:
    """Did this person upload each of these files? Nobody may hand on another's upload by guessing its id."""
    wanted = set(file_ids)
    if not wanted or user_id is None:
        return not wanted
    return StoredFile.objects.filter(id__in=wanted, uploaded_by_id=user_id).count() == len(wanted)
