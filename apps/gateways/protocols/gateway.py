"""The interface of every gateway, and its capabilities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from apps.common.money import Money
from apps.gateways.protocols.charges import ChargeOutcome, Checkout, CheckoutRequest, RefundRequest
from apps.gateways.protocols.movements import Movement
from apps.gateways.protocols.payouts import Outbound, OutboundRequest, Recipient, RecipientRequest
from apps.gateways.protocols.statements import BalanceLine


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Properties that the methods do not show. `currencies` is None if the gateway accepts all."""

    currencies: frozenset[str] | None = None
    pays_at_once: bool = True
    """True if a payment is confirmed within minutes. False if the payer sends money that arrives days later."""


@runtime_checkable
class Gateway(Protocol):
    """
    Takes payments, pays out from the platform's balance, and reports the balance. Amounts are Money; keys are the
    stored idempotency keys.

    Optional features have their own protocols: `RecipientBalances`, `Onboarding`, `TopUps`, `Disputes`, `Webhooks`,
    `Listing`. `registry.gateway_with` returns a gateway with a feature, or raises.
    """

    name: str
    capabilities: Capabilities

    def open_checkout(self, request: CheckoutRequest) -> Checkout: ...

    def charge_outcome(self, session_id: str) -> ChargeOutcome: ...

    def close_checkout(self, session_id: str) -> None:
        """Close the page so that it cannot be paid any more, if possible; a paid or closed page stays unchanged."""
        ...

    def refund(self, request: RefundRequest) -> Movement: ...

    def find_refund(self, *, refund_id: UUID, payment_id: str) -> Movement | None: ...

    def open_recipient(self, request: RecipientRequest) -> Recipient: ...

    def send_cross_border(self, request: OutboundRequest) -> Outbound: ...

    def find_cross_border(self, *, payout_id: UUID, account_id: str) -> Outbound | None: ...

    def balance(self, account_id: str = "") -> dict[str, Money]:
        """The balance of the platform or of a recipient's account, by currency; pending and available together."""
        ...

    def balance_lines(self, *, since: datetime) -> Iterator[BalanceLine]: ...
