"""Records which recommendations a page showed, after the response is sent, so that the user does not wait for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.matching.templatetags.matching import NOTED, Noted

logger = logging.getLogger(__name__)


class ShownMiddleware:
    """Records only pages that were really seen: a prefetched or failed page counts as not shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        noted: list[Noted] = getattr(request, NOTED, [])
        is_ahead = "prefetch" in (request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", ""))
        if noted and request.method == "GET" and response.status_code < 400 and not is_ahead:
            # Servers call `close` when they have sent the response (PEP 3333; Django documents it for every response).
            response.close = partial(_write_and_close, noted, response.close)  # type: ignore[method-assign]
        return response


def _write_and_close(noted: list[Noted], close: Callable[[], None]) -> None:
    """Write the lists while the request's database connection is still open; a second call does nothing."""
    while noted:
        try:
            noted.pop(0)(now=timezone.now())
        except Exception:
            # The page is already sent; a failure to record it is only logged.
            logger.exception("impressions could not be recorded")
    close()
