"""
The outermost WSGI application: answers strangers from memory, passes everything else on, and says so if a request is
refused because the site is overloaded.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from functools import lru_cache

from django.conf import settings
from django.template import loader
from django.utils import translation

from apps.common.answers import PROBLEM_TYPE, problem_of
from apps.common.errors import DomainError, Overloaded, TooManyRequests
from marketplace.admission import KIND, Report, kind_of
from marketplace.kept_responses import (
    KEY,
    REFUSED_SECONDS,
    Application,
    Environ,
    KeptResponses,
    StartResponse,
    VisitorLimits,
    key_of,
    language_of,
    request_id,
)


class FastPath:
    def __init__(self, memory: KeptResponses, application: Application, report: Report | None = None) -> None:
        self._memory, self._application, self._limits = memory, application, VisitorLimits()
        self._note = report.count if report else lambda _kind, _outcome: None

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        key = key_of(environ) if settings.STRANGER_PAGE_SECONDS > 0 else None
        if key is not None and (kept := self._memory.find(key)):
            if wait := self._limits.wait_seconds(environ):
                return refuse(environ, start_response, TooManyRequests(wait_seconds=wait), wait)
            self._note("kept", "served")
            return kept.answer(environ, start_response)
        environ[KEY] = key
        if key is not None and self._memory.old(key):
            environ[KIND] = "renewal"
        kind = kind_of(environ)
        try:
            response = self._application(environ, start_response)
            self._note(kind, "served")
            return response
        except Overloaded as error:
            if key is not None and (kept := self._memory.old(key, wait_seconds=REFUSED_SECONDS)):
                self._note("kept", "served")
                return kept.answer(environ, start_response)
            self._note(kind, "refused")
            # Not all at the same second.
            return refuse(environ, start_response, error, random.randint(2, 8))  # noqa: S311


def refuse(environ: Environ, start_response: StartResponse, error: DomainError, wait_seconds: int) -> list[bytes]:
    """A small response that needs neither Django's middleware nor the database."""
    language = language_of(environ)
    body, content_type = _refusal(type(error), environ.get("PATH_INFO", "").startswith("/api/"), language)
    headers = [
        ("Content-Type", content_type),
        ("Content-Language", language),
        ("Content-Length", str(len(body))),
        ("Retry-After", str(wait_seconds)),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", settings.SECURE_REFERRER_POLICY),
        ("X-Request-Id", request_id(environ)),
    ]
    start_response(f"{error.status} {_REASONS[error.status]}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


_REASONS = {429: "Too Many Requests", 503: "Service Unavailable"}


@lru_cache(maxsize=50)
def _refusal(kind: type[DomainError], is_api: bool, language: str) -> tuple[bytes, str]:
    with translation.override(language):
        error = kind(wait_seconds=60) if kind is TooManyRequests else kind()
        if is_api:
            return json.dumps(problem_of(error)).encode(), PROBLEM_TYPE
        context = {"title": error.title, "message": str(error), "code": error.code, "status": error.status}
        return loader.get_template("errors/plain.html").render(context).encode(), "text/html; charset=utf-8"
