from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from apps.common.money import Money


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """One line of the processor's own books; `amount` is signed, from the platform's side, before the fee."""

    line_id: str
    type: str
    amount: Money
    fee: Money
    source_id: str
    created_at: datetime
    available_at: datetime | None = None

    @property
    def net(self) -> Money:
        """By how much the balance changed."""
        return self.amount - self.fee


class RemoteKind(enum.StrEnum):
    CHARGE = "charge"
    TRANSFER = "transfer"
    PAYOUT = "payout"
    OUTBOUND = "outbound"
    REFUND = "refund"
    TOP_UP = "top_up"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True)
class RemoteObject:
    """Something that the gateway carried out for us, as it lists it: for comparing it with the books."""

    kind: RemoteKind
    remote_id: str
    own_id: UUID | None
    """Our id in its metadata; None for what we did not ask for."""
    amount: Money
    created_at: datetime
    account_id: str = ""
    """The recipient's account there."""
    payment_id: str = ""
    """The payment that a refund gives back; the transfer that a reversal takes back."""
    terms: Mapping[str, str] = field(default_factory=dict)
    """All of its metadata."""

    @property
    def document_id(self) -> UUID:
        """Our id, of what is known to carry one."""
        assert self.own_id is not None
        return self.own_id


@runtime_checkable
class Listing(Protocol):
    """It lists what it carried out, so that the books can be compared with it."""

    def objects_since(self, since: datetime | None, *, account_id: str = "") -> Iterator[RemoteObject]:
        """
        What was created there since then (always, without it): payments, transfers and their reversals, refunds,
        top-ups and cross-border payouts; with an account, the payouts of that recipient's account. In no order.
        """
        ...
