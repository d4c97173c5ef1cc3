from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable


class WebhookKind(enum.StrEnum):
    CHARGE = "charge"
    REFUND = "refund"
    PAYOUT = "payout"
    DISPUTE = "dispute"
    WARNING = "warning"
    ACCOUNT = "account"
    OUTBOUND = "outbound"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A verified webhook. It only names an object to look up: its order and content are not relied on."""

    event_id: str
    type: str
    kind: WebhookKind
    reference: str
    """
    Our own id of the charge, refund or payout, as we sent it to the processor. For objects created at the processor
    (disputes, warnings, thin events), the processor's id.
    """
    payload: Mapping[str, Any]


@runtime_checkable
class Webhooks(Protocol):
    """For gateways that send webhooks and list their events."""

    signature_header: str
    """The HTTP header with the webhook's signature."""

    def events_since(self, since: datetime) -> Iterator[Webhook]: ...

    def read_webhook(self, body: bytes, signature: str, *, now: datetime) -> Webhook: ...

    def read_thin_webhook(self, body: bytes, signature: str, *, now: datetime) -> Webhook: ...

    def payout_of_outbound(self, remote_id: str) -> str: ...
