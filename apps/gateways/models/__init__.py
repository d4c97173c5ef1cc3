"""Django reads the models here."""

from apps.gateways.models.pauses import GatewayCheck, PaymentPause, UnbookedObject
from apps.gateways.models.webhooks import WebhookEvent

__all__ = [
    "GatewayCheck",
    "PaymentPause",
    "UnbookedObject",
    "WebhookEvent",
]
