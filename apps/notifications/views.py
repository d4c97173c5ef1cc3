from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor
from apps.accounts.models import User
from apps.accounts.queries import organizations
from apps.common import keyset
from apps.common.errors import Conflict, Invalid
from apps.notifications import devices, forms, operations, queries
from apps.notifications.catalogue.kinds import Group
from apps.notifications.gateways import push_services

COOKIE_SECONDS = 400 * 86_400
"""The longest that browsers allow."""


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@require_safe
@login_required
def notification_list(request: HttpRequest) -> HttpResponse:
    """List unread notifications first (on the first page only), then all by time; each page they lead to once."""
    user, group = _user(request), request.GET.get("group", "")
    mine = queries.in_group(queries.notifications_of(user.pk), group)
    cursor = request.GET.get("cursor", "")
    unread = [] if cursor else list(mine.filter(read_at=None).order_by("-happened_at", "-id")[:50])
    page = keyset.page(mine.exclude(read_at=None), order="-happened_at", cursor=cursor)
    context = {
        "unread": queries.threads(unread),
        "read": queries.threads(page.rows),
        "next_cursor": page.next_cursor,
        "groups": [("", _("All")), *Group.choices],
        "group": group if group in Group.values else "",
    }
    return render(request, "notifications/notification_list.html", context)


@require_safe
@login_required
def open_notification(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    """
    Mark it read and redirect to its page. If it belongs to another of the user's organizations, ask with a button
    first: a
    link must not switch the acting organization.
    """
    user = _user(request)
    notification = get_object_or_404(user.notifications, id=notification_id)
    operations.mark_read(user_id=user.pk, notification_id=notification.id, now=timezone.now())
    request.has_read_notifications = True  # type: ignore[attr-defined]  # the bell counts again
    acting_for, about = actor(request).organization_id, notification.organization_id
    if about and about != acting_for and user.memberships.filter(organization=about).exists():
        context = {"other": organizations.organization(about), "next": notification.get_absolute_url()}
        return render(request, "notifications/switch_first.html", context)
    return redirect(notification.get_absolute_url())


@require_POST
@login_required
def mark_thread_read(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    operations.mark_thread_read(user_id=_user(request).pk, notification_id=notification_id, now=timezone.now())
    return redirect("notifications:list")


@require_POST
@login_required
def mark_all_read(request: HttpRequest) -> HttpResponse:
    operations.mark_all_read(user_id=_user(request).pk, now=timezone.now())
    messages.success(request, _("All notifications are marked as read."))
    return redirect("notifications:list")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    form = forms.PreferencesForm(
        request.POST or None, preferences=queries.preferences(user.pk), has_push=push_services.is_offered()
    )
    hours_form = forms.MailHoursForm(request.POST or None, hours=queries.mail_hours(user))
    if form.is_valid() and hours_form.is_valid() and _save_preferences(user, form, hours_form):
        messages.success(request, _("Your preferences are saved."))
        return redirect("notifications:preferences")
    context = {"form": form, "hours_form": hours_form, "zone": user.time_zone, **_push_context(request, user)}
    return render(request, "notifications/preferences.html", context, status=422 if form.is_bound else 200)


def _save_preferences(user: User, form: forms.PreferencesForm, hours_form: forms.MailHoursForm) -> bool:
    now = timezone.now()
    try:
        operations.set_mail_hours(user=user, now=now, **hours_form.hours())
    except operations.QuietHoursInvalid as error:
        hours_form.add_error(error.field, str(error))
        return False
    operations.set_preferences(user_id=user.pk, preferences=form.chosen(), now=now)
    return True


def _push_context(request: HttpRequest, user: User) -> dict[str, Any]:
    if not push_services.is_offered():
        return {}
    token = request.COOKIES.get(devices.COOKIE, "")
    rows = [(device, devices.is_this(device, token)) for device in queries.push_devices(user.pk)]
    return {
        "push_key": push_services.public_key(),
        "devices": rows,
        "this_device": next((device for device, is_this in rows if is_this), None),
        "device_form": forms.DeviceForm(),
    }


@require_POST
@login_required
def add_device(request: HttpRequest) -> HttpResponse:
    form = forms.DeviceForm(request.POST)
    token = request.COOKIES.get(devices.COOKIE, "") or secrets.token_urlsafe(32)
    response = redirect("notifications:preferences")
    try:
        if not form.is_valid():
            raise devices.SubscriptionInvalid
        devices.add(
            user=_user(request), token=token, user_agent=request.headers.get("User-Agent", ""), now=timezone.now(),
            **form.cleaned_data,
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Push notifications are on for this device."))
        response.set_cookie(
            devices.COOKIE, token, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
    return response


@require_POST
@login_required
def remove_device(request: HttpRequest, device_id: UUID) -> HttpResponse:
    devices.remove(user_id=_user(request).pk, device_id=device_id, now=timezone.now())
    messages.success(request, _("Push notifications are off for this device."))
    return redirect("notifications:preferences")


@require_POST
@login_required
def test_devices(request: HttpRequest) -> HttpResponse:
    try:
        number = devices.send_test(user=_user(request), now=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error))
    else:
        text = ngettext(
            "A test is on its way to %(number)s device.", "A test is on its way to %(number)s devices.", number
        )
        messages.success(request, text % {"number": number})
    return redirect("notifications:preferences")


@csrf_exempt  # mail programs POST here without a session (RFC 8058); the signed token is the permission
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show a page with a button. Only POST changes anything, because link scanners open every link."""
    group = operations.unsubscribe(token=token) if request.method == "POST" else None
    context = {"is_done": group is not None, "group": group, "is_refused": request.method == "POST" and group is None}
    return render(request, "notifications/unsubscribe.html", context)
