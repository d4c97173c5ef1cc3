from django.contrib import admin

from apps.common.admin import ReadOnlyAdmin
from apps.escrow.models import Escrow


@admin.register(Escrow)
class EscrowAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at", "memo", "payer", "payee", "status", "amount_minor", "released_minor", "refunded_minor",
        "currency",
    )  # fmt: skip
    list_filter = ("status", "currency")
    search_fields = ("memo", "payer__display_name", "payee__display_name")
    list_select_related = ("payer", "payee")
