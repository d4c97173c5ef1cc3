"""Browsers in which people turned push notifications on."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.common import limits
from apps.common.errors import Conflict, Invalid, NotFound
from apps.notifications import pushes, queries
from apps.notifications.gateways import encryption, push_services
from apps.notifications.models import PushDelivery, PushDevice

DEVICES_MAX = 10
AGENT_MAX = 300
COOKIE = "push_device"
"""Has the secret by which a browser is recognised."""


class PushNotOffered(NotFound):
    code = "push_not_offered"
    message = _("This site does not send push notifications.")


class PushServiceUnknown(Invalid):
    code = "push_service_unknown"
    message = _("This browser uses a push service that we do not send to. Use another browser, or e-mail.")


class SubscriptionInvalid(Invalid):
    code = "subscription_invalid"
    message = _("The browser’s subscription cannot be used. Turn push notifications on again.")


class TooManyDevices(Conflict):
    code = "too_many_devices"
    message = _("Push notifications are on for %(number)s devices, which is the most. Remove one first.")


class NoDevices(Conflict):
    code = "no_devices"
    message = _("Push notifications are not on for any device. Turn them on first.")


@transaction.atomic
def add(
    *,
    user: User,
    endpoint: str,
    public_key: str,
    auth_secret: str,
    token: str,
    user_agent: str,
    now: datetime,
) -> PushDevice:
    """
    Turn push notifications on for one device. If they are on there already, the device is updated; if they were on
    there for another person, they are on for this one alone.

    :param endpoint: the address of the browser's subscription; `public_key`, `auth_secret`: its keys, in base64url.
    :param token: a secret that the browser keeps in a cookie, by which it is recognised; "" for none.

    :raises PushNotOffered: if the site has no key for push messages.
    :raises PushServiceUnknown, SubscriptionInvalid: for the browser's subscription.
    :raises TooManyDevices: if they are on for DEVICES_MAX devices.
    :raises LimitReached: if the person did it too often.
    """
    if not push_services.is_offered():
        raise PushNotOffered
    limits.spend("add_push_device", user.pk, now=now)
    try:
        push_services.check_endpoint(endpoint)
    except push_services.EndpointNotAllowed as error:
        raise PushServiceUnknown from error
    try:
        encryption.check_keys(public_key, auth_secret)
    except encryption.KeyUnusable as error:
        raise SubscriptionInvalid from error
    # Not against the key: a notification that is being queued for the device refers to both rows.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    same = PushDevice.objects.select_for_update(no_key=True).filter(endpoint=endpoint).first()
    if same and same.user_id != user.pk:
        # Only the browser itself has both: who only saw the address cannot take it over.
        if (same.public_key, same.auth_secret) != (public_key, auth_secret):
            raise SubscriptionInvalid
        pushes.delete_devices(PushDevice.objects.filter(pk=same.pk))
        same = None
    device = same or PushDevice(user=user, endpoint=endpoint, added_at=now)
    if same is None and queries.push_devices(user.pk).count() >= DEVICES_MAX:
        raise TooManyDevices(number=DEVICES_MAX)
    device.public_key, device.auth_secret, device.server_key = public_key, auth_secret, push_services.public_key()
    device.token_sha256, device.user_agent = _hashed(token), user_agent[:AGENT_MAX]
    device.save()
    return device


@transaction.atomic
def remove(*, user_id: UUID, device_id: UUID, now: datetime) -> None:
    """
    Turn push notifications off for one device.

    :raises NotFound: if it is not one of this person's.
    """
    if not pushes.delete_devices(PushDevice.objects.filter(user_id=user_id, id=device_id)):
        raise NotFound


@transaction.atomic
def forget(*, user_id: UUID, token: str) -> None:
    """Turn them off in the browser in which the person logs out."""
    if token:
        pushes.delete_devices(PushDevice.objects.filter(user_id=user_id, token_sha256=_hashed(token)))


@transaction.atomic
def forget_others(*, user_id: UUID, token: str) -> None:
    """Turn them off everywhere but in the browser that has this secret; "" for everywhere."""
    others = PushDevice.objects.filter(user_id=user_id)
    if token:
        others = others.exclude(token_sha256=_hashed(token))
    pushes.delete_devices(others)


@transaction.atomic
def send_test(*, user: User, now: datetime) -> int:
    """
    Queue a test for each of the person's devices. Returns their number.

    :raises PushNotOffered: if the site has no key for push messages.
    :raises NoDevices: if push notifications are on nowhere.
    :raises LimitReached: if the person did it too often.
    """
    if not push_services.is_offered():
        raise PushNotOffered
    devices = list(queries.push_devices(user.pk).select_for_update(no_key=True))
    if not devices:
        raise NoDevices
    limits.spend("test_push", user.pk, now=now)
    PushDelivery.objects.bulk_create(
        [
            PushDelivery(device=device, next_attempt_at=now, expires_at=now + queries.PUSH_TEST_LIFE)
            for device in devices
        ]
    )
    return len(devices)


def is_this(device: PushDevice, token: str) -> bool:
    """Whether this is the browser that has this secret."""
    return bool(token) and device.token_sha256 == _hashed(token)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest() if token else ""
