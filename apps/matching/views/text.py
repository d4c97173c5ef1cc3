from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.middleware import actor
from apps.accounts.models import Profile
from apps.accounts.operations import profiles
from apps.accounts.policies import check_may
from apps.accounts.rules import Act
from apps.accounts.states import SkillLevel
from apps.common import limits
from apps.common.errors import Invalid, NotFound
from apps.common.ids import uuids
from apps.matching import forms
from apps.matching.gateways import documents
from apps.matching.queries import skill_suggestions as skill_suggestion_queries
from apps.skills import queries as skills
from ranking import skill_suggestions as ranking_skill_suggestions

SKILLS_MAX = 30


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def skills_from_text(request: HttpRequest) -> HttpResponse:
    """
    Find skills in a pasted text or a CV, to be ticked and added to the profile. The text is not stored.

    `skills` in the request are those the person confirmed; without them the text is read.
    """
    acting = actor(request)
    if acting.organization_id is None:
        raise NotFound
    profile = Profile.objects.filter(organization_id=acting.organization_id).first()
    if profile is None:
        raise NotFound
    check_may(acting, Act.CHANGE_PROFILE, profile.organization_id)
    if "add" in request.POST:
        return _add_skills(request, profile)
    form = forms.SkillTextForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            if form.cleaned_data["file"]:
                limits.spend("read_document", acting.user_id, now=timezone.now())
            text = form.cleaned_data["text"] or documents.words(form.cleaned_data["file"].read(documents.BYTES_MAX + 1))
        except Invalid as error:
            form.add_error("file", str(error))
        else:
            shown = {"suggestions": _suggestions(text, form.cleaned_data["language"]), "language": get_language()}
            return render(request, "matching/skills_from_text.html", {"form": form, "is_read": True} | shown)
    return render(request, "matching/skills_from_text.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@login_required
def goes_with(request: HttpRequest) -> HttpResponse:
    """The suggestions of a task's form: `skills` are the chosen ones, `offered` those suggested before."""
    chosen = uuids(request.GET.getlist("skills"))[:SKILLS_MAX]
    kept = [uuid for uuid in uuids(request.GET.getlist("offered")) if uuid in chosen]
    names = skills.labels(kept, get_language() or "en")
    context = {
        "kept": [(item, names[item]) for item in kept if item in names],
        "suggested": skill_suggestion_queries.goes_with(chosen, timezone.now()),
    }
    return render(request, "matching/_goes_with.html", context)


def _add_skills(request: HttpRequest, profile: Profile) -> HttpResponse:
    chosen = uuids(request.POST.getlist("skills"))
    levels = {skill.skill_id: skill.level for skill in profile.skills.all()}
    new = [item for item in skills.active_skills(chosen).values_list("id", flat=True) if item not in levels]
    added = dict.fromkeys(new[: max(0, SKILLS_MAX - len(levels))], int(SkillLevel.WORKING))
    profiles.update_profile(
        organization_id=profile.organization_id,
        actor=actor(request),
        now=timezone.now(),
        changes={},
        skills=levels | added,
    )
    messages.success(request, _("Skills added. Say how well you know each of them."))
    return redirect("accounts:edit_skills")


def _suggestions(text: str, language: str) -> list[dict[str, Any]]:
    """Return suggestions with the reader's label of each skill and the words around the evidence."""
    result = ranking_skill_suggestions.suggest(text, language, ranking_skill_suggestions.ready())
    names = skills.labels([item.skill_id for item in result], get_language() or "en")
    first = {names[item.skill_id].casefold(): item for item in reversed(result) if item.skill_id in names}
    result = [item for item in result if first.get(names.get(item.skill_id, "").casefold()) is item]  # one name once
    return [
        {
            "id": item.skill_id,
            "name": names[item.skill_id],
            "is_sure": item.is_sure,
            "per_cent": round(100 * item.confidence),
            "before": text[max(0, item.start - 40) : item.start],
            "words": text[item.start : item.end],
            "after": text[item.end : item.end + 40],
        }
        for item in result
    ]
