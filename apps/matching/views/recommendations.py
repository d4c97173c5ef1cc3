from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.middleware import actor
from apps.accounts.queries import profiles
from apps.matching import forms, policies
from apps.matching.models import ListKind, ListSide
from apps.matching.queries import impressions, ranking_versions, recommendations
from apps.matching.templatetags.matching import record_impressions, record_opened
from apps.tasks import queries as tasks
from apps.track_records import queries as track_records


@require_safe
@login_required
def recommended_tasks(request: HttpRequest) -> HttpResponse:
    """
    Show recommended tasks, ordered by the formula or by the reader's own weights (`skill`, `pay`, `growth` in the URL).
    """
    acting, now = actor(request), timezone.now()
    points, _version = ranking_versions.current_weights()
    form = forms.WeightsForm(request.GET if "skill" in request.GET else None, points=points)
    own = form.weights if form.is_valid() else None
    owner = acting.organization_id
    result = recommendations.recommended_tasks(owner, 30, weights=own, now=now) if owner else []
    record_impressions(request, ListKind.OWN_ORDER if own else ListKind.RECOMMENDED, owner, result)
    context = {
        "recommendations": result, "form": form, "own": own, "points": own or points,
        "reasons": policies.REASONS[ListSide.TASKS], "may_refuse": policies.may_bid(acting),
        "refusals": impressions.refusals_of_tasks(owner) if owner else [],
    }  # fmt: skip
    return render(request, "matching/recommended_task_list.html", context)


@require_safe
@login_required
def recommended_freelancers(request: HttpRequest, task_id: UUID) -> HttpResponse:
    acting = actor(request)
    task = get_object_or_404(tasks.tasks_visible_to(acting), id=task_id)
    policies.check_can_see_recommended_freelancers(acting, task)
    result = recommendations.recommended_freelancers(task.id, 30, now=timezone.now())
    record_impressions(request, ListKind.PEOPLE, task.employer_id, result)
    context = {
        "task": task, "recommendations": result, "reasons": policies.REASONS[ListSide.PEOPLE],
        "refusals": impressions.refusals_of_people(task.id),
        "records": track_records.kept_records(item.organization.id for item in result),
    }  # fmt: skip
    return render(request, "matching/recommended_freelancer_list.html", context)


@require_safe
@login_required
def person(request: HttpRequest, task_id: UUID, organization_id: UUID) -> HttpResponse:
    """Redirect to the profile of a freelancer recommended for the reader's task, and record that it was opened."""
    acting = actor(request)
    task = get_object_or_404(tasks.tasks_visible_to(acting), id=task_id)
    policies.check_can_see_recommended_freelancers(acting, task)
    profile = get_object_or_404(profiles.profiles_visible_to(acting), organization_id=organization_id)
    record_opened(request, task.id, organization_id)
    return redirect(profile.organization)
