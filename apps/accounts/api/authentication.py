"""Who calls the API: a session of the site, or a personal token."""

from __future__ import annotations

from typing import Any

from django.utils import timezone, translation
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from apps.accounts import queries
from apps.accounts.models import PersonalToken, User


class ActorSessionAuthentication(SessionAuthentication):
    """Django's session, with CSRF; the actor is the one that the pages use."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        found = super().authenticate(request)
        request._request.actor = queries.actor_of(found[0] if found else None)  # type: ignore[attr-defined]
        return found


class PersonalTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer tw_...`"""

    def authenticate(self, request: Request) -> tuple[User, PersonalToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        text = words[1].decode("latin-1") if len(words) == 2 else ""
        token = queries.live_token(text, timezone.now())
        if token is None:
            raise AuthenticationFailed
        if not token.can_write and request.method not in ("GET", "HEAD", "OPTIONS"):
            raise PermissionDenied
        PersonalToken.objects.filter(id=token.id).update(last_used_at=timezone.now())
        request._request.actor = queries.actor_for(token.user, token.organization_id)  # type: ignore[attr-defined]
        if "Accept-Language" not in request.headers:
            translation.activate(token.user.language)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="tradewind"'


class PersonalTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[misc, no-untyped-call]
    """How the API's description names personal tokens."""

    target_class = PersonalTokenAuthentication
    name = "personalToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A personal token from your settings."}


class ActorSessionScheme(SessionScheme):  # type: ignore[misc, no-untyped-call]
    """The site's own session; the same as DRF's in the description."""

    target_class = ActorSessionAuthentication  # type: ignore[assignment]
    name = "session"
