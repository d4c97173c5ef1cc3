"""API keys."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts import events, policies
from apps.accounts.models import (
    PersonalToken,
    User,
)
from apps.accounts.operations.access_log import record_access
from apps.accounts.queries import keys as key_queries
from apps.accounts.rules import Act
from apps.accounts.states import KeyScope
from apps.common import limits
from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid
from apps.outbox import bus

KEYS_MAX = 10  # per person


class TooManyKeys(Conflict):
    code = "too_many_keys"
    message = _("You have %(most)s keys in use, which is the most. Revoke one that you no longer need.")


class ScopeUnknown(Invalid):
    code = "scope_unknown"
    field = "scopes"
    message = _("Choose what the key may do from the list.")


@transaction.atomic
def create_token(
    *, user: User, actor: Actor, name: str, scopes: Iterable[str], expires_at: datetime | None, now: datetime
) -> tuple[PersonalToken, str]:
    """
    Create an API key. Returns its row and its text, which is shown only once. It always has the scope `read`, and the
    given scopes.

    :raises policies.FreshLoginNeeded: unless the login is fresh.
    :raises policies.NotByKey: if the actor is itself an API key.
    :raises TooManyKeys: if the user already has the maximum.
    :raises ScopeUnknown: if a scope does not exist.
    """
    policies.check_may(actor, Act.MAKE_KEY, actor.organization_id)
    limits.spend("create_token", user.pk, now=now)
    granted = [str(scope) for scope in KeyScope if scope == KeyScope.READ or scope in set(scopes)]
    if not set(scopes) <= set(KeyScope.values):
        raise ScopeUnknown
    User.objects.select_for_update().get(id=user.pk)  # two concurrent requests are counted one after the other
    if key_queries.live_tokens_of(user, now).count() >= KEYS_MAX:
        raise TooManyKeys(most=KEYS_MAX)
    text = f"tw_{secrets.token_urlsafe(32)}"
    row = PersonalToken.objects.create(
        user=user,
        organization_id=actor.side_id,
        name=name,
        prefix=text[:10],
        token_sha256=key_queries.token_digest(text),
        scopes=granted,
        expires_at=expires_at,
    )
    details = {"key": str(row.id), "begins": row.prefix, "scopes": granted}
    record_access("accounts.key_made", actor=actor, organization_id=actor.organization_id, details=details, now=now)
    bus.publish(events.KeyMade(row.id, user.pk), now=now)
    return row, text


@transaction.atomic
def revoke_token(*, token_id: UUID, user: User, now: datetime) -> None:
    revoke_tokens(user=user, now=now, only=[token_id])


@transaction.atomic
def revoke_tokens(*, user: User, now: datetime, only: Iterable[UUID] | None = None) -> int:
    """Revoke the user's keys, all of them or only the given ones. Returns their number."""
    keys = PersonalToken.objects.select_for_update().filter(user=user, revoked_at=None)
    ended = list(keys if only is None else keys.filter(id__in=list(only)))
    for key in ended:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        record_access(
            "accounts.key_revoked",
            actor=Actor(user_id=user.pk),
            organization_id=key.organization_id,
            details={"key": str(key.id), "begins": key.prefix},
            now=now,
        )
    return len(ended)
