"""
The session engine (`SESSION_ENGINE`): Django's, in the database. It reads the session, its login, the user and what
every page shows of them in one statement, where Django and allauth need one each.
"""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from apps.accounts.models import User
from apps.common.prepared import Text, prepared

_read_too: dict[str, Combinable] = {}


def read_with_login(name: str, expression: Combinable) -> None:
    """Let the statement read this too, as `name` of `SessionStore.login`; its outer query is a `UserSession`."""
    _read_too[name] = expression


@prepared
def _logins(session_key: Text, now: Any) -> QuerySet[UserSession]:
    stored = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    logins = UserSession.objects.filter(session_key=session_key).select_related("user")
    result: QuerySet[UserSession] = logins.annotate(session_data=Subquery(stored.values("session_data")), **_read_too)
    return result


class SessionStore(db.SessionStore):
    login: Any = None
    """The `UserSession` of this session as it was read, with its user; None if nobody has logged in with it."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        logins = _logins(Text(self.session_key), timezone.now())
        if not logins or logins[0].session_data is None:  # type: ignore[attr-defined]
            return super()._get_session_from_db()  # type: ignore[misc, no-any-return]
        self.login = logins[0]
        return Session(session_data=self.login.session_data)


def user_of(session: Any) -> User | None:
    """
    The user who was read with the session, if they are logged in with it.

    None does not mean that nobody is: Django's own `get_user` also knows old secret keys and other backends, and ends
    a session whose password has changed.
    """
    user_id = session.get(auth.SESSION_KEY)  # reads the session
    login = getattr(session, "login", None)
    if login is None or str(login.user_id) != user_id or not login.user.is_active:
        return None
    if session.get(auth.BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    user: User = login.user
    is_right = constant_time_compare(session.get(auth.HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    return user if is_right else None
