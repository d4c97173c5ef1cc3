from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from smtplib import SMTPConnectError, SMTPException, SMTPServerDisconnected
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.template.loader import select_template
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import strip_tags
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.common.errors import Invalid
from apps.common.ids import uuid7
from apps.common.work_queue import each_id
from apps.notifications import pushes, queries, rules
from apps.notifications.catalogue.every_kind import KINDS
from apps.notifications.catalogue.kinds import MANDATORY, PUSHED_BY_DEFAULT, Group, Pace
from apps.notifications.models import (
    DeliveryStatus,
    EmailDelivery,
    MailHours,
    Notification,
    Preference,
    PushDelivery,
)
from apps.notifications.queries import Channels

logger = logging.getLogger(__name__)
SENDING_SECONDS_MAX, SILENCES_MAX = 40.0, 3
"""Limits of one run of the sender: its time, and the number of failed connections in a row."""
DIGESTS_MAX = 5000
"""Maximum number of digests per run; each is a few rows."""
UNSUBSCRIBE_SALT = "notifications.unsubscribe"


class QuietHoursInvalid(Invalid):
    code = "quiet_hours_invalid"
    field = "quiet_to"
    message = _("Quiet hours that begin and end at the same hour would never end. Choose another hour.")


@transaction.atomic
def notify(
    *,
    users: Iterable[User],
    organization_id: UUID | None,
    kind: str,
    key: object,
    params: dict[str, Any],
    route: str,
    route_args: Iterable[object] = (),
    anchor: str = "",
    now: datetime,
    replaces_unread: bool = False,
    mailed_with: Group | None = None,
) -> list[Notification]:
    """
    Notify users by each user's own settings: in the app, by e-mail at once or in a digest, and on their devices.

    :param key: what it is about. A user is notified once per kind and key, however often this is called.
    :param replaces_unread: replace an unread notification of the same kind about the same page, without a second e-mail
        (a chat would otherwise send dozens). Devices show the newest in place of the one before.
    :param mailed_with: a group whose notification has the same content; users who get that one by e-mail or on their
        devices do not get it there twice.
    """
    people = list(users)
    preferences = queries.preferences_of_users(people, KINDS[kind].group)
    others = queries.preferences_of_users(people, mailed_with) if mailed_with else {}
    pushed = [user for user in people if preferences[user.pk].is_pushed and user.is_active]
    devices = pushes.devices_of(user for user in pushed if user.pk not in others or not others[user.pk].is_pushed)
    hours: dict[UUID, MailHours] = {}
    if devices or any(channels.pace == Pace.AT_ONCE for channels in preferences.values()):
        hours = queries.mail_hours_of_users(people)
    created = []
    for user in people:
        is_in_app, pace, _is_pushed = preferences[user.pk]
        if user.pk in others and others[user.pk].pace != Pace.OFF:
            pace = Pace.OFF
        if not is_in_app and pace == Pace.OFF and user.pk not in devices:
            continue
        held_until = _held_until(hours.get(user.pk), kind, params, now)
        values = {
            "organization_id": organization_id, "params": params, "happened_at": now, "key": str(key)[:120],
            "anchor": anchor,
        }  # fmt: skip
        arguments = [str(route_arg) for route_arg in route_args]
        if replaces_unread and (unread := _replace_unread(user, kind, route, arguments, values)):
            pushes.queue(unread, devices.get(user.pk, ()), held_until=held_until, now=now)
            continue
        notification, is_new = Notification.objects.get_or_create(
            user=user,
            kind=kind,
            key=values.pop("key"),
            defaults=values | {"route": route, "route_args": arguments, "is_in_app": is_in_app, "pace": pace},
        )
        if is_new:
            created.append(notification)
            pushes.queue(notification, devices.get(user.pk, ()), held_until=held_until, now=now)
            if pace == Pace.AT_ONCE:
                about = {"notification": str(notification.id)}
                _queue_email(user, f"notification:{notification.id}", kind, about, now, held_until=held_until)
    return created


def _replace_unread(
    user: User, kind: str, route: str, arguments: list[str], values: dict[str, Any]
) -> Notification | None:
    unread = Notification.objects.filter(user=user, kind=kind, route=route, route_args=arguments, read_at=None).first()
    if unread is None:
        return None
    for name, value in values.items():
        setattr(unread, name, value)
    unread.save(update_fields=list(values))
    return unread


