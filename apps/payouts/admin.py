from django.contrib import admin

from apps.common.admin import ReadOnlyAdmin
from apps.payouts.models import Payout


@admin.register(Payout)
class PayoutAdmin(ReadOnlyAdmin):
    list_display = ("number", "organization", "status", "amount_minor", "currency", "attempts_made", "failure_code")
    list_filter = ("status", "currency", "gateway")
    search_fields = ("number", "organization__display_name", "remote_payout_id")
    list_select_related = ("organization",)
