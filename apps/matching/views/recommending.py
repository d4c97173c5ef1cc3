from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from apps.accounts.middleware import actor
from apps.matching import forms, policies, queries
from apps.tasks import queries as tasks


@require_GET
@login_required
def recommended_tasks(request: HttpRequest) -> HttpResponse:
    """In the order of the formula, or of the reader's own weights (`skill`, `pay`, `growth` in the address)."""
    acting = actor(request)
    points, _version = queries.current_weights()
    form = forms.WeightsForm(request.GET if "skill" in request.GET else None, points=points)
    own = form.weights if form.is_valid() else None
    found = queries.recommended_tasks(acting.organization_id, 30, weights=own) if acting.organization_id else []
    context = {"recommendations": found, "form": form, "own": own, "points": own or points}
    return render(request, "matching/recommended_task_list.html", context)


@require_GET
@login_required
def recommended_freelancers(request: HttpRequest, task_id: UUID) -> HttpResponse:
    acting = actor(request)
    task = get_object_or_404(tasks.tasks_visible_to(acting), id=task_id)
    policies.check_can_see_recommended_freelancers(acting, task)
    context = {"task": task, "recommendations": queries.recommended_freelancers(task.id, 30)}
    return render(request, "matching/recommended_freelancer_list.html", context)
