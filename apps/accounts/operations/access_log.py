"""The log of changes to who may act and where money goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from apps.accounts.models import (
    AccessEvent,
)
from apps.common.actors import Actor


def record_access(
    action: str, *, actor: Actor, now: datetime, organization_id: UUID | None = None, details: dict[str, Any]
) -> None:
    """Record a change to who may act, where money goes or which law applies. The rows are never changed."""
    AccessEvent.objects.create(
        action=action, user_id=actor.user_id, organization_id=organization_id, details=details, happened_at=now
    )
