"""Shared request helpers of the account pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from apps.accounts.middleware import actor
from apps.accounts.models import Profile, User
from apps.accounts.queries import profiles


def user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def status(form_is_bound: bool) -> int:
    return 422 if form_is_bound else 200


def back(request: HttpRequest, default: str) -> HttpResponseRedirect:
    return redirect(safe_next(request, default))


def safe_next(request: HttpRequest, default: str) -> str:
    """The `next` parameter if it is a URL of this site, else the default."""
    address = request.POST.get("next", "") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if safe else default


def own_profile(request: HttpRequest) -> Profile | None:
    organization_id = actor(request).organization_id
    if organization_id is None:
        return None
    visible = profiles.profiles_visible_to(actor(request)).prefetch_related("skills", "languages", "portfolio")
    return visible.get(organization_id=organization_id)
