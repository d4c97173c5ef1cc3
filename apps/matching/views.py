from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts import operations as accounts
from apps.accounts import queries as people
from apps.accounts import rules as roles
from apps.accounts.middleware import actor
from apps.accounts.models import Profile
from apps.accounts.policies import check_acts_for
from apps.accounts.states import SkillLevel
from apps.common.errors import Invalid, NotFound
from apps.matching import forms, operations, policies, queries
from apps.matching.gateways import documents
from apps.matching.scoring import linker, suggesting
from apps.skills import queries as skills
from apps.tasks import queries as tasks


@require_GET
def how(request: HttpRequest) -> HttpResponse:
    """The formula, for everybody."""
    points, version = queries.current_weights()
    context = {"points": points, "version": version, "history": queries.weights_history()}
    return render(request, "matching/how.html", context)


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
def gaps(request: HttpRequest) -> HttpResponse:
    """Which skills would open more of the tasks that suit already, and what people with them ask."""
    acting = actor(request)
    if acting.organization_id is None:
        raise NotFound
    now = timezone.now()
    found = queries.skill_gaps(acting.organization_id, now)
    currency = people.organization(acting.organization_id).currency
    asked = queries.rate_guidance([gap.skill_id for gap in found], currency, now.date())
    return render(request, "matching/gap_list.html", {"rows": list(zip(found, asked, strict=True))})


@require_GET
@login_required
def rates(request: HttpRequest) -> HttpResponse:
    """Usual rates for the skills of one's own profile."""
    acting = actor(request)
    if acting.organization_id is None:
        raise NotFound
    profile = Profile.objects.filter(organization_id=acting.organization_id).select_related("organization").first()
    if profile is None:
        raise NotFound
    own = [one.skill_id for one in profile.skills.all()]
    found = queries.rate_guidance(own, profile.organization.currency, timezone.now().date())
    context = {"rates": found, "profile": profile, "people_min": queries.PEOPLE_MIN}
    return render(request, "matching/rate_list.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def weights(request: HttpRequest) -> HttpResponse:
    """Staff: other points for the formula, seen before they hold."""
    policies.check_can_set_weights(actor(request))
    now = timezone.now()
    points, _version = queries.current_weights()
    form = forms.StaffWeightsForm(request.POST if request.method == "POST" else None, points=points)
    shifts = None
    if form.is_valid():
        if request.POST.get("step") == "set":
            try:
                operations.set_weights(
                    weights=form.weights, note=form.cleaned_data["note"], actor=actor(request), now=now
                )
                messages.success(request, _("The new weights hold. Open tasks are matched anew."))
                return redirect("matching:weights")
            except Invalid as refusal:
                form.add_error("note", str(refusal))
        shifts = queries.preview_of(form.weights, now)
    context = {"form": form, "points": points, "shifts": shifts, "history": queries.weights_history()}
    return render(request, "matching/weights_form.html", context, status=422 if form.errors else 200)


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


SKILLS_MAX = 30


@require_http_methods(["GET", "POST"])
@login_required
def skills_from_text(request: HttpRequest) -> HttpResponse:
    """
    Skills that a pasted text or a CV names, to be ticked and added to the profile. The text is kept nowhere.

    `skills` in the answer are what the person confirmed; without them the text is read.
    """
    acting = actor(request)
    if acting.organization_id is None:
        raise NotFound
    profile = Profile.objects.filter(organization_id=acting.organization_id).first()
    if profile is None:
        raise NotFound
    check_acts_for(acting, profile.organization_id, roles.MANAGE_PROFILE)
    if "add" in request.POST:
        return _add_skills(request, profile)
    form = forms.SkillTextForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            text = form.cleaned_data["text"] or documents.words(form.cleaned_data["file"].read(documents.BYTES_MAX + 1))
        except Invalid as error:
            form.add_error("file", str(error))
        else:
            shown = {"suggestions": _suggestions(text, form.cleaned_data["language"]), "language": get_language()}
            return render(request, "matching/skills_from_text.html", {"form": form, "is_read": True} | shown)
    return render(request, "matching/skills_from_text.html", {"form": form}, status=422 if form.is_bound else 200)


def _add_skills(request: HttpRequest, profile: Profile) -> HttpResponse:
    chosen = forms.ids(request.POST.getlist("skills"))
    known = {one.skill_id: one.level for one in profile.skills.all()}
    new = [one for one in skills.active_skills(chosen).values_list("id", flat=True) if one not in known]
    added = dict.fromkeys(new[: max(0, SKILLS_MAX - len(known))], int(SkillLevel.WORKING))
    accounts.update_profile(
        organization_id=profile.organization_id,
        actor=actor(request),
        now=timezone.now(),
        changes={},
        skills=known | added,
    )
    messages.success(request, _("Skills added. Say how well you know each of them."))
    return redirect("accounts:edit_skills")


def _suggestions(text: str, language: str) -> list[dict[str, Any]]:
    """With the reader's words for each skill, and the words around the evidence."""
    found = suggesting.suggest(text, language, linker.shipped())
    names = skills.labels([one.skill_id for one in found], get_language() or "en")
    return [
        {
            "id": one.skill_id,
            "name": names[one.skill_id],
            "is_sure": one.is_sure,
            "per_cent": round(100 * one.confidence),
            "before": text[max(0, one.start - 40) : one.start],
            "words": text[one.start : one.end],
            "after": text[one.end : one.end + 40],
        }
        for one in found
        if one.skill_id in names
    ]
