from functools import cache
from typing import Any

from django.http import HttpRequest

from apps.accounts.models import User
from apps.notifications import queries


def bell(request: HttpRequest) -> dict[str, Any]:
    """Provide `unread_notifications` as read with the session; after a login or a change of some, with a query."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return {"unread_notifications": 0}
    login = getattr(getattr(request, "session", None), "login", None)
    is_current = request.method in ("GET", "HEAD") and not getattr(request, "has_read_notifications", False)
    if is_current and login is not None and login.user_id == user.pk:
        return {"unread_notifications": login.unread_notifications}
    # A function, not a lazy object: templates call it, and plural rules need a real number.
    return {"unread_notifications": cache(lambda: queries.unread_count(user.pk))}
