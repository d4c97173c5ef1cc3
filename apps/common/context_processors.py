from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.common.frame import page_token


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name, the theme chosen in this browser, and one CSRF token for the whole page."""
    theme = request.COOKIES.get("theme", "")
    return {
        "csrf_token": SimpleLazyObject(lambda: page_token(request)),
        "site_name": settings.SITE_NAME,
        "theme": theme if theme in ("light", "dark") else "",
        "is_demo": settings.TRADEWIND_ENV == "demo",
        # A site that looks real but moves no real money shows a notice at the top of every page.
        "is_sandbox": settings.TRADEWIND_ENV == "production" and not settings.MOVES_REAL_MONEY,
    }
