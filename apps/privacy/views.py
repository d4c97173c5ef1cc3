"""A person's data: a copy of it, the consents, and the end of the account."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor
from apps.accounts.models import User
from apps.accounts.policies import check_fresh_login
from apps.common.errors import Conflict, NotFound
from apps.files.views import serve
from apps.legal import queries as legal
from apps.privacy import operations, queries
from apps.privacy.models import DataExport


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    context = {
        "exports": queries.exports_of(user.pk)[:5],
        "gigabytes_max": operations.PARTS_MAX * operations.PART_BYTES // 2**30,
        "closure": queries.closure_of(user.pk),
        "consents": legal.consents_of(user.pk)[:50],
    }
    return render(request, "privacy/overview.html", context)


@login_required
@require_POST
def request_export(request: HttpRequest) -> HttpResponse:
    try:
        operations.request_export(user=_user(request), actor=actor(request), now=timezone.now())
    except Conflict as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Your copy is being prepared. You are notified when it is ready."))
    return redirect("privacy:overview")


@login_required
@require_safe
def download(request: HttpRequest, export_id: UUID) -> HttpResponseBase:
    export = _ready_export(request, export_id)
    if export.file is None:
        raise NotFound
    return serve(export.file)


@login_required
@require_safe
def download_files(request: HttpRequest, export_id: UUID, number: int) -> HttpResponseBase:
    part = _ready_export(request, export_id).parts.filter(number=number).first()
    if part is None:
        raise NotFound
    return serve(part.file)


def _ready_export(request: HttpRequest, export_id: UUID) -> DataExport:
    """
    :raises FreshLoginNeeded: unless the login is fresh.
    :raises NotFound: unless it is this person's, is ready and has not expired.
    """
    check_fresh_login(actor(request))
    export = queries.exports_of(_user(request).pk).filter(id=export_id, expires_at__gt=timezone.now()).first()
    if export is None:
        raise NotFound
    return export


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    """Say what stands against closing the account, what is erased and what is kept; then close it."""
    user = _user(request)
    if request.method == "POST":
        try:
            operations.request_closure(user=user, actor=actor(request), now=timezone.now())
        except Conflict as error:
            messages.warning(request, str(error))
            return redirect("privacy:close")
        messages.success(request, _("Your account closes on the date below. Until then you can keep it."))
        return redirect("privacy:overview")
    context = {
        "obstacles": queries.obstacles(user),
        "closure": queries.closure_of(user.pk),
        "days": operations.GRACE.days,
    }
    return render(request, "privacy/close.html", context)


@login_required
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    operations.cancel_closure(user=_user(request), actor=actor(request), now=timezone.now())
    messages.success(request, _("Your account stays."))
    return redirect("privacy:overview")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
