"""Pages about people and organizations."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings as site_settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import formset_factory
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, translate_url
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts import forms, operations, policies, queries, rules
from apps.accounts.middleware import actor
from apps.accounts.models import Membership, MembershipInvitation, Organization, Profile, User
from apps.accounts.states import Availability, OrganizationKind, Role, SkillLevel
from apps.common import fmt, keyset
from apps.common.errors import Conflict, DomainError, Invalid, NotAllowed
from apps.files import operations as files
from apps.files import views as file_views
from apps.reviews import queries as reviews
from apps.skills import queries as skill_queries

LanguageFormSet = formset_factory(forms.LanguageForm, extra=2, max_num=12)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _status(form_is_bound: bool) -> int:
    return 422 if form_is_bound else 200


def _back(request: HttpRequest, default: str) -> HttpResponseRedirect:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(wanted if safe else default)


# -- people


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    # PostgreSQL takes no NUL in a text, and nobody means one.
    asked = {name: request.GET.get(name, "").replace("\0", "") for name in ("q", "country", "language", "availability")}
    chosen = {name: text.strip()[:100] for name, text in asked.items()}
    skill_ids = _uuids(request.GET.getlist("skill"))
    found = queries.people_visible_to(
        actor(request),
        text=chosen["q"],
        skill_ids=skill_ids,
        country=chosen["country"],
        language=chosen["language"],
        availability=chosen["availability"],
    )
    page = keyset.page(found, order="-updated_at", cursor=request.GET.get("cursor", ""))
    shown = {one.skill_id for profile in page.rows for one in profile.skills.all()} | set(skill_ids)
    labels = skill_queries.labels(shown, translation.get_language() or "en")
    parameters = request.GET.copy()
    parameters["cursor"] = page.next_cursor
    context = {
        "page": page,
        "count": found.count(),
        "chosen": chosen,
        "skill_labels": labels,
        "ratings": reviews.ratings(profile.organization_id for profile in page.rows),
        "chosen_skills": [(skill_id, labels.get(skill_id, "")) for skill_id in skill_ids],
        "next": f"?{parameters.urlencode()}" if page.next_cursor else "",
        "countries": _options(queries.countries_of_people(), fmt.country_name, chosen["country"]),
        "languages": _options(queries.languages_of_people(), fmt.language_name, chosen["language"]),
        "availabilities": [
            {"value": value, "label": label, "checked": value == chosen["availability"], "count": None}
            for value, label in [("", _("Any")), *Availability.choices]
        ],
    }
    return render(request, "accounts/people.html", context)


def _options(counted: list[tuple[str, int]], name: object, chosen: str) -> list[dict[str, object]]:
    assert callable(name)
    everything: dict[str, object] = {"value": "", "label": _("Any"), "count": None, "checked": not chosen}
    return [everything] + [
        {"value": code, "label": name(code), "count": count, "checked": code == chosen} for code, count in counted[:40]
    ]


def _uuids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts[:20]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


@require_GET
def profile(request: HttpRequest, handle: str) -> HttpResponse:
    visible = queries.profiles_visible_to(actor(request)).prefetch_related("skills", "languages", "portfolio")
    shown = get_object_or_404(visible, organization__handle=handle)
    is_own = actor(request).acts_for(shown.organization_id)
    as_visitor = request.GET.get("as") == "visitor"
    per_cent, missing = queries.completeness(shown) if is_own else (0, [])
    levels = dict(SkillLevel.choices)
    labels = skill_queries.labels({one.skill_id for one in shown.skills.all()}, translation.get_language() or "en")
    skills = sorted(
        ((labels.get(one.skill_id, ""), one.level, levels[one.level]) for one in shown.skills.all()),
        key=lambda skill: (-skill[1], skill[0]),
    )
    context = {
        "profile": shown,
        "owner": shown.organization,
        "is_own": is_own and not as_visitor,
        "as_visitor": is_own and as_visitor,
        "per_cent": per_cent,
        "missing": missing[:1],
        "skills": skills,
        "rating": reviews.rating(shown.organization_id),
        "now": timezone.now(),
    }
    return render(request, "accounts/profile.html", context)


@require_GET
def portfolio_picture(request: HttpRequest, item_id: UUID) -> HttpResponseBase:
    item = get_object_or_404(queries.portfolio_items_visible_to(actor(request)), id=item_id)
    if item.image is None:
        raise Http404
    return file_views.serve(item.image, inline=True)


# -- beginning


@login_required
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """The first minutes: an organization if there is none yet, then the next best thing to do."""
    user = _user(request)
    own = _own_profile(request)
    if own is None:
        return _first_organization(request, user)
    per_cent, missing = queries.completeness(own)
    context = {"profile": own, "owner": own.organization, "per_cent": per_cent, "missing": missing}
    return render(request, "accounts/welcome.html", context)


def _first_organization(request: HttpRequest, user: User) -> HttpResponse:
    initial = {
        "kind": OrganizationKind.INDIVIDUAL,
        "display_name": user.display_name,
        "time_zone": user.time_zone,
        "currency": user.display_currency,
    }
    form = forms.OrganizationForm(request.POST or None, initial=initial)
    if form.is_valid():
        operations.create_organization(owner=user, now=timezone.now(), **form.cleaned_data)
        return redirect("accounts:welcome")
    context = {"form": form, "title": _("Who do you act for?"), "is_first": True}
    return render(request, "accounts/organization_form.html", context, status=_status(form.is_bound))


# -- settings


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    initial = {"theme": request.COOKIES.get("theme", "")}
    form = forms.SettingsForm(request.POST or None, instance=user, initial=initial)
    if form.is_valid():
        changes = dict(form.cleaned_data)
        theme = changes.pop("theme")
        operations.update_settings(user=user, changes=changes)
        with translation.override(changes["language"]):
            messages.success(request, _("Settings saved."))
        response = redirect(translate_url(reverse("accounts:settings"), changes["language"]))
        _remember(response, "theme", theme)
        _remember(response, site_settings.LANGUAGE_COOKIE_NAME, changes["language"])
        return response
    return render(request, "accounts/settings.html", {"form": form}, status=_status(form.is_bound))


def _remember(response: HttpResponse, name: str, value: str) -> None:
    if value:
        secure = site_settings.SESSION_COOKIE_SECURE
        response.set_cookie(name, value, max_age=31_536_000, samesite="Lax", secure=secure)
    else:
        response.delete_cookie(name)


@login_required
@require_http_methods(["GET", "POST"])
def edit_profile(request: HttpRequest) -> HttpResponse:
    own = _own_profile(request)
    if own is None:
        return redirect("accounts:welcome")
    form = forms.ProfileForm(request.POST or None, instance=own)
    if form.is_valid():
        operations.update_profile(
            organization_id=own.organization_id, actor=actor(request), now=timezone.now(), changes=form.changes()
        )
        messages.success(request, _("Profile saved."))
        return redirect("accounts:edit_profile")
    per_cent, missing = queries.completeness(own)
    language = translation.get_language() or "en"
    labels = skill_queries.labels({one.skill_id for one in own.skills.all()}, language)
    context = {
        "form": form,
        "profile": own,
        "owner": own.organization,
        "per_cent": per_cent,
        "missing": missing,
        "skills": [(labels.get(one.skill_id, ""), one.get_level_display()) for one in own.skills.all()],
        "can_edit": policies.can_act_for(actor(request), own.organization_id, rules.MANAGE_PROFILE),
        "portfolio_form": forms.PortfolioForm(),
    }
    return render(request, "accounts/profile_form.html", context, status=_status(form.is_bound))


def _own_profile(request: HttpRequest) -> Profile | None:
    organization_id = actor(request).organization_id
    if organization_id is None:
        return None
    visible = queries.profiles_visible_to(actor(request)).prefetch_related("skills", "languages", "portfolio")
    return visible.get(organization_id=organization_id)


@login_required
@require_http_methods(["GET", "POST"])
def edit_languages(request: HttpRequest) -> HttpResponse:
    own = _own_profile(request)
    if own is None:
        return redirect("accounts:welcome")
    initial = [{"language": one.language, "level": one.level} for one in own.languages.all()]
    formset = LanguageFormSet(request.POST or None, initial=initial)
    if formset.is_valid():
        chosen = {row["language"]: row["level"] for row in formset.cleaned_data if row and row.get("language")}
        operations.update_profile(
            organization_id=own.organization_id, actor=actor(request), now=timezone.now(), changes={}, languages=chosen
        )
        messages.success(request, _("Languages saved."))
        return redirect("accounts:edit_profile")
    return render(request, "accounts/languages_form.html", {"formset": formset}, status=_status(formset.is_bound))


@login_required
@require_http_methods(["GET", "POST"])
def edit_skills(request: HttpRequest) -> HttpResponse:
    """Skills with a level each: the picker gives the ids, `level-<id>` the levels of those already chosen."""
    own = _own_profile(request)
    if own is None:
        return redirect("accounts:welcome")
    current = {one.skill_id: one.level for one in own.skills.all()}
    form = forms.SkillsForm(request.POST or None, initial={"skills": list(current)})
    if form.is_valid():
        chosen = {
            skill_id: _level(request.POST.get(f"level-{skill_id}", ""), current.get(skill_id))
            for skill_id in form.cleaned_data["skills"]
        }
        operations.update_profile(
            organization_id=own.organization_id, actor=actor(request), now=timezone.now(), changes={}, skills=chosen
        )
        messages.success(request, _("Skills saved."))
        return redirect("accounts:edit_skills" if set(chosen) - set(current) else "accounts:edit_profile")
    labels = skill_queries.labels(set(current), translation.get_language() or "en")
    rows = [(skill_id, labels.get(skill_id, ""), level) for skill_id, level in current.items()]
    context = {"form": form, "rows": rows, "levels": SkillLevel.choices}
    return render(request, "accounts/skills_form.html", context, status=_status(form.is_bound))


def _level(typed: str, current: int | None) -> int:
    known = {str(value): value for value in SkillLevel.values}
    return known.get(typed, current or SkillLevel.WORKING)


@login_required
@require_POST
def add_portfolio_item(request: HttpRequest) -> HttpResponse:
    own = _own_profile(request)
    if own is None:
        return redirect("accounts:welcome")
    policies.check_acts_for(actor(request), own.organization_id, rules.MANAGE_PROFILE)
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
            fields["image"] = files.store(upload=picture, uploaded_by_id=_user(request).pk, now=now, only_pictures=True)
    except Invalid as refusal:
        form.add_error("picture", str(refusal))
        return False
    operations.add_portfolio_item(organization_id=organization_id, actor=actor(request), now=now, fields=fields)
    return True


@login_required
@require_POST
def remove_portfolio_item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    get_object_or_404(queries.portfolio_items_visible_to(actor(request)), id=item_id)
    operations.remove_portfolio_item(item_id=item_id, actor=actor(request), now=timezone.now())
    messages.success(request, _("Removed from your portfolio."))
    return redirect(f"{reverse('accounts:edit_profile')}#portfolio")


# -- keys to the API


@login_required
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    user, shown = _user(request), ""
    form = forms.TokenForm(request.POST or None)
    if form.is_valid():
        _row, shown = operations.create_token(
            user=user,
            actor=actor(request),
            name=form.cleaned_data["name"],
            can_write=form.cleaned_data["can_write"],
            expires_at=timezone.now() + timedelta(days=form.cleaned_data["days"]),
        )
        form = forms.TokenForm()
    context = {"form": form, "tokens": queries.tokens_of(user), "shown": shown}
    return render(request, "accounts/tokens.html", context, status=_status(form.is_bound))


@login_required
@require_POST
def revoke_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    operations.revoke_token(token_id=token_id, user=_user(request), now=timezone.now())
    messages.success(request, _("The key no longer works."))
    return redirect("accounts:tokens")


# -- organizations


@login_required
@require_GET
def organizations(request: HttpRequest) -> HttpResponse:
    memberships = Membership.objects.filter(user=_user(request), organization__is_active=True)
    context = {"memberships": memberships.select_related("organization").order_by("created_at")}
    return render(request, "accounts/organization_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def create_organization(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    initial = {"kind": OrganizationKind.COMPANY, "time_zone": user.time_zone, "currency": user.display_currency}
    form = forms.OrganizationForm(request.POST or None, initial=initial)
    if form.is_valid():
        made = operations.create_organization(owner=user, now=timezone.now(), **form.cleaned_data)
        operations.switch_organization(user=user, organization_id=made.id)
        messages.success(request, _("You now act for %(name)s.") % {"name": made.display_name})
        return redirect("accounts:organization", made.id)
    context = {"form": form, "title": _("New organization")}
    return render(request, "accounts/organization_form.html", context, status=_status(form.is_bound))


@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    chosen = _uuids([request.POST.get("organization", "")])
    if not chosen:
        raise Http404
    now_for = operations.switch_organization(user=_user(request), organization_id=chosen[0])
    messages.success(request, _("You now act for %(name)s.") % {"name": now_for.display_name})
    return _back(request, reverse("accounts:organizations"))


def _own_organization(request: HttpRequest, organization_id: UUID) -> Organization:
    return get_object_or_404(queries.organizations_of(_user(request)), id=organization_id)


@login_required
@require_GET
def organization(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    return _organization_page(request, _own_organization(request, organization_id), forms.InviteForm())


def _organization_page(request: HttpRequest, own: Organization, form: forms.InviteForm) -> HttpResponse:
    # Roles are read for this organization, whichever one the person acts for at the moment.
    there = queries.actor_for(_user(request), own.id)
    context = {
        "own": own,
        "members": queries.members(own.id),
        "invitations": queries.pending_invitations(own.id, timezone.now()),
        "can_manage": there.may(rules.MANAGE_MEMBERS),
        "can_edit": there.may(rules.MANAGE_PROFILE),
        "is_acting": actor(request).acts_for(own.id),
        "roles": Role.choices,
        "form": form,
    }
    return render(request, "accounts/organization_detail.html", context, status=_status(form.is_bound))


@login_required
@require_http_methods(["GET", "POST"])
def edit_organization(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    own = _own_organization(request, organization_id)
    there = queries.actor_for(_user(request), own.id)
    policies.check_acts_for(there, own.id, rules.MANAGE_PROFILE)
    form = forms.OrganizationForm(request.POST or None, instance=own)
    if form.is_valid():
        operations.update_organization(
            organization_id=own.id, actor=there, now=timezone.now(), changes=dict(form.cleaned_data)
        )
        messages.success(request, _("Saved."))
        return redirect("accounts:organization", own.id)
    context = {"form": form, "title": _("Edit organization"), "own": own}
    return render(request, "accounts/organization_form.html", context, status=_status(form.is_bound))


@login_required
@require_POST
def invite(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    own = _own_organization(request, organization_id)
    form = forms.InviteForm(request.POST)
    if form.is_valid():
        try:
            operations.invite_member(
                organization_id=own.id,
                email=form.cleaned_data["email"],
                role=form.cleaned_data["role"],
                actor=queries.actor_for(_user(request), own.id),
                now=timezone.now(),
            )
        except (Conflict, Invalid) as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("The invitation is on its way to %(email)s.") % form.cleaned_data)
            return redirect("accounts:organization", own.id)
    return _organization_page(request, own, form)


def _membership(request: HttpRequest, membership_id: UUID) -> Membership:
    mine = queries.organizations_of(_user(request))
    return get_object_or_404(Membership.objects.filter(organization__in=mine), id=membership_id)


@login_required
@require_POST
def change_role(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    membership = _membership(request, membership_id)
    role = request.POST.get("role", "")
    if role not in Role.values:
        raise Http404
    there = queries.actor_for(_user(request), membership.organization_id)
    try:
        operations.change_role(membership_id=membership.id, role=role, actor=there)
    except (Conflict, NotAllowed) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Role changed."))
    return redirect("accounts:organization", membership.organization_id)


@login_required
@require_POST
def remove_member(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    membership = _membership(request, membership_id)
    there = queries.actor_for(_user(request), membership.organization_id)
    try:
        operations.remove_member(membership_id=membership.id, actor=there)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("accounts:organization", membership.organization_id)
    if membership.user_id == there.user_id:
        messages.success(request, _("You have left the organization."))
        return redirect("accounts:organizations")
    messages.success(request, _("The member was removed."))
    return redirect("accounts:organization", membership.organization_id)


@login_required
@require_POST
def revoke_invitation(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    invitation = get_object_or_404(
        MembershipInvitation.objects.filter(organization__in=queries.organizations_of(_user(request))),
        id=invitation_id,
    )
    there = queries.actor_for(_user(request), invitation.organization_id)
    operations.revoke_invitation(invitation_id=invitation.id, actor=there, now=timezone.now())
    messages.success(request, _("The invitation was taken back."))
    return redirect("accounts:organization", invitation.organization_id)


@login_required
@require_http_methods(["GET", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    invitation = queries.invitation_by_token(token, timezone.now())
    if invitation is None:
        raise operations.InvitationGone
    if request.method == "POST":
        membership = operations.accept_invitation(token=token, user=_user(request), now=timezone.now())
        operations.switch_organization(user=_user(request), organization_id=membership.organization_id)
        messages.success(request, _("Welcome to %(name)s.") % {"name": invitation.organization.display_name})
        return redirect("accounts:organization", membership.organization_id)
    return render(request, "accounts/invitation.html", {"invitation": invitation})
