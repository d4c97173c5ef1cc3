"""Around every page: the reader's clock, and refusals as pages that say what to do."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.common.errors import DomainError

GetResponse = Callable[[HttpRequest], HttpResponse]
ZONES = available_timezones()


class TimeZoneMiddleware:
    """Activates the user's zone; for strangers the one in the `time_zone` cookie; else UTC."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = getattr(request.user, "time_zone", "") or request.COOKIES.get("time_zone", "")
        with timezone.override(ZoneInfo(zone) if zone in ZONES else ZoneInfo("UTC")):
            return self.get_response(request)


class DomainErrorMiddleware:
    """A refusal that no view turned into a form error becomes a page of its own status."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        context = {"title": exception.title, "message": str(exception), "code": exception.code}
        template = f"errors/{exception.status}.html" if exception.status in _PAGES else "errors/409.html"
        answer = render(request, template, context, status=exception.status)
        if exception.retry_after is not None:
            answer["Retry-After"] = str(exception.retry_after)
        return answer


_PAGES = {400, 403, 404, 409, 422, 429, 503}
