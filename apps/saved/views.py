"""People and tasks that a person keeps for later, with notes and lists."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor
from apps.accounts.models import Organization, User
from apps.common import keyset
from apps.reviews import queries as reviews
from apps.saved import operations, queries
from apps.saved.forms import DescribeForm
from apps.tasks.views import save_buttons
from apps.track_records import queries as track_records


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _back(request: HttpRequest, otherwise: str, anchor: str = "") -> HttpResponse:
    """To the page that the button was on, and there to the anchor."""
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
    return redirect((f"{address}#{anchor}" if anchor else address) if address and is_ours else otherwise)


def _is_from_card(request: HttpRequest) -> bool:
    return bool(request.htmx)  # type: ignore[attr-defined]


def _page(request: HttpRequest, rows: Any, everything: Any) -> dict[str, Any]:
    page = keyset.page(rows, order="-saved_at", cursor=request.GET.get("cursor", ""), has_nulls=False)
    parameters = request.GET.copy()
    parameters["cursor"] = page.next_cursor
    return {
        "rows": page.rows,
        "next": f"?{parameters.urlencode()}" if page.next_cursor else "",
        "lists": queries.lists_of(everything),
        "list_name": _list_name(request),
    }


def _list_name(request: HttpRequest) -> str:
    return request.GET.get("list", "")[:60].replace("\x00", "")


@login_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    context = _page(request, queries.saved_people(user, _list_name(request)), queries.saved_people(user))
    ids = [row.organization_id for row in context["rows"]]
    records, ratings = track_records.records(ids), reviews.ratings(ids)
    for row in context["rows"]:
        row.record, row.rating = records[row.organization_id], ratings.get(row.organization_id)
    return render(request, "saved/people.html", context)


@login_required
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    user, asker = _user(request), actor(request)
    context = _page(request, queries.saved_tasks(user, asker, _list_name(request)), queries.saved_tasks(user, asker))
    records = track_records.records(row.task.employer_id for row in context["rows"])
    for row in context["rows"]:
        row.record = records[row.task.employer_id]
    return render(request, "saved/tasks.html", context)


@login_required
@require_POST
def save_person(request: HttpRequest, handle: str) -> HttpResponse:
    organization = get_object_or_404(Organization, handle=handle)
    operations.save_person(
        organization_id=organization.id, user=_user(request), actor=actor(request), now=timezone.now()
    )
    messages.success(request, _("Saved. Only you see your saved people."))
    return _back(request, organization.get_absolute_url())


@login_required
@require_POST
def forget_person(request: HttpRequest, handle: str) -> HttpResponse:
    organization = get_object_or_404(Organization, handle=handle)
    operations.forget_person(organization_id=organization.id, user=_user(request))
    messages.success(request, _("No longer saved."))
    return _back(request, organization.get_absolute_url())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def describe_person(request: HttpRequest, handle: str) -> HttpResponse:
    user = _user(request)
    row = get_object_or_404(queries.saved_people(user), organization__handle=handle)
    form = DescribeForm(request.POST or None, initial={"note": row.note, "list_name": row.list_name})
    if form.is_valid():
        operations.describe_person(organization_id=row.organization_id, user=user, **form.cleaned_data)
        messages.success(request, _("Note saved."))
        return redirect("saved:people")
    context = {
        "form": form,
        "title": row.organization.display_name,
        "lists": queries.lists_of(queries.saved_people(user)),
        "back": "saved:people",
    }
    return render(request, "saved/describe.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def save_task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    saved = operations.save_task(task_id=task_id, user=_user(request), actor=actor(request), now=timezone.now())
    if _is_from_card(request):
        return HttpResponse(save_buttons.button(task_id, is_saved=True))
    messages.success(request, _("Saved. Only you see your saved tasks."))
    return _back(request, saved.task.get_absolute_url(), f"task-{task_id}")


@login_required
@require_POST
def forget_task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    operations.forget_task(task_id=task_id, user=_user(request))
    if _is_from_card(request):
        return HttpResponse(save_buttons.button(task_id, is_saved=False))
    messages.success(request, _("No longer saved."))
    return _back(request, "saved:tasks", f"task-{task_id}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def describe_task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    user, asker = _user(request), actor(request)
    row = get_object_or_404(queries.saved_tasks(user, asker), task_id=task_id)
    form = DescribeForm(request.POST or None, initial={"note": row.note, "list_name": row.list_name})
    if form.is_valid():
        operations.describe_task(task_id=task_id, user=user, **form.cleaned_data)
        messages.success(request, _("Note saved."))
        return redirect("saved:tasks")
    context = {
        "form": form,
        "title": row.task.title,
        "lists": queries.lists_of(queries.saved_tasks(user, asker)),
        "back": "saved:tasks",
    }
    return render(request, "saved/describe.html", context, status=422 if form.is_bound else 200)
