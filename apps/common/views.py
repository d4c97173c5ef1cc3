"""Pages for what went wrong."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

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
    """What allauth shows for its own limits."""
    return render(request, "errors/429.html", status=429)


def server_error(request: HttpRequest) -> HttpResponse:
    # Called while the error is handled: an outage that a middleware met (session, login) is answered as one here.
    if refusal := refusal_of(sys.exc_info()[1]):
        return error_answer(request, refusal, is_plain=True)
    if is_api(request):
        return error_answer(request, ServerFault(), is_plain=True)
    # No context processors: what failed may be one of them.
    return HttpResponse(loader.get_template("errors/500.html").render({}), status=500)
