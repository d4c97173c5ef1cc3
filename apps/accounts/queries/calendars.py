"""Private addresses of calendars."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from apps.accounts.models import CalendarAddress, Membership
from apps.common.actors import Actor

READ_RECORDED_EVERY = timedelta(hours=1)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def membership_for_update(actor: Actor) -> Membership | None:
    if actor.user_id is None or actor.organization_id is None:
        return None
    own = Membership.objects.select_for_update().filter(user_id=actor.user_id, organization_id=actor.organization_id)
    return own.first()


def address_of(actor: Actor) -> CalendarAddress | None:
    """Return the actor's address for the acting organization."""
    if actor.user_id is None or actor.organization_id is None:
        return None
    own = CalendarAddress.objects.filter(
        membership__user_id=actor.user_id, membership__organization_id=actor.organization_id
    )
    return own.first()


def address_by_token(token: str) -> CalendarAddress | None:
    """Return a working address with its member and organization; None for an unknown token or a closed account."""
    addresses = CalendarAddress.objects.select_related("membership__user", "membership__organization")
    return addresses.filter(
        token_sha256=digest(token), membership__user__is_active=True, membership__organization__is_active=True
    ).first()


def record_read(address: CalendarAddress, now: datetime) -> None:
    """Remember when the calendar was last read, at most once an hour."""
    if address.last_read_at is None or now - address.last_read_at > READ_RECORDED_EVERY:
        CalendarAddress.objects.filter(id=address.id).update(last_read_at=now)
