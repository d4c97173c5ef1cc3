"""Cursor pagination: page 500 costs the same as page 1, and new rows do not shift the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.common.text import has_control


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
