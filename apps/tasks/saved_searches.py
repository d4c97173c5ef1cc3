"""Operations on saved searches."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.common import limits
from apps.common.errors import Conflict, Invalid
from apps.tasks import rules
from apps.tasks.models import SavedSearch
from apps.tasks.states import AlertPace

SEARCHES_MAX = 50


class TooManySearches(Conflict):
    code = "too_many_searches"
    message = _("You keep %(most)s searches. Remove one that you no longer need, then save this one.")


class PaceUnknown(Invalid):
    code = "pace_unknown"
    field = "pace"
    message = _("Choose how often you want to be notified.")


@transaction.atomic
def save_search(*, user: User, name: str, query: str, now: datetime, pace: str = AlertPace.DAILY) -> SavedSearch:
    """
    Keep a search, and notify its owner of new tasks from now on.

    :raises TooManySearches: if the person already has SEARCHES_MAX searches.
    """
    limits.spend("save_search", user.pk, now=now)
    name = name.strip()[:80] or query[:80]
    others = SavedSearch.objects.filter(user=user).exclude(name=name)
    if others.count() >= SEARCHES_MAX:
        raise TooManySearches(most=SEARCHES_MAX)
    values = {"query": query[:600], "last_seen_at": now, **_looks(user, pace, now)}
    saved, _is_new = SavedSearch.objects.update_or_create(user=user, name=name, defaults=values)
    return saved


def _looks(user: User, pace: str, now: datetime) -> dict[str, Any]:
    """The columns that say when a search looks for tasks published from now on."""
    if pace not in AlertPace.values:
        raise PaceUnknown
    return {"pace": pace, "looked_until": now, "next_look_at": rules.next_look_at(pace, now, ZoneInfo(user.time_zone))}


@transaction.atomic
def set_search_pace(*, search_id: UUID, user: User, pace: str, now: datetime) -> None:
    """Change how often its owner hears of what a search finds; tasks published before count as known."""
    SavedSearch.objects.filter(id=search_id, user=user).update(**_looks(user, pace, now))


@transaction.atomic
def forget_search(*, search_id: UUID, user: User) -> None:
    SavedSearch.objects.filter(id=search_id, user=user).delete()
