"""What every gateway does, and what tells gateways apart."""

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
    """What cannot be seen from a gateway's methods. `currencies`: None where it takes every one."""

    currencies: frozenset[str] | None = None
    pays_at_once: bool = True
    """Whoever pays is known to have paid within minutes; without, the payer sends money that arrives days later."""


@runtime_checkable
class Gateway(Protocol):
    """
    Takes payments, pays to accounts from the platform's balance, and says what it holds. Amounts are Money; keys are
    the stored ones.

    What only some gateways do has a protocol of its own beside this one: `RecipientBalances`, `Onboarding`, `TopUps`,
    `Disputes`, `Webhooks`, `Listing`. `registry.gateway_with` gives a gateway that does it, or refuses.
    """

    name: str
    capabilities: Capabilities

    def open_checkout(self, request: CheckoutRequest) -> Checkout: ...

    def charge_outcome(self, session_id: str) -> ChargeOutcome: ...

    def close_checkout(self, session_id: str) -> None:
        """Let nobody pay there any more, where that is possible; a page that is paid or closed stays as it is."""
        ...

    def refund(self, request: RefundRequest) -> Movement: ...

    def find_refund(self, *, refund_id: UUID, payment_id: str) -> Movement | None: ...

    def open_recipient(self, request: RecipientRequest) -> Recipient: ...

    def send_cross_border(self, request: OutboundRequest) -> Outbound: ...

    def find_cross_border(self, *, payout_id: UUID, account_id: str) -> Outbound | None: ...

    def balance(self, account_id: str = "") -> dict[str, Money]:
        """The platform's, or a recipient's; pending and available together."""
        ...

    def balance_lines(self, *, since: datetime) -> Iterator[BalanceLine]: ...
