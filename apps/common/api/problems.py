"""Errors of the API as problem details (RFC 9457)."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import set_rollback

from apps.common import errors
from apps.common.answers import PROBLEM_TYPE, problem_body, problem_of
from apps.common.database_errors import refusal_of

logger = logging.getLogger(__name__)
CONTENT_TYPE = PROBLEM_TYPE


class ProblemSerializer(serializers.Serializer[Any]):
    """An error: `code` is stable, `detail` is a sentence in the reader's language."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # the name is RFC 9457's custom, DRF's own is internal
        required=False, help_text="Error sentences by field, if fields are invalid."
    )
    values = serializers.DictField(
        required=False,
        help_text="The values in `detail`, for programs: amounts as `amount_minor` and `currency`, dates in ISO 8601.",
    )


def problem(status: int, code: str, title: str, detail: str, **more: Any) -> Response:
    return Response(problem_body(status, code, title, detail, **more), status=status, content_type=CONTENT_TYPE)


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. None for unknown exceptions, which become a 500."""
    if (refusal := refusal_of(error)) is not None:
        logger.warning("the database refused a request: %s", type(error.__cause__ or error).__name__)
        error = refusal
    elif isinstance(error, RecursionError | SuspiciousOperation | UnreadablePostError):
        error = errors.MalformedRequest()
    if isinstance(error, errors.DomainError):
        set_rollback()
        more = {"errors": {error.field: [str(error)]}} if error.field else {}
        if problems := getattr(error, "problems", None):
            more = {"errors": {name: [code] for name, code in problems.items()}}
        response = Response(problem_of(error, **more), status=error.status, content_type=CONTENT_TYPE)
        for name, text in error.headers().items():
            response[name] = text
        return response
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
    response = problem(error.status_code, code, _title(error), str(error.detail))
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait) + 1)
    return response


def _title(error: exceptions.APIException) -> str:
    # The default_detail of these two is a format string; `detail` is the formatted sentence.
    if isinstance(error, exceptions.MethodNotAllowed):
        return _("Method not allowed")
    if isinstance(error, exceptions.UnsupportedMediaType):
        return _("Media type not supported")
    return str(error.default_detail)


def _by_field(detail: Any) -> dict[str, Any]:
    return detail if isinstance(detail, dict) else {"non_field_errors": detail}