def _held_until(hours: MailHours | None, kind: str, params: dict[str, Any], now: datetime) -> datetime | None:
    """The end of the reader's quiet hours, unless it is urgent or about the safety of the account."""
    end = hours.quiet_until(now) if hours else None
    if end is None or KINDS[kind].group in MANDATORY or rules.is_urgent(params, now, end):
        return None
    return end


def _queue_email(
    user: User, key: str, template: str, params: dict[str, Any], now: datetime, *, held_until: datetime | None = None
) -> None:
    if held_until:
        params = params | {"held": True}
    if user.is_active:
        EmailDelivery.objects.get_or_create(
            key=key,
            defaults={
                "template": template, "user": user, "address": user.email, "language": user.language, "params": params,
                "next_attempt_at": held_until or now,
            },
        )  # fmt: skip


ACCOUNT = "account"
"""The template of e-mails written by allauth: codes and links, which are deleted after sending."""
_wakers: list[Callable[[], None]] = []


def on_account_mail(wake: Callable[[], None]) -> None:
    """Set the function that is called after the commit of an account e-mail, because a user is waiting for it."""
    _wakers[:] = [wake]


@transaction.atomic
def queue_account_mail(message: EmailMessage, user: User | None, language: str) -> None:
    """Store an e-mail as it was written; a worker sends it."""
    html = next((part for part, kind in getattr(message, "alternatives", []) if kind == "text/html"), "")
    is_html_only = message.content_subtype == "html"
    now = timezone.now()
    for address in message.to:
        EmailDelivery.objects.create(
            key=f"account:{uuid7()}",
            template=ACCOUNT,
            user=user,
            address=address,
            language=language,
            subject=message.subject[:300],
            params={
                "subject": str(message.subject),
                "text": strip_tags(str(message.body)) if is_html_only else str(message.body),
                "html": str(message.body) if is_html_only else str(html),
            },
            next_attempt_at=now,
        )
    for wake in _wakers:
        transaction.on_commit(wake, robust=True)


@transaction.atomic
def invite_by_email(*, key: str, address: str, language: str, params: dict[str, Any], now: datetime) -> None:
    """Queue an e-mail to a person who may have no account yet."""
    EmailDelivery.objects.get_or_create(
        key=key,
        defaults={
            "template": "member_invited", "address": address, "language": language, "params": params,
            "next_attempt_at": now,
        },
    )  # fmt: skip


@transaction.atomic
def mark_read(*, user_id: UUID, notification_id: UUID, now: datetime) -> None:
    Notification.objects.filter(user_id=user_id, id=notification_id, read_at=None).update(read_at=now)


@transaction.atomic
def mark_thread_read(*, user_id: UUID, notification_id: UUID, now: datetime) -> int:
    """Mark read everything that leads to the same page as this notification. Returns the number."""
    mine = Notification.objects.filter(user_id=user_id)
    row = mine.filter(id=notification_id).first()
    if row is None:
        return 0
    return mine.filter(route=row.route, route_args=row.route_args, read_at=None).update(read_at=now)


@transaction.atomic
def mark_all_read(*, user_id: UUID, now: datetime) -> int:
    return Notification.objects.filter(user_id=user_id, read_at=None).update(read_at=now)


@transaction.atomic
def set_preferences(*, user_id: UUID, preferences: dict[str, Channels], now: datetime) -> None:
    """Change how a user is notified of groups; groups for account safety do not change."""
    for group, (is_in_app, pace, is_pushed) in preferences.items():
        if group in Group.values and group not in MANDATORY:
            chosen = {"is_in_app": is_in_app, "pace": pace, "is_pushed": is_pushed}
            _change_preference(user_id, group, {name: value for name, value in chosen.items() if value is not None})


def _change_preference(user_id: UUID, group: str, changes: dict[str, Any]) -> None:
    """What is not changed stays as it is, or as it usually is."""
    usual = {"is_pushed": group in PUSHED_BY_DEFAULT}
    Preference.objects.update_or_create(user_id=user_id, group=group, defaults=changes, create_defaults=usual | changes)


