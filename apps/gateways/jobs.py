import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from apps.gateways import registry
from apps.gateways.errors import GatewayUnavailable
from apps.gateways.operations import webhooks
from apps.gateways.protocols.webhooks import Webhooks

logger = logging.getLogger(__name__)


@shared_task(name="gateways.handle_webhooks")
def handle_webhooks() -> int:
    """Handle the webhooks in the inbox that are due."""
    return webhooks.handle_due()


@shared_task(name="gateways.poll_events", time_limit=600)
def poll_events() -> int:
    """Record the events whose webhook was lost."""
    if not registry.offers(settings.PAYMENT_GATEWAY, Webhooks):
        return 0
    try:
        return webhooks.poll_events(processor=settings.PAYMENT_GATEWAY)
    except GatewayUnavailable as error:
        logger.warning("missed events could not be fetched: %s", error)
        return 0


@shared_task(name="gateways.prune", time_limit=120)
def prune() -> int:
    """Delete the payloads of webhooks that were handled long ago; their rows stay."""
    before = timezone.now() - timedelta(days=settings.RETENTION_DAYS["webhooks"])
    return webhooks.drop_old_payloads(before=before)
