"""The logs of staff actions and of cases; read-only."""

from django.contrib import admin

from apps.common.admin import ReadOnlyAdmin
from apps.moderation.models import AuditEntry, Report, Statement


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("reported_at", "subject_type", "reason", "affected", "status", "decided_by", "decided_at")
    list_filter = ("status", "reason", "subject_type")
    list_select_related = ("affected", "decided_by")


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    list_display = ("issued_at", "organization", "subject_type", "title", "ground")
    list_filter = ("ground", "subject_type")
    list_select_related = ("organization",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("happened_at", "actor", "action", "subject_type", "subject_id")
    list_filter = ("action",)
    search_fields = ("subject_id", "actor__email")
    list_select_related = ("actor",)
