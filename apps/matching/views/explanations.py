from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.middleware import actor
from apps.accounts.models import Profile
from apps.accounts.queries import organizations
from apps.common.errors import NotFound
from apps.matching import policies
from apps.matching.queries import exports, market, ranking_versions, recommendations
from apps.tasks import queries as tasks

SCRIPT = Path(settings.BASE_DIR) / "scripts" / "recompute_match.py"


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """Show the formula; public."""
    points, version = ranking_versions.current_weights()
    context = {"points": points, "version": version, "history": ranking_versions.weights_history()}
    return render(request, "matching/how.html", context)


@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponse:
    """Download the reader's own matches with everything the formula read, for recomputing."""
    organization_id = actor(request).organization_id
    if organization_id is None:
        raise NotFound
    response = JsonResponse(exports.match_export(organization_id, timezone.now()), json_dumps_params={"indent": 1})
    response["Content-Disposition"] = 'attachment; filename="matches.json"'
    return response


@require_safe
def recompute_script(request: HttpRequest) -> FileResponse:
    """Download the stand-alone script; public."""
    return FileResponse(SCRIPT.open("rb"), as_attachment=True, content_type="text/x-python")


@require_safe
@login_required
def why(request: HttpRequest, task_id: UUID, organization_id: UUID) -> HttpResponse:
    acting = actor(request)
    task = get_object_or_404(tasks.tasks_visible_to(acting), id=task_id)
    policies.check_can_see_match(acting, task, organization_id)
    is_own = acting.acts_for(organization_id)
    context = {"why": recommendations.explanation(task.id, organization_id, is_own=is_own), "is_own": is_own}
    template = "matching/_why.html" if request.htmx else "matching/why.html"  # type: ignore[attr-defined]
    return render(request, template, context | {"task": task})


@require_safe
@login_required
def gaps(request: HttpRequest) -> HttpResponse:
    """Show the skills that would open more of the tasks that already suit, and the usual rates of people with them."""
    acting = actor(request)
    if acting.organization_id is None:
        raise NotFound
    now = timezone.now()
    skill_gaps = market.skill_gaps(acting.organization_id, now)
    currency = organizations.organization(acting.organization_id).currency
    rate_guidance = market.rate_guidance([gap.skill_id for gap in skill_gaps], currency, now.date())
    return render(request, "matching/gap_list.html", {"rows": list(zip(skill_gaps, rate_guidance, strict=True))})


@require_safe
@login_required
def rates(request: HttpRequest) -> HttpResponse:
    """Show the usual rates for the skills of the reader's own profile."""
    acting = actor(request)
    if acting.organization_id is None:
        raise NotFound
    profile = Profile.objects.filter(organization_id=acting.organization_id).select_related("organization").first()
    if profile is None:
        raise NotFound
    own = [skill.skill_id for skill in profile.skills.all()]
    rate_guidance = market.rate_guidance(own, profile.organization.currency, timezone.now().date())
    context = {"rates": rate_guidance, "profile": profile, "people_min": market.PEOPLE_MIN}
    return render(request, "matching/rate_list.html", context)
