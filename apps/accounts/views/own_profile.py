"""Pages where freelancers edit their profile, skills, languages and portfolio."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import forms, policies
from apps.accounts.middleware import actor
from apps.accounts.operations import profiles
from apps.accounts.queries import profiles as profile_queries
from apps.accounts.rules import Act
from apps.accounts.states import SkillLevel
from apps.accounts.views import questions
from apps.common.errors import Invalid
from apps.files import operations as files
from apps.skills import queries as skill_queries
from apps.skills.forms import SKILL_ADDED, has_added_skill

LanguageFormSet = formset_factory(forms.LanguageForm, extra=2, max_num=12)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_profile(request: HttpRequest) -> HttpResponse:
    own = questions.own_profile(request)
    if own is None:
        return redirect("accounts:welcome")
    form = forms.ProfileForm(request.POST or None, instance=own)
    if form.is_valid():
        profiles.update_profile(
            organization_id=own.organization_id, actor=actor(request), now=timezone.now(), changes=form.changes()
        )
        messages.success(request, _("Profile saved."))
        return redirect("accounts:edit_profile")
    per_cent, missing = profile_queries.completeness(own)
    language = translation.get_language() or "en"
    labels = skill_queries.labels({skill.skill_id for skill in own.skills.all()}, language)
    context = {
        "form": form,
        "profile": own,
        "owner": own.organization,
        "per_cent": per_cent,
        "missing": missing,
        "skills": [(labels.get(skill.skill_id, ""), skill.get_level_display()) for skill in own.skills.all()],
        "can_edit": policies.may(actor(request), Act.CHANGE_PROFILE, own.organization_id),
        "portfolio_form": forms.PortfolioForm(),
    }
    return render(request, "accounts/profile_form.html", context, status=questions.status(form.is_bound))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_languages(request: HttpRequest) -> HttpResponse:
    own = questions.own_profile(request)
    if own is None:
        return redirect("accounts:welcome")
    initial = [{"language": language.language, "level": language.level} for language in own.languages.all()]
    formset = LanguageFormSet(request.POST or None, initial=initial)
    if formset.is_valid():
        chosen = {row["language"]: row["level"] for row in formset.cleaned_data if row and row.get("language")}
        profiles.update_profile(
            organization_id=own.organization_id, actor=actor(request), now=timezone.now(), changes={}, languages=chosen
        )
        messages.success(request, _("Languages saved."))
        return redirect("accounts:edit_profile")
    return render(
        request, "accounts/languages_form.html", {"formset": formset}, status=questions.status(formset.is_bound)
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_skills(request: HttpRequest) -> HttpResponse:
    """Each skill with a level: the picker sends the ids, `level-<id>` the levels of the skills already chosen."""
    own = questions.own_profile(request)
    if own is None:
        return redirect("accounts:welcome")
    current = {skill.skill_id: skill.level for skill in own.skills.all()}
    form = forms.SkillsForm(request.POST or None, initial={"skills": list(current)})
    is_adding = has_added_skill(form)
    if is_adding:
        messages.success(request, str(SKILL_ADDED))
    elif form.is_valid():
        chosen = {
            skill_id: _level(request.POST.get(f"level-{skill_id}", ""), current.get(skill_id))
            for skill_id in form.cleaned_data["skills"]
        }
        profiles.update_profile(
            organization_id=own.organization_id, actor=actor(request), now=timezone.now(), changes={}, skills=chosen
        )
        messages.success(request, _("Skills saved."))
        return redirect("accounts:edit_skills" if set(chosen) - set(current) else "accounts:edit_profile")
    labels = skill_queries.labels(set(current), translation.get_language() or "en")
    rows = [(skill_id, labels.get(skill_id, ""), level) for skill_id, level in current.items()]
    context = {"form": form, "rows": rows, "levels": SkillLevel.choices}
    status = questions.status(form.is_bound and not is_adding)
    return render(request, "accounts/skills_form.html", context, status=status)


def _level(typed: str, current: int | None) -> int:
    levels = {str(value): value for value in SkillLevel.values}
    return levels.get(typed, current or SkillLevel.WORKING)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_portfolio_item(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect(f"{reverse('accounts:edit_profile')}#portfolio")  # the form is on that page
    own = questions.own_profile(request)
    if own is None:
        return redirect("accounts:welcome")
    policies.check_may(actor(request), Act.CHANGE_PROFILE, own.organization_id)
    form = forms.PortfolioForm(request.POST, request.FILES)
    if form.is_valid() and _add_item(request, own.organization_id, form):
        messages.success(request, _("Added to your portfolio."))
        return redirect(f"{reverse('accounts:edit_profile')}#portfolio")
    return render(request, "accounts/portfolio_form.html", {"form": form}, status=422)


def _add_item(request: HttpRequest, organization_id: UUID, form: forms.PortfolioForm) -> bool:
    fields, now = dict(form.cleaned_data), timezone.now()
    picture = fields.pop("picture")
    try:
        if picture:
            fields["image"] = files.store(
                upload=picture, uploaded_by_id=questions.user(request).pk, now=now, only_pictures=True
            )
    except Invalid as error:
        form.add_error("picture", str(error))
        return False
    profiles.add_portfolio_item(organization_id=organization_id, actor=actor(request), now=now, fields=fields)
    return True


@login_required
@require_POST
def remove_portfolio_item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    get_object_or_404(profile_queries.portfolio_items_visible_to(actor(request)), id=item_id)
    profiles.remove_portfolio_item(item_id=item_id, actor=actor(request), now=timezone.now())
    messages.success(request, _("Removed from your portfolio."))
    return redirect(f"{reverse('accounts:edit_profile')}#portfolio")
