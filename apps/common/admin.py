"""Base classes for a read-only Django admin: changes go through the operations and their checks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline


class _LookingOnly:
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(_LookingOnly, ModelAdmin):  # type: ignore[misc]
    """Lists and records without a form; each opened record is audited (`apps.moderation.middleware`)."""

    list_per_page = 50
    show_full_result_count = False


class ReadOnlyInline(_LookingOnly, TabularInline):  # type: ignore[misc]
    extra = 0
    can_delete = False
