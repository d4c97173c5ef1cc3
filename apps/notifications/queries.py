from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, Q, QuerySet

from apps.accounts.models import User
from apps.common.work_queue import next_due
from apps.notifications import rules
from apps.notifications.catalogue.every_kind import KINDS
from apps.notifications.catalogue.kinds import (
    DEFAULT_PACE,
    GROUP_DESCRIPTIONS,
    MANDATORY,
    PUSHED_BY_DEFAULT,
    Group,
    Pace,
    Text,
)
from apps.notifications.models import DeliveryStatus, EmailDelivery, MailHours, Notification, Preference, PushDevice
from apps.notifications.rules import Words

BELL_MAX = 99
DIGEST_MAX = 50
SENDING_LEASE = timedelta(minutes=10)
PUSH_TEST_LIFE = timedelta(minutes=10)


class Channels(NamedTuple):
    """How one person is notified of one group; `is_pushed` is None where it is not chosen, and stays as it is."""

    is_in_app: bool
    pace: str
    is_pushed: bool | None = None


@dataclass(frozen=True)
class Shown:
    """A notification with its text in the reader's language."""

    notification: Notification
    words: Words


@dataclass(frozen=True)
class GroupPreference:
    """One row of the notification settings."""

    group: str
    label: Text
    description: Text
    is_in_app: bool
    pace: str
    is_pushed: bool
    is_mandatory: bool


@dataclass(frozen=True)
class Thread:
    """Notifications that lead to the same page, newest first."""

    newest: Shown
    others: list[Shown]
    subject: str
    """The title of the contract, task or milestone; "" if it has none."""
    unread: int


def notifications_of(user_id: UUID) -> QuerySet[Notification]:
    return Notification.objects.filter(user_id=user_id, is_in_app=True)


def unread_count(user_id: UUID) -> int:
    """Return the count, at most `BELL_MAX` + 1, which is shown as "99+"."""
    return notifications_of(user_id).filter(read_at=None).order_by()[: BELL_MAX + 1].count()


def unread_of(user_id: Any) -> Func:
    """The same count as an expression, for the user of an outer query."""
    unread = notifications_of(user_id).filter(read_at=None).order_by()
    return Func(ArraySubquery(unread.values("pk")[: BELL_MAX + 1]), function="cardinality", output_field=IntegerField())


def shown(notifications: Iterable[Notification]) -> list[Shown]:
    return [Shown(notification, rules.words(notification.kind, notification.params)) for notification in notifications]


def in_group(notifications: QuerySet[Notification], group: str) -> QuerySet[Notification]:
    """Those of one group of kinds; all for an unknown group."""
    if group not in Group.values:
        return notifications
    return notifications.filter(kind__in=[name for name, kind in KINDS.items() if kind.group == group])


def threads(notifications: Iterable[Notification]) -> list[Thread]:
    """Group notifications by the page they lead to, in the order of the newest of each."""
    pages: dict[tuple[str, str], list[Shown]] = {}
    for item in shown(notifications):
        row = item.notification
        pages.setdefault((row.route, str(row.route_args)), []).append(item)
    return [
        Thread(
            newest=items[0],
            others=items[1:],
            subject=next((subject for item in items if (subject := _subject(item.notification))), ""),
            unread=sum(item.notification.read_at is None for item in items),
        )
        for items in pages.values()
    ]


def _subject(notification: Notification) -> str:
    """What it is about, as its own params name it."""
    for name in ("contract", "task", "milestone", "title"):
        if isinstance(value := notification.params.get(name), str) and value:
            return value
    return ""


def preferences(user_id: UUID) -> list[GroupPreference]:
    """Return every group with the user's setting, or the default."""
    kept = {preference.group: preference for preference in Preference.objects.filter(user_id=user_id)}
    return [
        GroupPreference(
            group=group.value,
            label=group.label,
            description=GROUP_DESCRIPTIONS[group],
            is_in_app=kept[group].is_in_app if group in kept else True,
            pace=kept[group].pace if group in kept else DEFAULT_PACE[group],
            is_pushed=kept[group].is_pushed if group in kept else group in PUSHED_BY_DEFAULT,
            is_mandatory=group in MANDATORY,
        )
        for group in Group
    ]


def preferences_of_users(users: Iterable[User], group: str) -> dict[UUID, Channels]:
    """How each of several users is notified of one group."""
    ids = [user.pk for user in users]
    usual = Channels(True, DEFAULT_PACE[group].value, group in PUSHED_BY_DEFAULT)
    if group in MANDATORY:
        return dict.fromkeys(ids, usual)
    kept = Preference.objects.filter(user_id__in=ids, group=group)
    result = {row.user_id: Channels(row.is_in_app, row.pace, row.is_pushed) for row in kept}
    return {user_id: result.get(user_id, usual) for user_id in ids}


def push_devices(user_id: UUID) -> QuerySet[PushDevice]:
    """Where the person turned push notifications on, the newest first."""
    return PushDevice.objects.filter(user_id=user_id).order_by("-added_at", "-id")


def mail_hours(user: User) -> MailHours:
    """When the person wants e-mail; the usual hours, not stored, if they have chosen none."""
    return MailHours.objects.select_related("user").filter(user=user).first() or MailHours(user=user)


def mail_hours_of_users(users: Iterable[User]) -> dict[UUID, MailHours]:
    """The hours of those who have chosen some."""
    rows = MailHours.objects.filter(user__in=[user.pk for user in users]).select_related("user")
    return {row.user_id: row for row in rows}


def next_email_for_update(now: datetime) -> EmailDelivery | None:
    """Return the oldest e-mail that is due. An e-mail whose sender crashed is due again after its lease."""
    due = Q(status=DeliveryStatus.PENDING) | Q(status=DeliveryStatus.SENDING)
    return next_due(EmailDelivery.objects.filter(due), now=now)


def digests_due(now: datetime) -> list[tuple[User, str, date]]:
    """Return users whose hour of the digest has come and who have something pending: (user, pace, their date)."""
    waiting = Notification.objects.filter(digested_at=None, read_at=None, pace__in=[Pace.DAILY, Pace.WEEKLY])
    result = []
    pairs = list(waiting.order_by("user_id", "pace").values_list("user_id", "pace").distinct())
    users = User.objects.in_bulk({user_id for user_id, _ in pairs})
    chosen = mail_hours_of_users(users.values())
    for user_id, pace in pairs:
        user = users[user_id]
        hours = chosen.get(user_id) or MailHours(user=user)
        local = now.astimezone(ZoneInfo(user.time_zone))
        is_day = pace == Pace.DAILY or local.isoweekday() == hours.digest_weekday
        if user.is_active and is_day and local.hour >= hours.digest_hour:
            result.append((user, pace, local.date()))
    return result


def waiting_for_digest(user_id: UUID, pace: str) -> list[Notification]:
    waiting = Notification.objects.filter(user_id=user_id, digested_at=None, read_at=None, pace=pace)
    return list(waiting.order_by("-happened_at", "-id")[:DIGEST_MAX])
