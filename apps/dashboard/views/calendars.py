"""Deadlines in the calendar of a member: a private address to subscribe to, and single files."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor, current_organization
from apps.accounts.operations import calendars as operations
from apps.accounts.queries import calendars
from apps.common.calendar_files import CalendarEntry, calendar_file
from apps.common.errors import NotFound
from apps.dashboard.queries.deadlines import Deadline, deadlines


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """Explain the calendar; create its address, which is shown once."""
    asker, now, address = actor(request), timezone.now(), ""
    organization = current_organization(request)
    if organization is None:
        return redirect("accounts:organizations")
    if request.method == "POST":
        token = operations.create_address(actor=asker, now=now)
        address = _absolute(reverse("dashboard:calendar_feed", args=[token]))
    context = {
        "address": address,
        "existing": calendars.address_of(asker),
        "own": organization,
        "deadlines": deadlines(organization.id, now)[:_SHOWN],
    }
    return render(request, "dashboard/calendar.html", context)


_SHOWN = 10


@login_required
@require_POST
def remove_calendar(request: HttpRequest) -> HttpResponse:
    operations.remove_address(actor=actor(request), now=timezone.now())
    messages.success(request, _("The calendar’s address no longer works."))
    return redirect("dashboard:calendar")


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The deadlines of the member whose address this is, without a login, as calendar programs read it."""
    now, address = timezone.now(), calendars.address_by_token(token)
    if address is None:
        raise NotFound
    calendars.record_read(address, now)
    organization = address.membership.organization
    with translation.override(address.membership.user.language):
        name = f"{settings.SITE_NAME}: {organization.display_name}"
        return _file(name, deadlines(organization.id, now), "calendar.ics")


@login_required
@require_safe
def deadline_file(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """The deadlines of one milestone, offer, task or dispute, as a file for a calendar."""
    organization_id = actor(request).organization_id
    rows = deadlines(organization_id, timezone.now(), subject_id=subject_id) if organization_id else []
    if not rows:
        raise NotFound
    return _file(rows[0].subject, rows, "deadline.ics")


def _file(name: str, rows: list[Deadline], file_name: str) -> HttpResponse:
    entries = [
        CalendarEntry(
            uid=f"{row.kind}-{row.subject_id}@{settings.SITE_URL.split('//')[-1].strip('/')}",
            title=f"{row.subject}: {row.says}",
            at=row.at,
            url=_absolute(row.path),
        )
        for row in rows
    ]
    body = calendar_file(name, entries, now=timezone.now(), product=settings.SITE_NAME)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response["Cache-Control"] = "private, max-age=900"
    response["X-Robots-Tag"] = "noindex"
    return response


def _absolute(path: str) -> str:
    return settings.SITE_URL.rstrip("/") + path
