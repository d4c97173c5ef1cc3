"""Pages for what went wrong."""

from __future__ import annotations

import json
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from apps.common.errors import Unavailable

OUTAGE = _("We cannot reach our database just now. Nothing was lost: please try again in a minute.")


def _page(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"errors/{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404)


RETRY_AFTER = 30


def server_error(request: HttpRequest) -> HttpResponse:
    """A bug, or an outage: then 503 with `Retry-After`, and problem details for the API."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return _outage(request)
    # No context processors: what failed may be one of them.
    from django.template import loader

    return HttpResponse(loader.get_template("errors/500.html").render({}), status=500)


def _outage(request: HttpRequest) -> HttpResponse:
    """The database is away, or it ended a statement that took too long. Nothing here may ask it."""
    from django.template import loader

    error = Unavailable()
    if request.path.startswith("/api/"):
        body = {
            "type": f"/api/problems/{error.code}", "title": str(error.title), "status": error.status,
            "code": error.code, "detail": str(OUTAGE),
        }  # fmt: skip
        answer = HttpResponse(json.dumps(body), status=error.status, content_type="application/problem+json")
    else:
        page = loader.get_template("errors/outage.html").render({"sentence": OUTAGE})
        answer = HttpResponse(page, status=error.status)
    answer["Retry-After"] = str(RETRY_AFTER)
    return answer
