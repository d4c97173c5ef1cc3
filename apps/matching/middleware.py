"""Records which recommendations a page showed, after the answer has gone out: nobody waits for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.matching.templatetags.matching import NOTED, Noted

logger = logging.getLogger(__name__)


class ShownMiddleware:
    """Only what was really seen: a page that was fetched ahead of a click, or failed, showed nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        noted: list[Noted] = getattr(request, NOTED, [])
        is_ahead = "prefetch" in (request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", ""))
        if noted and request.method == "GET" and response.status_code < 400 and not is_ahead:
            # Servers call `close` when they have sent the answer (PEP 3333; Django documents it of every response).
            response.close = partial(_write_and_close, noted, response.close)  # type: ignore[method-assign]
        return response


def _write_and_close(noted: list[Noted], close: Callable[[], None]) -> None:
    """First the lists, while the connection to the database is still the request's; a second call finds none."""
    while noted:
        try:
            noted.pop(0)(now=timezone.now())
        except Exception:
            # The page is out; what it showed is worth a line in the log and no more.
            logger.exception("what was shown could not be written down")
    close()
