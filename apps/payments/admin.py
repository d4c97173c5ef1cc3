"""Money in and out as staff see it; the bank details of people are not shown here."""

from django.contrib import admin

from apps.common.admin import ReadOnlyAdmin
from apps.payments.models import Charge, Payout, Refund, WebhookEvent


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


@admin.register(Payout)
class PayoutAdmin(ReadOnlyAdmin):
    list_display = ("number", "organization", "status", "amount_minor", "currency", "attempts_made", "failure_code")
    list_filter = ("status", "currency", "gateway")
    search_fields = ("number", "organization__display_name", "remote_payout_id")
    list_select_related = ("organization",)


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "processor", "type", "status", "attempts_made", "handled_at")
    list_filter = ("status", "processor", "type")
    search_fields = ("external_id", "reference")
