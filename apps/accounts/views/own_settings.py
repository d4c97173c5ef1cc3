"""Pages for the first steps, and for a user's own settings and API keys."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings as site_settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, translate_url
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import forms, policies
from apps.accounts.middleware import actor
from apps.accounts.models import User
from apps.accounts.operations import keys, organizations
from apps.accounts.operations import settings as setting_operations
from apps.accounts.queries import keys as key_queries
from apps.accounts.queries import organizations as organization_queries
from apps.accounts.queries import profiles
from apps.accounts.rules import Act
from apps.accounts.states import OrganizationKind
from apps.accounts.views import questions
from apps.common import views as common
from apps.common.errors import Conflict


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """The first page after signup: create an organization if there is none yet, then the suggested next steps."""
    user = questions.user(request)
    own = questions.own_profile(request)
    if own is None:
        return _first_organization(request, user)
    per_cent, missing = profiles.completeness(own)
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
        organizations.create_organization(owner=user, now=timezone.now(), **form.cleaned_data)
        return redirect("accounts:welcome")
    context = {"form": form, "title": _("Who do you act for?"), "is_first": True}
    return render(request, "accounts/organization_form.html", context, status=questions.status(form.is_bound))


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Rate limits of allauth: a message on the code page, an own page elsewhere."""
    code_page = reverse("account_email_verification_sent")
    if request.path != code_page:
        return common.too_many_requests(request)
    messages.error(request, _("A code was sent a moment ago. Wait ten seconds, then ask for a new one."))
    return redirect(code_page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    user = questions.user(request)
    initial = {"theme": request.COOKIES.get("theme", "")}
    acting = actor(request)
    may_rename = policies.may(acting, Act.CHANGE_ORGANIZATION, acting.organization_id)
    own = organization_queries.organization(acting.side_id) if may_rename else None
    form = forms.SettingsForm(request.POST or None, instance=user, initial=initial, own=own)
    if form.is_valid():
        changes = dict(form.cleaned_data)
        theme = changes.pop("theme")
        setting_operations.update_settings(
            user=user,
            organization_name=changes.pop("organization_name", None),
            changes=changes,
            actor=acting,
            now=timezone.now(),
        )
        with translation.override(changes["language"]):
            messages.success(request, _("Settings saved."))
        response = redirect(translate_url(reverse("accounts:settings"), changes["language"]))
        _remember(response, "theme", theme)
        _remember(response, site_settings.LANGUAGE_COOKIE_NAME, changes["language"])
        return response
    return render(request, "accounts/settings.html", {"form": form}, status=questions.status(form.is_bound))


def _remember(response: HttpResponse, name: str, value: str) -> None:
    if value:
        secure = site_settings.SESSION_COOKIE_SECURE
        response.set_cookie(name, value, max_age=31_536_000, samesite="Lax", secure=secure)
    else:
        response.delete_cookie(name)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    user, shown, now = questions.user(request), "", timezone.now()
    form = forms.TokenForm(request.POST or None)
    if form.is_valid():
        try:
            _row, shown = keys.create_token(
                user=user,
                actor=actor(request),
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=now + timedelta(days=form.cleaned_data["days"]),
                now=now,
            )
            form = forms.TokenForm()
        except Conflict as error:
            form.add_error(None, str(error))
    context = {"form": form, "tokens": key_queries.tokens_of(user), "shown": shown}
    return render(request, "accounts/tokens.html", context, status=questions.status(form.is_bound))


@login_required
@require_POST
def revoke_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    keys.revoke_token(token_id=token_id, user=questions.user(request), now=timezone.now())
    messages.success(request, _("The key no longer works."))
    return redirect("accounts:tokens")
