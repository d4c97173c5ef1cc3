"""Around every page: the reader's clock, and refusals as pages that say what to do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.common import text
from apps.common.answers import error_answer, is_api
from apps.common.database_errors import refusal_of
from apps.common.errors import DomainError, MalformedRequest

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
ZONES = available_timezones()


class MalformedRequestMiddleware:
    """
    Answers 400 to what nobody sends by accident and no column can hold: control characters in address, query, cookies,
    headers and form, and encodings that are none of text.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_malformed(request):
            return error_answer(request, MalformedRequest(), is_plain=True)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        # Under the API the parsers look; a form there is an upload, whose text is its name alone.
        if request.method != "POST" or is_api(request) or request.content_type not in _FORMS:
            return None
        if any(text.has_control(part) for name, values in request.POST.lists() for part in (name, *values)):
            return error_answer(request, MalformedRequest(), is_plain=True)
        return None


_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
_CHARSETS = {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin-1", "latin1", "windows-1252"}


def _is_malformed(request: HttpRequest) -> bool:
    charset = (request.content_params or {}).get("charset", "utf-8").strip("\"' ").lower()
    if charset not in _CHARSETS:
        return True
    sent = [request.path_info, *request.COOKIES, *request.COOKIES.values()]
    sent += [str(value) for name, value in request.META.items() if name.startswith("HTTP_")]
    sent += [part for name, values in request.GET.lists() for part in (name, *values)]
    return any(text.has_control(part) for part in sent)


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
        error = exception if isinstance(exception, DomainError) else refusal_of(exception)
        if error is None:
            return None
        if error is not exception:
            logger.warning("the database refused a request: %s", type(exception.__cause__ or exception).__name__)
        return error_answer(request, error)
