"""What hand-in checks read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from apps.contracts.hand_in.checks import Finding, HandedFile, findings
from apps.contracts.models import DeliverableFile, Milestone
from apps.files.models import StoredFile


def check(
    milestone: Milestone, *, file_ids: Sequence[UUID], links: Sequence[str], user_id: UUID | None
) -> list[Finding]:
    """Check what this person would hand in for the milestone. Files that they did not upload are left out."""
    own = StoredFile.objects.filter(uploaded_by_id=user_id) if user_id else StoredFile.objects.none()
    stored = {file.id: file for file in own.filter(id__in=file_ids)}
    criteria = [(str(criterion.id), criterion.text) for criterion in milestone.contract.criteria]
    files = [
        HandedFile(file.name, file.content_type, file.size, file.sha256, file.facts)
        for file in (stored[file_id] for file_id in file_ids if file_id in stored)
    ]
    return findings(criteria, files, links, _earlier(milestone))


def _earlier(milestone: Milestone) -> dict[str, int]:
    rows = DeliverableFile.objects.filter(deliverable__milestone=milestone).order_by("deliverable__version")
    return dict(rows.values_list("file__sha256", "deliverable__version"))


def files_to_preview(now: datetime) -> QuerySet[DeliverableFile]:
    """Delivered files for which no worker has tried to draw a small picture, the oldest first."""
    return DeliverableFile.objects.filter(previewed_at=None, created_at__lte=now).order_by("created_at", "id")
