"""Which app handles a webhook of a kind. Each app registers its handlers in its module `webhooks`."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from apps.common.clock import Clock
from apps.gateways.protocols.webhooks import WebhookKind

Handler = Callable[[str, str, Clock], bool]
"""Called with the gateway's name, the reference of the webhook and the clock; False for an object that is not ours."""

_handlers: dict[str, Handler] = {}


def handles(kind: WebhookKind) -> Callable[[Handler], Handler]:
    """Register the handler of one kind. :raises ValueError: if the kind has one already."""

    def register(handler: Handler) -> Handler:
        existing = _handlers.get(kind)
        if existing is not None and existing.__qualname__ != handler.__qualname__:
            raise ValueError(f"two handlers for webhooks of the kind {kind}")
        _handlers[kind] = handler
        return handler

    return register


def refresh(*, kind: str, reference: str, processor: str = "", clock: Clock = timezone.now) -> bool:
    """
    Look up the object that a webhook names at the gateway itself, and record its present state.

    :returns: False for an object that is not ours, and for a kind that no app handles.
    :raises PaymentUnknown: for a dispute about a payment that is not in our books; it is never skipped.
    """
    handler = _handlers.get(kind)
    return handler is not None and handler(processor, reference, clock)