@transaction.atomic
def set_mail_hours(
    *,
    user: User,
    quiet: tuple[int, int] | None,
    digest_hour: int,
    digest_weekday: int,
    now: datetime,
) -> MailHours:
    """
    Set when a user gets e-mail and push messages. What is being held is sent at the end of the new quiet hours, or now.

    :param quiet: the first quiet hour and the first hour after them, 0 to 23; None for none.
    :raises QuietHoursInvalid: if both are the same.
    """
    if quiet and quiet[0] == quiet[1]:
        raise QuietHoursInvalid
    start, end = quiet or (None, None)
    hours, _is_new = MailHours.objects.update_or_create(
        user=user,
        defaults={
            "quiet_from_hour": start, "quiet_to_hour": end, "digest_hour": digest_hour,
            "digest_weekday": digest_weekday,
        },
    )  # fmt: skip
    held = EmailDelivery.objects.filter(user=user, status=DeliveryStatus.PENDING, params__held=True)
    due = hours.quiet_until(now) or now
    held.update(next_attempt_at=due)
    PushDelivery.objects.filter(device__user=user, is_held=True).update(next_attempt_at=due)
    return hours


def unsubscribe_token(user_id: UUID, group: str) -> str:
    return signing.dumps([str(user_id), group], salt=UNSUBSCRIBE_SALT)


@transaction.atomic
def unsubscribe(*, token: str) -> Group | None:
    """Stop the e-mails of one group by the link in one of them. None if the link's signature is invalid."""
    try:
        user_id, group = signing.loads(token, salt=UNSUBSCRIBE_SALT)
    except (signing.BadSignature, ValueError):
        return None
    if group not in Group.values or group in MANDATORY or not User.objects.filter(pk=user_id).exists():
        return None
    _change_preference(UUID(user_id), group, {"pace": Pace.OFF})
    return Group(group)


# --- e-mail ---------------------------------------------------------------------------------------------------------


def send_pending_emails(*, now: datetime, limit: int = 200) -> int:
    """
    Send e-mails that are due. The claim is committed before the server is called, the result after it.

    If the sender crashes in between, the e-mail is sent again: it may arrive twice, but it is never lost. If the mail
    server does not respond, the run ends early and the next one tries again.
    """
    tried, silences, ends = 0, 0, time.monotonic() + SENDING_SECONDS_MAX
    while tried < limit and silences < SILENCES_MAX and time.monotonic() < ends:
        delivery = _claim(now)
        if delivery is None:
            break
        silences = 0 if _send(delivery, now) else silences + 1
        tried += 1
    return tried


def retry_emails(ids: Sequence[UUID], *, now: datetime) -> int:
    """Queue failed e-mails again. Returns the number that had failed and still have content."""
    failed = EmailDelivery.objects.filter(id__in=ids, status=DeliveryStatus.FAILED).exclude(params={})
    return failed.update(status=DeliveryStatus.PENDING, attempts_made=0, next_attempt_at=now)


@transaction.atomic(durable=True)
def _claim(now: datetime) -> EmailDelivery | None:
    delivery = queries.next_email_for_update(now)
    if delivery is None:
        return None
    delivery.status, delivery.attempts_made = DeliveryStatus.SENDING, delivery.attempts_made + 1
    delivery.next_attempt_at = now + queries.SENDING_LEASE
    delivery.save(update_fields=["status", "attempts_made", "next_attempt_at"])
    return delivery


def _send(delivery: EmailDelivery, now: datetime) -> bool:
    """Send one e-mail. Returns False if the mail server did not respond or closed the connection."""
    is_answered = True
    try:
        message = compose(delivery)
        if message is not None:
            message.send()
            delivery.subject = message.subject[:300]
        delivery.status, delivery.sent_at, delivery.last_error = DeliveryStatus.SENT, now, ""
    except Exception as error:
        is_no = isinstance(error, SMTPException) and not isinstance(error, SMTPServerDisconnected | SMTPConnectError)
        is_answered = is_no or not isinstance(error, OSError)
        logger.exception("e-mail %s could not be sent", delivery.id)
        is_last = delivery.attempts_made >= rules.ATTEMPTS_MAX
        delivery.status = DeliveryStatus.FAILED if is_last else DeliveryStatus.PENDING
        delivery.next_attempt_at = now + rules.pause_before_next(delivery.attempts_made)
        delivery.last_error = f"{type(error).__name__}: {error}"[:2000]
    if delivery.template == ACCOUNT and delivery.status in (DeliveryStatus.SENT, DeliveryStatus.FAILED):
        delivery.params = {}
    delivery.save(update_fields=["status", "sent_at", "last_error", "next_attempt_at", "subject", "params"])
    return is_answered


