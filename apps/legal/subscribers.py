from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from apps.accounts.models import User
from apps.legal import operations
from apps.legal.events import LegalVersionPublished
from apps.outbox import bus


@bus.subscribe(LegalVersionPublished, name="legal.mark_due")
def mark_due(event: LegalVersionPublished, now: datetime) -> None:
    if event.is_to_be_accepted:
        operations.mark_due(version_id=event.version_id)


def signed_up(user: User, **_others: Any) -> None:
    """A receiver of allauth's signal. The form says that creating an account accepts the texts."""
    operations.accept_at_signup(user=user, language=get_language() or "en", now=timezone.now())
