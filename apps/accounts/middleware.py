"""Middleware that sets the actor of a request: the user, the organization, and whether the login is fresh."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import structlog
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal import flows
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import get_user, logout
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import is_valid_path, reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts.models import Membership, Organization, User
from apps.accounts.policies import FreshLoginNeeded, session_limits
from apps.accounts.queries import actors
from apps.accounts.sessions import user_of
from apps.common import traffic
from apps.common.actors import STRANGER, Actor

FRESH_LOGIN_LIFE = timedelta(minutes=15)
SEEN_EVERY = timedelta(minutes=1)


class UserMiddleware(AuthenticationMiddleware):
    """Sets `request.user` as Django does, to the user who was read with the session."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        user = SimpleLazyObject(lambda: user_of(request.session) or get_user(request))
        request.user = user  # type: ignore[assignment]  # lazy, as Django's own


class SessionLimitMiddleware:
    """
    Ends a session that was idle too long, or whose login is too old, before the request is processed: the user becomes
    a visitor, and the login page explains why. API keys have their own expiry.

    Also records the last use of the session and its client, at most once a minute: a page that only reads should not
    write a row and wait for the disk.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.session.session_key and request.user.is_authenticated:
            # allauth has a row per session, created at login
            session = request.session.login  # type: ignore[attr-defined]
            limits, now = session_limits(is_staff=request.user.is_staff), timezone.now()
            if session and limits.are_over(session.created_at, session.last_seen_at, now):
                logout(request)
                session.delete()
                request.session["has_ended"] = True
                return self.get_response(request)
            request.META[traffic.ACCEPTED] = True
            if session is None or now - session.last_seen_at > SEEN_EVERY or _is_another_client(session, request):
                UserSession.objects.create_from_request(request)
        return self.get_response(request)


def _is_another_client(session: UserSession, request: HttpRequest) -> bool:
    agent = request.META.get("HTTP_USER_AGENT", "")[: UserSession._meta.get_field("user_agent").max_length]
    return bool(session.user_agent != agent or session.ip != get_adapter().get_client_ip(request))


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: session_actor(request))  # type: ignore[attr-defined]
        return self.get_response(request)


class LoginForPartsMiddleware:
    """
    When a part of a page is asked for after the session has ended, the whole page goes to the login and back: without
    this htmx would put the login page into the part's place.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        login = reverse("account_login")
        if request.htmx and response.status_code == 302 and response["Location"].startswith(login):  # type: ignore[attr-defined]
            page = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
            return HttpResponseClientRedirect(f"{login}?{urlencode({'next': page})}")
        return response


class SavedLanguageMiddleware:
    """
    Redirects URLs without a language (`/`) to a logged-in user's saved language, unless this browser has another one
    set.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if translation.get_language_from_path(request.path_info) is None:
            language = saved_language(request)
            if language and not is_valid_path(request.path_info) and _is_page(language, request.path_info):
                query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
                response = HttpResponseRedirect(f"/{language}{request.path_info}{query}")
                response["Vary"] = "Cookie, Accept-Language"
                return response
        return self.get_response(request)


def _is_page(language: str, path: str) -> bool:
    with translation.override(language):  # only URLs of the active language are resolved
        return bool(is_valid_path(f"/{language}{path}"))


def saved_language(request: HttpRequest) -> str:
    """The logged-in user's saved language; "" if not logged in, or if this browser has its own language."""
    if request.method not in ("GET", "HEAD") or settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return ""
    return str(request.user.language) if request.user.is_authenticated else ""


class FreshLoginMiddleware:
    """
    If an operation needs a fresh login, the posted data is saved, the user reauthenticates, and the request continues.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, FreshLoginNeeded):
            return None
        methods = get_adapter().get_reauthentication_methods(request.user)
        where = methods[0]["url"] if methods else reverse("account_login")
        return flows.reauthentication.suspend_request(request, where)  # type: ignore[no-any-return]


def session_actor(request: HttpRequest, organization_id: UUID | None = None) -> Actor:
    """The logged-in user as an actor for the given organization, or for the current one."""
    user = request.user
    # request.user is lazy: unwrap it, so that isinstance sees the real class.
    user = getattr(user, "_wrapped", user) if user.is_authenticated else user
    if not isinstance(user, User):
        return STRANGER
    result = actors.actor_for(
        user,
        organization_id,
        has_fresh_login=has_fresh_login(request),
        has_second_factor=has_second_factor(request),
        memberships=memberships(request, user),
    )
    name_in_logs(result)
    return result


def memberships(request: HttpRequest, user: User) -> list[Membership]:
    """The user's memberships with their organizations, read once per request."""
    kept: list[Membership] | None = getattr(request, "memberships", None)
    if kept is None:
        kept = actors.memberships_of(user)
        request.memberships = kept  # type: ignore[attr-defined]
    return kept


def current_organization(request: HttpRequest) -> Organization | None:
    """The organization that the request acts for, without a query of its own."""
    acting = actor(request)
    if not isinstance(request.user, User) or acting.organization_id is None:
        return None
    own = (membership.organization for membership in memberships(request, request.user))
    return next((organization for organization in own if organization.id == acting.organization_id), None)


def name_in_logs(actor: Actor) -> None:
    """Add the user and organization to all following log lines, and to the tasks queued from here."""
    structlog.contextvars.bind_contextvars(
        user_id=str(actor.user_id) if actor.user_id else None,
        organization_id=str(actor.organization_id) if actor.organization_id else None,
    )


def actor_for_organization(request: HttpRequest, organization_id: UUID) -> Actor:
    """
    The same person acting for the given organization, whichever is current; an actor without an organization if they do
    not belong to it. An API key acts only for its own organization.
    """
    acting = actor(request)
    if acting.key_scopes is not None or acting.organization_id == organization_id:
        return acting
    return session_actor(request, organization_id)


def _records(request: HttpRequest) -> list[dict[str, Any]]:
    return get_authentication_records(request, request.user)  # type: ignore[arg-type, no-any-return]


def has_fresh_login(request: HttpRequest) -> bool:
    """Whether the person logged in or reauthenticated in this session in the last 15 minutes."""
    latest = max((record["at"] for record in _records(request)), default=0)
    return time.time() - latest < FRESH_LOGIN_LIFE.total_seconds()


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session passed a second factor: a code, a security key or a passkey."""
    return any(record.get("method") == "mfa" for record in _records(request))


def actor(request: HttpRequest) -> Actor:
    """The actor of a request, typed."""
    return request.actor  # type: ignore[attr-defined, no-any-return]


def language(request: HttpRequest) -> str:
    return translation.get_language() or "en"
