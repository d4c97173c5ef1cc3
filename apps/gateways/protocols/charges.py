from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.common.money import Money


class ChargeState(enum.StrEnum):
    OPEN = "open"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    key: UUID
    charge_id: UUID
    amount: Money
    memo: str
    group: str
    success_url: str
    cancel_url: str
    locale: str


@dataclass(frozen=True, slots=True)
class Checkout:
    session_id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ChargeOutcome:
    """`fee` and `fee_id` come from the processor's balance lines; we never calculate them."""

    state: ChargeState
    payment_id: str = ""
    remote_charge_id: str = ""
    amount: Money | None = None
    fee: Money | None = None
    fee_id: str = ""
    decline_code: str = ""


@dataclass(frozen=True, slots=True)
class RefundRequest:
    key: UUID
    refund_id: UUID
    payment_id: str
    amount: Money
