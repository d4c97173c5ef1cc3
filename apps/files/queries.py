from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, ForeignObjectRel, OuterRef

from apps.files.models import StoredFile


def stored(file_id: UUID) -> StoredFile:
    return StoredFile.objects.get(id=file_id)


def all_uploaded_by(file_ids: Iterable[UUID], user_id: UUID | None) -> bool:
    """Whether this person uploaded all of these files. Nobody can attach another person's upload by guessing its id."""
    ids = set(file_ids)
    if not ids or user_id is None:
        return not ids
    return StoredFile.objects.filter(id__in=ids, uploaded_by_id=user_id).count() == len(ids)


def unattached(*, created_before: datetime, limit: int) -> list[UUID]:
    """The ids of uploads that no row of any app refers to, oldest first."""
    files = StoredFile.objects.filter(created_at__lt=created_before)
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.field.model is not StoredFile:
            rows = relation.field.model._default_manager.filter(**{relation.field.name: OuterRef("pk")})
            files = files.filter(~Exists(rows))
    return list(files.order_by("created_at").values_list("id", flat=True)[:limit])
