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
    """One line of the processor's statement. `amount` is signed, from the platform's side, before the fee."""

    line_id: str
    type: str
    amount: Money
    fee: Money
    source_id: str
    created_at: datetime
    available_at: datetime | None = None

    @property
    def net(self) -> Money:
        """The change of the balance."""
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
    """An object that the gateway carried out for us, as its list shows it, for the comparison with the books."""

    kind: RemoteKind
    remote_id: str
    own_id: UUID | None
    """Our id in its metadata; None if we did not request it."""
    amount: Money
    created_at: datetime
    account_id: str = ""
    """The recipient's account at the gateway."""
    payment_id: str = ""
    """For a refund, the payment; for a reversal, the transfer."""
    terms: Mapping[str, str] = field(default_factory=dict)
    """All its metadata."""

    @property
    def document_id(self) -> UUID:
        """Our id; only for objects that have one."""
        assert self.own_id is not None
        return self.own_id


@runtime_checkable
class Listing(Protocol):
    """For gateways that list what they carried out, so that it can be compared with the books."""

    def objects_since(self, since: datetime | None, *, account_id: str = "") -> Iterator[RemoteObject]:
        """
        All objects created since `since` (or ever, if None): payments, transfers and their reversals, refunds, top-ups
        and cross-border payouts. With `account_id`, the payouts of that recipient's account. In no order.
        """
        ...
