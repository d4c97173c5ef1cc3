"""Read-only."""

from django.contrib import admin

from apps.common.admin import ReadOnlyAdmin
from apps.quality.models import Sample


@admin.register(Sample)
class SampleAdmin(ReadOnlyAdmin):
    list_display = ("drawn_at", "stratum", "status", "seen_by", "seen_at")
    list_filter = ("status",)
    list_select_related = ("seen_by",)
