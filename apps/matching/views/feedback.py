from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.middleware import actor
from apps.common.errors import Invalid, NotFound
from apps.matching import forms, policies
from apps.matching.models import ListSide
from apps.matching.operations import feedback
from apps.matching.queries import recommendations
from apps.tasks import queries as tasks
from apps.tasks.models import Task


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def not_for_me(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """A freelancer refuses a recommended task; `undo` reverses it."""
    return _refusal_form(request, ListSide.TASKS, task_id, actor(request).organization_id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def not_suited(request: HttpRequest, task_id: UUID, organization_id: UUID) -> HttpResponse:
    """An employer refuses a recommended freelancer; `undo` reverses it."""
    return _refusal_form(request, ListSide.PEOPLE, task_id, organization_id)


def _refusal_form(request: HttpRequest, side: ListSide, task_id: UUID, organization_id: UUID | None) -> HttpResponse:
    acting = actor(request)
    if organization_id is None:
        raise NotFound
    # A refusal can be undone even if the task is no longer visible to others.
    seen = tasks.tasks_visible_to(acting) if "undo" not in request.POST else Task.objects.all()
    task = get_object_or_404(seen, id=task_id)
    back = reverse("matching:tasks") if side == ListSide.TASKS else reverse("matching:freelancers", args=[task.id])
    if "undo" in request.POST:
        feedback.take_back(side=side, task=task, organization_id=organization_id, actor=acting)
        messages.success(request, _("Taken back: it may be recommended again."))
        return redirect(back)
    policies.check_can_refuse(acting, task, organization_id, side)
    result = recommendations.match_of(task.id, organization_id)
    form = forms.RefusalForm(request.POST if request.method == "POST" else None, side=side)
    if form.is_valid():
        try:
            feedback.refuse(
                side=side, task=task, organization_id=organization_id, actor=acting, now=timezone.now(),
                **form.cleaned_data,
            )  # fmt: skip
            messages.success(request, _("Noted: it is not recommended again."))
            return redirect(f"{back}?said=1")
        except Invalid as error:
            form.add_error(error.field, str(error))
    # Show the form on its own page, so that the typed text is kept wherever the small form was.
    context = {"form": form, "task": task, "person": result.organization, "side": side, "back": back}
    return render(request, "matching/refuse.html", context, status=422 if form.errors else 200)
