"""API keys."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db.models import Q, QuerySet

from apps.accounts.models import PersonalToken, User


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def live_token(token: str, now: datetime) -> PersonalToken | None:
    """The token's row; None if it is unknown, revoked or expired, or its user is inactive."""
    return (
        PersonalToken.objects.select_related("user")
        .filter(token_sha256=token_digest(token), revoked_at=None, user__is_active=True)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .first()
    )


def live_tokens_of(user: User, now: datetime) -> QuerySet[PersonalToken]:
    return PersonalToken.objects.filter(user=user, revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=now))


def tokens_of(user: User) -> QuerySet[PersonalToken]:
    return (
        PersonalToken.objects.filter(user=user, revoked_at=None).select_related("organization").order_by("-created_at")
    )
