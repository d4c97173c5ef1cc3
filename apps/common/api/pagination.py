"""Cursor pagination: page 500 costs the same as page 1, and new rows do not shift the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from apps.common.text import has_control


def ranked_response(request: Request, results: list[Any], next_cursor: str) -> Response:
    """A page in another order than that of the keys, in the same form; there is no way back to earlier pages."""
    address = replace_query_param(request.build_absolute_uri(), "cursor", next_cursor) if next_cursor else None
    return Response({"next": address, "previous": None, "results": results})


class KeysetPagination(CursorPagination):
    """`?cursor=` from `next`/`previous`; newest first. UUIDv7 keys sort by creation time."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = "-id"
    _field: Any = None

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> Any:
        first = self.get_ordering(request, queryset, view or APIView())[0].lstrip("-")
        self._field = queryset.model._meta.get_field(first)
        return super().paginate_queryset(queryset, request, view)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """An invalid cursor, or one with a value that its column cannot hold, returns the first page."""
        try:
            cursor = super().decode_cursor(request)
        except (NotFound, ValueError):
            return None
        if cursor is None or cursor.position is None:
            return cursor
        try:
            value = self._field.to_python(cursor.position)
            if isinstance(value, datetime):
                value.astimezone(UTC)
        except (ValidationError, ValueError, OverflowError):
            return None
        return None if has_control(str(cursor.position)) else cursor
