from django.contrib import admin

from apps.common.admin import ReadOnlyAdmin
from apps.gateways.models import WebhookEvent


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "processor", "type", "status", "attempts_made", "handled_at")
    list_filter = ("status", "processor", "type")
    search_fields = ("external_id", "reference")
