"""The webhook inbox: verify, record and answer at once; look the object up later, with retries."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from apps.common import text
from apps.common.backoff import pause_after
from apps.common.clock import Clock
from apps.common.work_queue import next_due
from apps.gateways import registry
from apps.gateways.models import WebhookEvent
from apps.gateways.models.webhooks import WebhookStatus
from apps.gateways.protocols.webhooks import Webhook, Webhooks
from apps.gateways.webhook_handlers import refresh

logger = logging.getLogger(__name__)
ATTEMPTS_MAX = 20
CLAIM = timedelta(seconds=120)
POLL_MIN, POLL_OVERLAP, POLL_MAX = timedelta(hours=3), timedelta(hours=1), timedelta(days=30)


def record_webhook(*, processor: str, webhook: Webhook, now: datetime) -> WebhookEvent | None:
    """Record a verified webhook. None if it was already recorded."""
    try:
        with transaction.atomic():
            return WebhookEvent.objects.create(
                processor=processor,
                external_id=text.without_control(webhook.event_id),
                type=text.without_control(webhook.type)[:80],
                kind=webhook.kind,
                reference=text.without_control(webhook.reference)[:60],
                payload=text.without_control(dict(webhook.payload)),
                received_at=now,
                next_attempt_at=now,
            )
    except IntegrityError:
        return None


def handle_due(*, limit: int = 200, clock: Clock = timezone.now) -> int:
    """Handle the webhooks that are due. Returns the number handled."""
    handled = 0
    while handled < limit:
        event = _claim(now=clock())
        if event is None:
            break
        _handle(event, clock)
        handled += 1
    return handled


@transaction.atomic(durable=True)
def _claim(*, now: datetime) -> WebhookEvent | None:
    event = next_due(WebhookEvent.objects.filter(status=WebhookStatus.RECEIVED), now=now)
    if event is not None:
        event.attempts_made += 1
        event.next_attempt_at = now + CLAIM
        event.save(update_fields=["attempts_made", "next_attempt_at"])
    return event


def _handle(event: WebhookEvent, clock: Clock) -> None:
    try:
        is_ours = refresh(kind=event.kind, reference=event.reference, processor=event.processor, clock=clock)
    except Exception as error:  # kept in the inbox and retried: an error on our side never loses a webhook
        logger.exception("webhook %s failed", event.external_id)
        event.last_error = f"{type(error).__name__}: {error}"[:2000]
        event.next_attempt_at = clock() + pause_after(event.attempts_made)
        if event.attempts_made >= ATTEMPTS_MAX:
            event.status = WebhookStatus.FAILED
    else:
        event.status = WebhookStatus.HANDLED if is_ours else WebhookStatus.IGNORED
        event.handled_at, event.last_error = clock(), ""
    event.save(update_fields=["status", "handled_at", "last_error", "next_attempt_at"])


def drop_old_payloads(*, before: datetime, limit: int = 20_000) -> int:
    """Delete the payloads of webhooks received before `before` and handled or ignored. Returns their number."""
    done = WebhookEvent.objects.filter(
        status__in=[WebhookStatus.HANDLED, WebhookStatus.IGNORED], received_at__lt=before
    ).exclude(payload={})
    ids = list(done.order_by("received_at").values_list("id", flat=True)[:limit])
    return WebhookEvent.objects.filter(id__in=ids).update(payload={})


def retry_webhooks(ids: Sequence[UUID], *, now: datetime) -> int:
    """Let failed webhooks be handled again, starting with the first attempt. Returns the number that had failed."""
    failed = WebhookEvent.objects.filter(id__in=ids, status=WebhookStatus.FAILED)
    return failed.update(status=WebhookStatus.RECEIVED, attempts_made=0, next_attempt_at=now)


def poll_events(*, processor: str, clock: Clock = timezone.now) -> int:
    """
    Read the processor's events of the last hours and record those that came by no webhook. Returns their number.

    The window starts before the last received webhook: at least three hours ago, at most thirty days, which is how long
    the processor keeps events.

    :raises GatewayUnavailable: if the processor does not answer; the next poll reads the same window again.
    """
    now = clock()
    latest = WebhookEvent.objects.filter(processor=processor).aggregate(latest=Max("received_at"))["latest"]
    since = max(now - POLL_MAX, min(now - POLL_MIN, latest - POLL_OVERLAP) if latest else now - POLL_MAX)
    missed = 0
    for webhook in registry.gateway_with(processor, Webhooks).events_since(since):
        if record_webhook(processor=processor, webhook=webhook, now=now) is not None:
            missed += 1
    if missed:
        logger.warning("%s webhooks were missed; their events were fetched", missed)
    return missed
