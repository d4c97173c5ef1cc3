"""The registry of webhook handlers by kind. Each app registers its handlers in its module `webhooks`."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from apps.common.clock import Clock
from apps.gateways.protocols.webhooks import WebhookKind

Handler = Callable[[str, str, Clock], bool]
"""Called with the gateway's name, the webhook's reference and the clock. Returns False if the object is not ours."""

_handlers: dict[str, Handler] = {}


def handles(kind: WebhookKind) -> Callable[[Handler], Handler]:
    """
    Register the handler of one kind.

    :raises ValueError: if the kind already has another handler.
    """

    def register(handler: Handler) -> Handler:
        existing = _handlers.get(kind)
        if existing is not None and existing.__qualname__ != handler.__qualname__:
            raise ValueError(f"two handlers for webhooks of the kind {kind}")
        _handlers[kind] = handler
        return handler

    return register


def refresh(*, kind: str, reference: str, processor: str = "", clock: Clock = timezone.now) -> bool:
    """
    Look up the object named by a webhook at the gateway, and record its present state.

    :returns: False if the object is not ours, or no app handles the kind.
    :raises PaymentUnknown: if a dispute's payment is not in our books; it is never skipped.
    """
    handler = _handlers.get(kind)
    return handler is not None and handler(processor, reference, clock)
