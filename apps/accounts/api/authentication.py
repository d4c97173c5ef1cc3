"""API authentication: a session of the site, or a personal token."""

from __future__ import annotations

from typing import Any

from django.utils import timezone, translation
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.accounts import rules
from apps.accounts.middleware import name_in_logs, session_actor
from apps.accounts.models import PersonalToken, User
from apps.accounts.policies import ScopeMissing
from apps.accounts.queries import actors, keys
from apps.accounts.states import KeyScope
from apps.common import traffic
from apps.common.actors import STRANGER


class ActorSessionAuthentication(SessionAuthentication):
    """Django's session, with CSRF; the actor is the same as on the pages."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        authenticate = super().authenticate(request)
        request._request.actor = session_actor(request._request) if authenticate else STRANGER  # type: ignore[attr-defined]
        return authenticate


class PersonalTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer tw_...`"""

    def authenticate(self, request: Request) -> tuple[User, PersonalToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        text = words[1].decode("latin-1") if len(words) == 2 else ""
        token = keys.live_token(text, timezone.now())
        if token is None:
            raise AuthenticationFailed
        acting = actors.actor_for_key(token)
        if acting is None:
            raise AuthenticationFailed
        request.META[traffic.ACCEPTED] = True
        _check_scope(token, request)
        PersonalToken.objects.filter(id=token.id).update(last_used_at=timezone.now())
        request._request.actor = acting  # type: ignore[attr-defined]
        name_in_logs(acting)
        if "Accept-Language" not in request.headers:
            translation.activate(token.user.language)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="tradewind"'


def _check_scope(token: PersonalToken, request: Request) -> None:
    """
    Reading needs the scope `read`. Writing needs the scope of the endpoint (`key_scope`, if the view has one), else
    that of its app. Operations that move money check the money scope again.

    :raises ScopeMissing: if the token does not have the scope.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        needed: str = KeyScope.READ
    else:
        view = (request.parser_context or {}).get("view")
        needed = getattr(view, "key_scope", "") or rules.scope_of_area(type(view).__module__)
    if needed not in token.scopes:
        raise ScopeMissing


_KEY_SAYS = (
    "A personal token from your settings. It acts for the organization for which it was created and never has more "
    "rights than your role there. Scopes: `read` (always); `messages`; `work` (tasks, bids, deliveries, settings); "
    "`money` (paying, approving, withdrawing, spending, members). Without the needed scope: 403 `scope_missing`."
)


class PersonalTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[misc, no-untyped-call]
    """The OpenAPI description of personal tokens."""

    target_class = PersonalTokenAuthentication
    name = "personalToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": _KEY_SAYS}


class ActorSessionScheme(SessionScheme):  # type: ignore[misc, no-untyped-call]
    """The OpenAPI description of the site's session; the same as DRF's."""

    target_class = ActorSessionAuthentication  # type: ignore[assignment]
    name = "session"
