from functools import cache
from typing import Any

from django.http import HttpRequest

from apps.accounts.middleware import actor
from apps.accounts.models import User
from apps.messaging import queries


def inbox(request: HttpRequest) -> dict[str, Any]:
    """
    Provide `unread_conversations` of the organization that the reader acts for, as read with the session; after a
    change, and for another organization than the session's, with a query.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return {"unread_conversations": 0}
    organization_id, login = actor(request).organization_id, getattr(getattr(request, "session", None), "login", None)
    if organization_id is None:
        return {"unread_conversations": 0}
    is_current = request.method in ("GET", "HEAD") and organization_id == user.last_organization_id
    if is_current and login is not None and login.user_id == user.pk:
        read_now = getattr(request, "conversations_read", 0)
        return {"unread_conversations": max(login.unread_conversations - read_now, 0)}
    # A function, not a lazy object: templates call it, and plural rules need a real number.
    return {"unread_conversations": cache(lambda: queries.unread_count(user.pk, organization_id))}
