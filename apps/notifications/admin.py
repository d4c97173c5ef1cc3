from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from apps.notifications.models import EmailDelivery


@admin.register(EmailDelivery)
class EmailDeliveryAdmin(ModelAdmin):  # type: ignore[misc]
    """What was sent to whom, and what failed; read-only."""

    list_display = ["created_at", "template", "address", "language", "status", "attempts_made", "sent_at"]
    list_filter = ["status", "template", "language"]
    search_fields = ["address", "subject"]
    exclude = ["params"]  # contains the secret of an invitation
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
