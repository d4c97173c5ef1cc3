"""
Push notifications end with a login. Who logs out of a browser gets no more there: the next person may be somebody else.
Who changes the password or logs out the other browsers wants nobody else to read along.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from apps.accounts.adapter import sessions_ended
from apps.accounts.models import User
from apps.notifications import devices


@receiver(user_logged_out, dispatch_uid="notifications.logged_out")
def logged_out(request: HttpRequest | None = None, user: User | None = None, **_values: Any) -> None:
    if request is not None and user is not None:
        devices.forget(user_id=user.pk, token=_token(request))


@receiver([password_changed, password_reset, password_set], dispatch_uid="notifications.password_changed")
def password_was_changed(user: User, request: HttpRequest | None = None, **_values: Any) -> None:
    devices.forget_others(user_id=user.pk, token=_token(request))


@receiver(sessions_ended, dispatch_uid="notifications.sessions_ended")
def others_logged_out(user_id: UUID, request: HttpRequest | None = None, **_values: Any) -> None:
    devices.forget_others(user_id=user_id, token=_token(request))


def _token(request: HttpRequest | None) -> str:
    return request.COOKIES.get(devices.COOKIE, "") if request is not None else ""
