from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
    """A verified webhook. It only says which object to look at: its order and its content are not relied on."""

    event_id: str
    type: str
    kind: WebhookKind
    reference: str
    """
    Our own id of the charge, refund or payout, as we gave it to the processor; of what began at the processor
    (disputes, warnings, thin events) its id there.
    """
    payload: Mapping[str, Any]
