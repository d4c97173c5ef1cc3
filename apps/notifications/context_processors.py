from functools import cache
from typing import Any

from django.http import HttpRequest

from apps.accounts.models import User
from apps.notifications import queries


def bell(request: HttpRequest) -> dict[str, Any]:
    """Provide `unread_notifications`; the query runs only on pages that show it, and uses a small index."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return {"unread_notifications": 0}
    # A function, not a lazy object: templates call it, and plural rules need a real number.
    return {"unread_notifications": cache(lambda: queries.unread_count(user.pk))}
