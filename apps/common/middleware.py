"""Middleware for every page: time zone, rate limits, client address, and domain errors as pages."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.common import limits, text
from apps.common.answers import error_answer, is_api
from apps.common.database_errors import refusal_of
from apps.common.errors import DomainError, MalformedRequest, TooManyRequests

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
ZONES = available_timezones()


class MalformedRequestMiddleware:
    """
    Returns 400 for input that is never sent by accident and cannot be stored: control characters in URL, query,
    cookies, headers and form, and invalid encodings.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_malformed(request):
            return error_answer(request, MalformedRequest(), is_plain=True)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        # For the API, the parsers check it; a form there is an upload, where only its name is text.
        if request.method != "POST" or is_api(request) or request.content_type not in _FORMS:
            return None
        if any(text.has_control(part) for name, values in request.POST.lists() for part in (name, *values)):
            return error_answer(request, MalformedRequest(), is_plain=True)
        return None


class ClientAddressMiddleware:
    """
    Sets REMOTE_ADDR to the visitor's address, and removes headers that anyone can forge.

    Each of our TRUSTED_PROXIES appends the address it sees to X-Forwarded-For; everything before those came with the
    request. Rate limits of logins and the API, and logs, read only REMOTE_ADDR.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = client_address(request.META)
        for header in _CLAIMS:
            request.META.pop(header, None)
        return self.get_response(request)


_CLAIMS = (
    "HTTP_X_FORWARDED_FOR", "X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_FORWARDED_FOR", "HTTP_X_FORWARDED",
    "HTTP_X_CLUSTER_CLIENT_IP", "HTTP_CLIENT_IP", "HTTP_X_REAL_IP", "HTTP_X_CLIENT_IP", "HTTP_TRUE_CLIENT_IP",
    "HTTP_CF_CONNECTING_IP", "HTTP_VIA",
)  # fmt: skip


def client_address(environ: Mapping[str, Any]) -> str:
    """The visitor's address, from the headers of our own proxies."""
    proxies, address = settings.TRUSTED_PROXIES, ""
    if proxies and (header := environ.get("HTTP_X_FORWARDED_FOR")):
        chain = [part.strip() for part in header.split(",") if part.strip()]
        address = _address(chain[-min(proxies, len(chain))]) if chain else ""
    return address or str(environ.get("REMOTE_ADDR", ""))


def _address(text: str) -> str:
    """The address in "203.0.113.7", "203.0.113.7:4711" or "[2001:db8::1]:4711"; "" if there is none."""
    bare = text.strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return ""


def network(address: str) -> str:
    """The address that a rate limit counts: for IPv6 the /64, which belongs to one household or company."""
    try:
        ip_address = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip_address, 64), strict=False)) if ip_address.version == 6 else address


class AnonymousLimitMiddleware:
    """Visitors who are not logged in may request a limited number of pages, and searches, per minute and address."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The API has its own limits; machine endpoints and files are not pages.
        if is_api(request) or not request.path_info.startswith(_PAGES) or request.user.is_authenticated:
            return self.get_response(request)
        who, now = network(request.META.get("REMOTE_ADDR", "")), timezone.now()
        try:
            limits.spend("pages", who, now=now)
            if request.META.get("QUERY_STRING"):
                limits.spend("searches", who, now=now)
        except TooManyRequests as error:
            return error_answer(request, error)
        return self.get_response(request)


_PAGES = tuple(f"/{code}/" for code, _name in settings.LANGUAGES)


class PrivateAnswerMiddleware:
    """Responses to logged-in users are not cached, and not shown again after logout."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_known = request.user.is_authenticated or "HTTP_AUTHORIZATION" in request.META
        if is_known and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        response.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        for prefix, directives in settings.LOOSER_CONTENT_SECURITY_POLICY.items():
            if request.path_info.startswith(prefix):
                response._csp_replace = directives  # type: ignore[attr-defined]  # as django-csp's decorator does
        return response


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
    """Activates the user's time zone; for visitors the one in the `time_zone` cookie; else UTC."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = getattr(request.user, "time_zone", "") or request.COOKIES.get("time_zone", "")
        with timezone.override(ZoneInfo(zone) if zone in ZONES else ZoneInfo("UTC")):
            return self.get_response(request)


class DomainErrorMiddleware:
    """A domain error that no view turned into a form error becomes a page with its status."""

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
