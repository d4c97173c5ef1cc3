"""Pages by key: the cost of page 500 is that of page 1, and new rows do not shift old ones."""

from __future__ import annotations

from rest_framework.pagination import CursorPagination


class KeysetPagination(CursorPagination):
    """`?cursor=` from `next`/`previous`; newest first. UUIDv7 keys sort by time of creation."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = "-id"
