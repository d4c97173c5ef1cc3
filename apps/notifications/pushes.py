"""Sends notifications to the devices of people as push messages: short, in the reader's language, a title only."""

from __future__ import annotations

import json
import logging
import time
import traceback
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common.breaker import Open
from apps.common.work_queue import next_due
from apps.notifications import queries, rules
from apps.notifications.catalogue.kinds import MANDATORY, Group
from apps.notifications.gateways import encryption, push_services
from apps.notifications.models import Notification, PushDelivery, PushDevice

logger = logging.getLogger(__name__)
SENDING_SECONDS_MAX = 20.0
"""Of one run of the sender, which shares its worker with e-mail: codes for logins must not wait for a push service."""
_KEEP_DEVICES = "SELECT id FROM notifications_pushdevice WHERE id = ANY(%s) FOR KEY SHARE SKIP LOCKED"


def devices_of(users: Iterable[User]) -> dict[UUID, list[PushDevice]]:
    """The devices of several users; none if the site sends no push messages."""
    ids = [user.pk for user in users]
    if not ids or not push_services.is_offered():
        return {}
    devices: dict[UUID, list[PushDevice]] = {}
    for device in PushDevice.objects.filter(user_id__in=ids):
        devices.setdefault(device.user_id, []).append(device)
    return devices


