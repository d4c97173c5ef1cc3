from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from apps.common.money import Money
from apps.gateways.protocols.charges import ChargeOutcome, Checkout, CheckoutRequest, RefundRequest
from apps.gateways.protocols.disputes import DisputeReport, EvidenceRequest
from apps.gateways.protocols.movements import Movement
from apps.gateways.protocols.onboarding import AccountRequest, OnboardingPage, RecipientStatus
from apps.gateways.protocols.payouts import BankPayoutRequest, Outbound, OutboundRequest, Recipient, RecipientRequest
from apps.gateways.protocols.statements import BalanceLine, RemoteObject
from apps.gateways.protocols.top_ups import TopUpRequest
from apps.gateways.protocols.transfers import Reversal, ReversalRequest, Transfer, TransferRequest
from apps.gateways.protocols.webhooks import Webhook


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a gateway can do, to be asked before it is asked for. `currencies`: None where it takes every one."""

    currencies: frozenset[str] | None = None
    has_recipient_balances: bool = True
    """Payouts are a transfer and a payout; without, one call pays from the platform's balance (`send_cross_border`)."""
    has_onboarding: bool = True
    has_disputes: bool = True
    has_webhooks: bool = True
    has_top_ups: bool = True
    pays_at_once: bool = True
    """Whoever pays is notified within minutes; without, the payer sends money that arrives days later."""
    has_listing: bool = True
    """It lists what it carried out (`objects_since`), so that the books can be compared with it."""


class Gateway(Protocol):
    """
    What every gateway can do. Amounts are Money; keys are the stored ones.

    A gateway that cannot do something (a bank knows no disputes) says so in `capabilities`, and refuses it with the
    code
    `unsupported`.
    """

    name: str
    capabilities: Capabilities
    signature_header: str
    """The HTTP header that carries a webhook's signature; empty where the provider sends no webhooks."""

    def open_checkout(self, request: CheckoutRequest) -> Checkout: ...

    def charge_outcome(self, session_id: str) -> ChargeOutcome: ...

    def close_checkout(self, session_id: str) -> None:
        """Let nobody pay there any more, where that is possible; a page that is paid or closed stays as it is."""
        ...

    def refund(self, request: RefundRequest) -> Movement: ...

    def find_refund(self, *, refund_id: UUID, payment_id: str) -> Movement | None: ...

    def open_recipient(self, request: RecipientRequest) -> Recipient: ...

    def transfer(self, request: TransferRequest) -> Transfer: ...

    def find_transfer(self, *, payout_id: UUID) -> Transfer | None: ...

    def pay_out(self, request: BankPayoutRequest) -> Movement: ...

    def find_payout(self, *, payout_id: UUID, account_id: str) -> Movement | None: ...

    def open_account(self, request: AccountRequest) -> str: ...

    def onboarding_page(self, account_id: str, *, return_url: str, refresh_url: str) -> OnboardingPage: ...

    def recipient_status(self, account_id: str, *, rail: str) -> RecipientStatus: ...

    def set_manual_payouts(self, account_id: str) -> None: ...

    def send_cross_border(self, request: OutboundRequest) -> Outbound: ...

    def find_cross_border(self, *, payout_id: UUID, account_id: str) -> Outbound | None: ...

    def payout_of_outbound(self, remote_id: str) -> str: ...

    def reverse_transfer(self, request: ReversalRequest) -> Reversal: ...

    def find_reversal(self, *, reversal_id: UUID, transfer_id: str) -> Reversal | None: ...

    def top_up(self, request: TopUpRequest) -> Movement: ...

    def find_top_up(self, *, top_up_id: UUID) -> Movement | None: ...

    def dispute(self, remote_id: str) -> DisputeReport: ...

    def submit_evidence(self, request: EvidenceRequest) -> DisputeReport: ...

    def payment_of_warning(self, remote_id: str) -> str: ...

    def balance(self, account_id: str = "") -> dict[str, Money]:
        """The platform's, or a recipient's; pending and available together."""
        ...

    def balance_lines(self, *, since: datetime) -> Iterator[BalanceLine]: ...

    def objects_since(self, since: datetime | None, *, account_id: str = "") -> Iterator[RemoteObject]:
        """
        What was created there since then (always, without it): payments, transfers and their reversals, refunds,
        top-ups and payouts abroad; with an account, the payouts of that recipient's account. In no order.
        """
        ...

    def events_since(self, since: datetime) -> Iterator[Webhook]: ...

    def read_webhook(self, body: bytes, signature: str, *, now: datetime) -> Webhook: ...

    def read_thin_webhook(self, body: bytes, signature: str, *, now: datetime) -> Webhook: ...
