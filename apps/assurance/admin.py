from django.contrib import admin

from apps.assurance.models import Report
from apps.common.admin import ReadOnlyAdmin


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("night", "taken_at", "gateway", "chain_links", "chain_head")
