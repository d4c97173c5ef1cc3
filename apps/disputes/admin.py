from django.contrib import admin

from apps.common.admin import ReadOnlyAdmin
from apps.disputes.models import Dispute


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    list_display = ("opened_at", "opened_by", "respondent", "status", "reason", "amount_minor", "currency")
    list_filter = ("status", "reason", "currency")
    list_select_related = ("opened_by", "respondent")
