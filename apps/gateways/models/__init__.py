"""Imports the models so that Django registers them."""

from apps.gateways.models.pauses import GatewayCheck, PaymentPause, UnbookedObject
from apps.gateways.models.webhooks import WebhookEvent

__all__ = [
    "GatewayCheck",
    "PaymentPause",
    "UnbookedObject",
    "WebhookEvent",
]
