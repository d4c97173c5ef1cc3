from django.contrib import admin

from apps.common.admin import ReadOnlyAdmin
from apps.payments.models import Charge, Refund


@admin.register(Charge)
class ChargeAdmin(ReadOnlyAdmin):
    list_display = ("number", "payer", "memo", "status", "amount_minor", "currency", "gateway")
    list_filter = ("status", "currency", "gateway")
    search_fields = ("number", "payer__display_name", "remote_payment_id")
    list_select_related = ("payer",)


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "charge", "status", "amount_minor", "currency")
    list_filter = ("status", "currency")
    list_select_related = ("charge",)
