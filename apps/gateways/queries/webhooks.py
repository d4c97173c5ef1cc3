from __future__ import annotations

from apps.gateways.models import WebhookEvent
from apps.gateways.models.webhooks import WebhookStatus


def webhooks_failed() -> int:
    """Webhooks that were given up, and that nobody has started again."""
    return WebhookEvent.objects.filter(status=WebhookStatus.FAILED).count()