def queue(
    notification: Notification, devices: Iterable[PushDevice], *, held_until: datetime | None, now: datetime
) -> None:
    """
    Queue a notification for these devices. One that still waits there is sent once, with the text it has then.

    :param held_until: the end of the reader's quiet hours; None to send it now.
    """
    ids = _kept([device.pk for device in devices])
    due = held_until or now
    expires_at = rules.push_expires_at(notification.params, due)
    PushDelivery.objects.bulk_create(
        [
            PushDelivery(
                device_id=device_id, notification=notification, is_held=held_until is not None, next_attempt_at=due,
                expires_at=expires_at,
            )
            for device_id in ids
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _kept(ids: list[UUID]) -> list[UUID]:
    """
    Those that still exist, and do until the commit: the foreign key is checked only then, and would undo the whole
    operation that notifies. One that is just being removed is left out, not waited for.
    """
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_DEVICES, [ids])
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def delete_devices(devices: QuerySet[PushDevice]) -> int:
    """Delete devices with what waits for them. Locked first, so that no other transaction adds to it meanwhile."""
    ids = list(devices.select_for_update().order_by("pk").values_list("pk", flat=True))
    if ids:
        PushDevice.objects.filter(pk__in=ids).delete()
    return len(ids)


def send_pending(*, now: datetime, limit: int = 200) -> int:
    """
    Send push messages that are due. The claim is committed before the push service is called, the result after it.

    Returns the number of messages tried. Delivered and undeliverable ones are deleted; what a service could not take is
    due again later, until it expires.
    """
    if not push_services.is_offered():
        return 0
    tried, ends = 0, time.monotonic() + SENDING_SECONDS_MAX
    while tried < limit and time.monotonic() < ends:
        delivery = _claim(now)
        if delivery is None:
            break
        _try(delivery, now)
        tried += 1
    return tried


@transaction.atomic(durable=True)
def _claim(now: datetime) -> PushDelivery | None:
    delivery = next_due(PushDelivery.objects.select_related("device__user", "notification"), now=now)
    if delivery is None:
        return None
    if delivery.is_held:
        delivery = _together(delivery, now)
    delivery.attempts_made += 1
    delivery.next_attempt_at = now + queries.SENDING_LEASE
    delivery.save(update_fields=["attempts_made", "next_attempt_at", "others"])
    return delivery


def _together(first: PushDelivery, now: datetime) -> PushDelivery:
    """What quiet hours held back for one device becomes one message: the newest, and the number of the others."""
    waiting = PushDelivery.objects.filter(device_id=first.device_id, is_held=True, next_attempt_at__lte=now)
    rows = list(
        waiting.select_for_update(skip_locked=True, of=("self",))
        .select_related("device__user", "notification")
        .order_by("-notification__happened_at", "-pk")
    )
    unread = [row for row in rows if row.notification and row.notification.read_at is None]
    newest = unread[0] if unread else first
    newest.others += sum(1 + row.others for row in unread[1:])
    PushDelivery.objects.filter(pk__in=[row.pk for row in rows if row.pk != newest.pk]).delete()
    return newest


def _try(delivery: PushDelivery, now: datetime) -> None:
    """Whatever is wrong with one message must not keep those of other people waiting: then it is dropped."""
    try:
        _send(delivery, now)
    except Exception as error:
        # Where, without the text of the error, which can have the address or the keys of the device.
        where = "".join(traceback.format_tb(error.__traceback__))
        logger.error("a push message for device %s is dropped: %s\n%s", delivery.device_id, type(error).__name__, where)
        PushDelivery.objects.filter(pk=delivery.pk).delete()


def _send(delivery: PushDelivery, now: datetime) -> None:
    device, message = delivery.device, _message(delivery, now)
    if message is None or delivery.expires_at <= now:
        delivery.delete()
        return
    if device.server_key != push_services.public_key():
        _forget(device)  # the push service refuses every signature but that of the key it was made for
        return
    try:
        answer = push_services.send(
            device.endpoint, keys=(device.public_key, device.auth_secret), message=message, now=now
        )
    except push_services.EndpointNotAllowed:
        logger.warning("the device %s uses a push service that is not in WEB_PUSH_HOSTS", device.pk)
        _forget(device)
    except encryption.KeyUnusable:
        logger.warning("the keys of device %s cannot be used", device.pk)
        _forget(device)
    except Open:
        _again(delivery, now, timedelta(seconds=settings.GATEWAY_REST_SECONDS), is_attempt=False)
    except push_services.NoAnswer as error:
        logger.warning("the push service of device %s does not answer: %s", device.pk, error)
        _again(delivery, now, rules.pause_before_next(delivery.attempts_made))
    else:
        _record(delivery, answer, now)


def _record(delivery: PushDelivery, answer: push_services.Answer, now: datetime) -> None:
    device = delivery.device
    if answer.is_accepted:
        with transaction.atomic():
            PushDevice.objects.filter(pk=device.pk).update(last_used_at=now)
            delivery.delete()
    elif answer.is_gone:
        _forget(device)
    elif answer.is_busy:
        pause = rules.pause_before_next(delivery.attempts_made)
        _again(delivery, now, min(max(pause, answer.retry_after or pause), rules.PAUSE_MAX))
    else:
        logger.error("the push service of device %s refuses a message: %s", device.pk, answer.status)
        delivery.delete()


def _forget(device: PushDevice) -> None:
    delete_devices(PushDevice.objects.filter(pk=device.pk))


def _again(delivery: PushDelivery, now: datetime, pause: timedelta, *, is_attempt: bool = True) -> None:
    due = now + pause
    if due >= delivery.expires_at or delivery.attempts_made >= rules.ATTEMPTS_MAX:
        logger.warning("a push message for device %s is given up", delivery.device_id)
        delivery.delete()
        return
    attempts_made = delivery.attempts_made - int(not is_attempt)
    PushDelivery.objects.filter(pk=delivery.pk).update(next_attempt_at=due, attempts_made=attempts_made)


def _message(delivery: PushDelivery, now: datetime) -> push_services.Message | None:
    """
    The message in the reader's current language; None if there is nothing left to say.

    It says no more than the subject of an e-mail: the screen of a locked phone shows it.
    """
    notification, user = delivery.notification, delivery.device.user
    if not user.is_active or (notification and notification.read_at):
        return None
    with translation.override(user.language), timezone.override(user.time_zone):
        topic, urgency = "", "normal"
        if notification is None:
            title, body = settings.SITE_NAME, _("This is a test: push notifications reach this device.")
            url = reverse("notifications:preferences")
        elif delivery.others:
            number = delivery.others + 1
            title = ngettext("%(number)s new notification", "%(number)s new notifications", number) % {"number": number}
            body = rules.words(notification.kind, notification.params).subject
            url = reverse("notifications:list")
        else:
            group = Group(notification.group)
            title, body = str(group.label), rules.words(notification.kind, notification.params).subject
            url = reverse("notifications:open", args=[notification.id])
            topic = rules.push_topic(notification.route, notification.route_args)
            is_pressing = group in MANDATORY or rules.is_urgent(notification.params, now, now)
            urgency = "high" if is_pressing else rules.PUSH_URGENCY.get(group, "normal")
        content = {
            "title": title, "body": body, "url": url, "tag": topic, "lang": translation.get_language(),
            "dir": "rtl" if get_language_bidi() else "ltr",
        }  # fmt: skip
    text = json.dumps(content, ensure_ascii=False).encode()
    return push_services.Message(text, delivery.expires_at - now, topic, urgency)
