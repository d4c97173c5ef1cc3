"""Shared pages: errors, and a confirmation before actions that cannot be undone."""

from __future__ import annotations

import re
import secrets
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeAlias

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template import loader
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from apps.common import caches
from apps.common.answers import error_answer, is_api
from apps.common.database_errors import refusal_of
from apps.common.errors import MalformedRequest, NotAllowed, NotFound, ServerFault


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_answer(request, MalformedRequest(), is_plain=True)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_answer(request, NotAllowed()) if is_api(request) else render(request, "errors/403.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_answer(request, NotFound()) if is_api(request) else render(request, "errors/404.html", status=404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """The page for allauth's own rate limits."""
    return render(request, "errors/429.html", status=429)


def server_error(request: HttpRequest) -> HttpResponse:
    # Called while the error is handled: a database outage in a middleware (session, login) is reported as an outage.
    if refusal := refusal_of(sys.exc_info()[1]):
        return error_answer(request, refusal, is_plain=True)
    if is_api(request):
        return error_answer(request, ServerFault(), is_plain=True)
    # No context processors, because one of them may be the cause.
    return HttpResponse(loader.get_template("errors/500.html").render({}), status=500)


def ask_first(
    request: HttpRequest, form: forms.Form, *, title: str, sentences: Iterable[str], label: str, variant: str = "danger"
) -> HttpResponse | None:
    """
    A page that shows what a valid form would do, or None once the user has confirmed it.

    Works without JavaScript. Its second button returns to the filled-in form; see `is_changing`.

    :param sentences: what happens, one whole sentence each.
    :param label: the label of the button that does it.
    """
    if request.POST.get("confirmed") == "yes":
        return None
    rows = [(field.label, _shown(field)) for field in form.visible_fields() if field.value() not in (None, "")]
    context = {"form": form, "title": title, "sentences": sentences, "label": label, "variant": variant, "rows": rows}
    return render(request, "confirm.html", context)


def is_changing(request: HttpRequest) -> bool:
    """Whether the user went back from the confirmation to the form."""
    return request.POST.get("confirmed") == "no"


def _shown(field: forms.BoundField) -> Any:
    if isinstance(field.field, forms.ChoiceField):
        return dict(field.field.choices).get(field.value(), field.value())  # type: ignore[arg-type]
    return field.value()


# -- pages that look the same to every visitor who is not logged in

View: TypeAlias = Callable[..., HttpResponse]
PageKey: TypeAlias = tuple[str, ...]
# In place of the token in a kept page. Nobody can guess it, so no text of a user is replaced by a visitor's token.
_TOKEN = secrets.token_hex(32).encode()
_CSRF_TOKENS = re.compile(rb'name="(?:csrf-token" content|csrfmiddlewaretoken" value)="([A-Za-z0-9]{64})"')
_pages: caches.ProcessMemory[PageKey, tuple[bytes, dict[str, str]]] = caches.ProcessMemory(
    lambda: settings.STRANGER_PAGE_SECONDS, most=300
)


def same_for_strangers(view: View) -> View:
    """
    Keep a page in this process for `STRANGER_PAGE_SECONDS`, for visitors without a session: nothing on it may depend on
    more than the URL, language, time zone, theme and HTMX. Each visitor gets an own CSRF token.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        if settings.STRANGER_PAGE_SECONDS <= 0 or not caches.is_plain_visit(request):
            return view(request, *args, **options)
        key = (
            request.get_full_path(),
            translation.get_language() or "",
            timezone.get_current_timezone_name(),
            request.COOKIES.get("theme", ""),
            request.headers.get("HX-Request", ""),
            request.headers.get("HX-Boosted", ""),
        )
        fresh: list[HttpResponse] = []

        def compute(missing: list[PageKey]) -> dict[PageKey, tuple[bytes, dict[str, str]]]:
            response = view(request, *args, **options)
            fresh.append(response)
            if response.status_code != 200 or response.streaming:
                return {}
            content: bytes = response.content
            tokens = set(_CSRF_TOKENS.findall(content))
            if len(tokens) > 1:
                return {}
            for token in tokens:
                content = content.replace(token, _TOKEN)
            return {key: (content, dict(response.items()))}

        kept = _pages.get_many([key], compute)
        if fresh:
            return fresh[0]
        content, headers = kept[key]
        response = HttpResponse(content.replace(_TOKEN, get_token(request).encode()), headers=headers)
        patch_vary_headers(response, ["Cookie"])
        return response

    return wrapped
