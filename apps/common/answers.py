"""The response for a domain error: a page, or problem details (RFC 9457) for API URLs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader

from apps.common.errors import DomainError
from apps.common.money import Money

PROBLEM_TYPE = "application/problem+json"
_API = "/api/"
_PAGES = {400, 403, 404, 409, 422, 429, 503}


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(_API)


def problem_body(status: int, code: str, title: str, detail: str, **more: Any) -> dict[str, Any]:
    return {"type": f"/api/problems/{code}", "title": title, "status": status, "code": code, "detail": detail, **more}


def problem_of(error: DomainError, **more: Any) -> dict[str, Any]:
    """
    The problem details of a domain error. `values` holds the values in its sentence: an amount in minor units, a date
    in ISO 8601.
    """
    if error.params:
        more["values"] = {name: _as_json(value) for name, value in error.params.items()}
    return problem_body(error.status, error.code, str(error.title), str(error), **more)


def _as_json(value: Any) -> Any:
    if isinstance(value, Money):
        return {"amount_minor": value.amount_minor, "currency": value.currency}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    return value if isinstance(value, bool | int) else str(value)


def error_answer(request: HttpRequest, error: DomainError, *, is_plain: bool = False) -> HttpResponse:
    """
    The response for a domain error: problem details for API URLs, else a page.

    :param is_plain: a page without context processors and database, because the error may come from one of them.
    """
    response: HttpResponse
    context = {"title": error.title, "message": str(error), "code": error.code, "status": error.status}
    if is_api(request):
        response = JsonResponse(problem_of(error), status=error.status, content_type=PROBLEM_TYPE)
    elif is_plain:
        response = HttpResponse(loader.get_template("errors/plain.html").render(context), status=error.status)
    else:
        name = f"errors/{error.status}.html" if error.status in _PAGES else "errors/409.html"
        response = render(request, name, context, status=error.status)
    for header, value in error.headers().items():
        response[header] = value
    return response
