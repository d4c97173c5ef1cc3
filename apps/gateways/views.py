from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from celery import current_app
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotFound
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.gateways import registry
from apps.gateways.errors import SignatureWrong
from apps.gateways.operations import webhooks
from apps.gateways.protocols.webhooks import Webhooks

Reader = Callable[..., Any]


BODY_BYTES_MAX = 512 * 1024


@csrf_exempt  # not a browser request: the signature identifies the sender
@require_POST
def receive(request: HttpRequest, processor: str) -> HttpResponse:
    """Snapshot events, which contain the object."""
    return _receive(request, processor, lambda gateway: gateway.read_webhook)


@csrf_exempt
@require_POST
def receive_thin(request: HttpRequest, processor: str) -> HttpResponse:
    """Thin events, with their own secret: they name an object, which is fetched later."""
    if not settings.WEBHOOK_THIN_SECRET:
        return HttpResponseNotFound()
    return _receive(request, processor, lambda gateway: gateway.read_thin_webhook)


def _receive(request: HttpRequest, processor: str, reader_of: Callable[[Webhooks], Reader]) -> HttpResponse:
    if processor != settings.PAYMENT_GATEWAY or not registry.offers(processor, Webhooks):
        return HttpResponseNotFound()
    if len(request.body) > BODY_BYTES_MAX:
        return HttpResponseBadRequest("too large")
    now = timezone.now()
    try:
        gateway = registry.gateway_with(processor, Webhooks)
        signature = request.headers.get(gateway.signature_header, "")
        webhook = reader_of(gateway)(request.body, signature, now=now)
    except (SignatureWrong, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return HttpResponseBadRequest("signature or content not understood")
    if webhooks.record_webhook(processor=processor, webhook=webhook, now=now) is not None:
        # If this task message is lost, the next scheduled run handles the webhook seconds later.
        with contextlib.suppress(Exception):
            current_app.send_task("gateways.handle_webhooks", expires=30)
    return HttpResponse(status=200)
