"""Private addresses of calendars."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from apps.accounts.models import CalendarAddress
from apps.accounts.operations.access_log import record_access
from apps.accounts.queries import calendars
from apps.common import limits
from apps.common.actors import Actor
from apps.common.errors import NotFound


@transaction.atomic
def create_address(*, actor: Actor, now: datetime) -> str:
    """
    Create the address of the actor's calendar for the acting organization, and return its token, which is shown only
    once. An earlier address no longer works.

    :raises NotFound: if the actor is not a member of an organization.
    """
    membership = calendars.membership_for_update(actor)
    if membership is None:
        raise NotFound
    limits.spend("create_calendar_address", actor.user_id, now=now)
    token = secrets.token_urlsafe(32)
    CalendarAddress.objects.update_or_create(
        membership=membership, defaults={"token_sha256": calendars.digest(token), "last_read_at": None}
    )
    record_access(
        "accounts.calendar_address_made", actor=actor, organization_id=membership.organization_id, details={}, now=now
    )
    return token


@transaction.atomic
def remove_address(*, actor: Actor, now: datetime) -> None:
    """The address of the actor's calendar for the acting organization no longer works."""
    membership = calendars.membership_for_update(actor)
    if membership and CalendarAddress.objects.filter(membership=membership).delete()[0]:
        record_access(
            "accounts.calendar_address_removed", actor=actor, organization_id=membership.organization_id, details={},
            now=now,
        )  # fmt: skip