def compose(delivery: EmailDelivery) -> EmailMultiAlternatives | None:
    """
    Return the e-mail in the recipient's current language and time zone; None if there is nothing left to say.

    Uses `emails/<kind>/` if that template exists, else `emails/notification/`.
    """
    if delivery.template == ACCOUNT:
        return _written(delivery)
    user = delivery.user
    language = user.language if user else delivery.language
    zone = user.time_zone if user else "UTC"
    with translation.override(language), timezone.override(zone):
        context = _context(delivery)
        if context is None:
            return None
        context |= {
            "user": user, "language": language, "is_rtl": get_language_bidi(), "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL.rstrip("/"),
        }  # fmt: skip
        subject = " ".join(_template(delivery.template, "subject.txt").render(context).split())
        message = EmailMultiAlternatives(
            subject, _template(delivery.template, "body.txt").render(context), None, [delivery.address]
        )
        message.attach_alternative(_template(delivery.template, "body.html").render(context), "text/html")
        message.extra_headers["Content-Language"] = language
        if context.get("unsubscribe_url"):
            message.extra_headers["List-Unsubscribe"] = f"<{context['unsubscribe_url']}>"
            message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return message


def _written(delivery: EmailDelivery) -> EmailMultiAlternatives:
    """Return the e-mail as it was written when it was queued."""
    parts = delivery.params
    message = EmailMultiAlternatives(parts["subject"], parts["text"], None, [delivery.address])
    if parts["html"]:
        message.attach_alternative(parts["html"], "text/html")
    message.extra_headers["Content-Language"] = delivery.language
    return message


def _template(kind: str, part: str) -> Any:
    return select_template([f"emails/{kind}/{part}", f"emails/notification/{part}"])


def _context(delivery: EmailDelivery) -> dict[str, Any] | None:
    site = settings.SITE_URL.rstrip("/")
    if "notification" in delivery.params:
        notification = Notification.objects.filter(id=delivery.params["notification"]).first()
        if notification is None or (notification.read_at and delivery.params.get("held")):
            return None
        group = Group(notification.group)
        return {
            "words": rules.words(notification.kind, notification.params),
            "url": site + reverse("notifications:open", args=[notification.id]),
            "group": group,
            "unsubscribe_url": _unsubscribe_url(site, notification.user_id, group),
            "preferences_url": site + reverse("notifications:preferences"),
        }
    if "digest" in delivery.params:
        kept = Notification.objects.filter(id__in=delivery.params["digest"], read_at=None).order_by(
            "-happened_at", "-id"
        )
        items = [
            {"words": item.words, "url": site + reverse("notifications:open", args=[item.notification.id])}
            for item in queries.shown(kept)
        ]
        return {"items": items, "preferences_url": site + reverse("notifications:preferences")} if items else None
    return {"params": delivery.params, "site": site}


def _unsubscribe_url(site: str, user_id: UUID, group: Group) -> str:
    if group in MANDATORY:
        return ""
    return site + reverse("notifications:unsubscribe", args=[unsubscribe_token(user_id, group)])


def queue_digests(*, now: datetime) -> int:
    """Queue the digests of users whose hour has come; one per day and pace."""
    due: dict[UUID, list[tuple[User, str, date]]] = defaultdict(list)
    for user, pace, day in queries.digests_due(now):
        due[user.pk].append((user, pace, day))
    queued = 0

    def put_together(user_id: UUID) -> None:
        nonlocal queued
        for user, pace, day in due[user_id]:
            queued += _queue_digest(user, pace, day, now)

    each_id("notifications.queue_digests", due, put_together, now=now, limit=DIGESTS_MAX)
    return queued


@transaction.atomic
def _queue_digest(user: User, pace: str, day: date, now: datetime) -> bool:
    waiting = queries.waiting_for_digest(user.pk, pace)
    key = f"digest:{pace}:{user.pk}:{day.isoformat()}"
    if not waiting or EmailDelivery.objects.filter(key=key).exists():
        return False
    held_until = queries.mail_hours(user).quiet_until(now)
    about = {"digest": [str(item.id) for item in waiting]}
    _queue_email(user, key, "digest", about, now, held_until=held_until)
    Notification.objects.filter(id__in=[item.id for item in waiting]).update(digested_at=now)
    return True
