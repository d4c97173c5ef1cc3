from django.contrib import admin

from apps.common.admin import ReadOnlyAdmin, ReadOnlyInline
from apps.frameworks.models import Framework, FrameworkVersion


class VersionInline(ReadOnlyInline):
    model = FrameworkVersion
    fields = ("number", "is_by_employer", "sha256", "proposed_at")


@admin.register(Framework)
class FrameworkAdmin(ReadOnlyAdmin):
    list_display = ("title", "employer", "freelancer", "status", "starts_on", "ends_on", "notice_ends_on")
    list_filter = ("status", "currency")
    search_fields = ("title", "employer__display_name", "freelancer__display_name")
    list_select_related = ("employer", "freelancer")
    inlines = (VersionInline,)
