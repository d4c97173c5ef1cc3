"""Refusals of the API as problem details (RFC 9457)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import set_rollback

from apps.common import errors

CONTENT_TYPE = "application/problem+json"


class ProblemSerializer(serializers.Serializer[Any]):
    """A refusal: `code` is stable, `detail` is a sentence in the reader's language."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # the name is RFC 9457's custom, DRF's own is internal
        required=False, help_text="Sentences by field, when fields are at fault."
    )


def problem(status: int, code: str, title: str, detail: str, **more: Any) -> Response:
    body = {"type": f"/api/problems/{code}", "title": title, "status": status, "code": code, "detail": detail, **more}
    return Response(body, status=status, content_type=CONTENT_TYPE)


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler; None lets a bug be a 500."""
    if isinstance(error, errors.DomainError):
        set_rollback()
        more = {"errors": {error.field: [str(error)]}} if error.field else {}
        if problems := getattr(error, "problems", None):
            more = {"errors": {name: [code] for name, code in problems.items()}}
        refusal = problem(error.status, error.code, str(error.title), str(error), **more)
        if error.retry_after is not None:
            refusal["Retry-After"] = str(error.retry_after)
        return refusal
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    if isinstance(error, exceptions.ValidationError):
        title = str(errors.Invalid.title)
        return problem(400, "invalid", title, str(errors.Invalid.message), errors=_by_field(error.detail))
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else "error"
    response = problem(error.status_code, code, str(error.default_detail), str(error.detail))
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait) + 1)
    return response


def _by_field(detail: Any) -> dict[str, Any]:
    return detail if isinstance(detail, dict) else {"non_field_errors": detail}
