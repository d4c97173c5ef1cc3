from __future__ import annotations

from apps.gateways.models import WebhookEvent
from apps.gateways.models.webhooks import WebhookStatus


def webhooks_failed() -> int:
    """The number of webhooks that failed all attempts and were not retried by staff."""
    return WebhookEvent.objects.filter(status=WebhookStatus.FAILED).count()
