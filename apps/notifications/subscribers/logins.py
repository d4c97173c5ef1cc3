"""Who logs out of a browser gets no more push notifications there: the next person may be somebody else."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from apps.accounts.models import User
from apps.notifications import devices


@receiver(user_logged_out, dispatch_uid="notifications.logged_out")
def logged_out(request: HttpRequest | None = None, user: User | None = None, **_values: Any) -> None:
    if request is not None and user is not None:
        devices.forget(user_id=user.pk, token=request.COOKIES.get(devices.COOKIE, ""))
