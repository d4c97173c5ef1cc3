from typing import Any

from django.http import HttpRequest

from apps.gateways.queries import pauses


def pause(request: HttpRequest) -> dict[str, Any]:
    """The open pause of payments, for the banner that staff see on every page. No query for other users."""
    user = getattr(request, "user", None)
    return {"payment_pause": pauses.open_pause() if user is not None and user.is_staff else None}
