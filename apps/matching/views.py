from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from apps.accounts.middleware import actor
from apps.matching import policies, queries, scoring
from apps.tasks import queries as tasks


@require_GET
def how(request: HttpRequest) -> HttpResponse:
    """The formula, for everybody."""
    return render(request, "matching/how.html", {"scoring": scoring})


@require_GET
@login_required
def recommended_tasks(request: HttpRequest) -> HttpResponse:
    acting = actor(request)
    found = queries.recommended_tasks(acting.organization_id, 30) if acting.organization_id else []
    return render(request, "matching/recommended_task_list.html", {"recommendations": found})


@require_GET
@login_required
def recommended_freelancers(request: HttpRequest, task_id: UUID) -> HttpResponse:
    acting = actor(request)
    task = get_object_or_404(tasks.tasks_visible_to(acting), id=task_id)
    policies.check_can_see_recommended_freelancers(acting, task)
    context = {"task": task, "recommendations": queries.recommended_freelancers(task.id, 30)}
    return render(request, "matching/recommended_freelancer_list.html", context)


@require_GET
@login_required
def why(request: HttpRequest, task_id: UUID, organization_id: UUID) -> HttpResponse:
    acting = actor(request)
    task = get_object_or_404(tasks.tasks_visible_to(acting), id=task_id)
    policies.check_can_see_match(acting, task, organization_id)
    context = {"why": queries.explanation(task.id, organization_id), "is_own": acting.acts_for(organization_id)}
    template = "matching/_why.html" if request.htmx else "matching/why.html"  # type: ignore[attr-defined]
    return render(request, template, context | {"task": task})
