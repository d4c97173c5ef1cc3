"""Shared pages: errors, and a confirmation before actions that cannot be undone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeAlias

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language as django_set_language

from apps.common import caches, frame, replica
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


def same_for_strangers(view: View) -> View:
    """
    A page that, for visitors without a session, depends on nothing but the URL, language, time zone, theme and HTMX, so
    that it may be kept and sent to all of them (marketplace/kept_responses.py). It is read from the replica, if there
    is one, and must not write.

    It has no CSRF token for them, because that would be a visitor's own: a form on it that strangers may send needs a
    view without CSRF protection (`set_language`).
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        if caches.is_plain_visit(request):
            frame.leave_out_token(request)
            request.META[caches.SAME_FOR_STRANGERS] = True
            return replica.read(lambda: view(request, *args, **options))
        return view(request, *args, **options)

    return wrapped


@csrf_exempt
def set_language(request: HttpRequest) -> HttpResponse:
    """
    Django's view, without a CSRF token: pages for strangers have none. Another site's form could only change the
    language, and browsers say that it comes from another site.
    """
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise PermissionDenied
    return django_set_language(request)
