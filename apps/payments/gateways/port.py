"""
The door to a payment processor, as the marketplace sees it: what it may ask, and what it hears back.

Every call that moves money carries a key that was stored before the call. A refusal is definite (`GatewayRefused`);
silence is not (`GatewayUnavailable`): the outcome is unknown until it is looked up.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from apps.common.money import Money


class GatewayUnavailable(Exception):
    """No answer, or none that can be relied on. The money may or may not have moved: look it up, never guess."""


class GatewayRefused(Exception):
    """A definite no: nothing moved. `code` is the processor's own word."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class SignatureWrong(Exception):
    """The notice was not sent by the processor, or too long ago, or from the future."""


class ChargeState(enum.StrEnum):
    OPEN = "open"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    EXPIRED = "expired"


class TransferState(enum.StrEnum):
    """Of refunds and payouts: money on its way out."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


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
    """`fee` and `fee_id` come from the processor's own books, never from arithmetic of ours."""

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


@dataclass(frozen=True, slots=True)
class RecipientRequest:
    key: UUID
    organization_id: UUID
    country: str
    currency: str
    holder_name: str
    account_number: str
    rail: str
    account_id: str = ""
    """The recipient's account at the processor, when only the bank behind it changes."""


@dataclass(frozen=True, slots=True)
class Recipient:
    account_id: str
    last4: str
    bank_name: str
    payout_method_id: str = ""
    """Where the door keeps no balances of recipients: what one call pays to."""


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """From the platform's balance to the recipient's account at the processor."""

    key: UUID
    payout_id: UUID
    account_id: str
    amount: Money
    terms: Mapping[str, str] = field(default_factory=dict)
    """The quote behind it, kept in the metadata: books that were restored can be completed from it."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """`debited` is what left the platform's balance: in another currency when the processor converted."""

    remote_id: str
    debited: Money


@dataclass(frozen=True, slots=True)
class BankPayoutRequest:
    """From the recipient's account at the processor to the recipient's bank."""

    key: UUID
    payout_id: UUID
    account_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Movement:
    """A refund or bank payout as the processor has it now."""

    remote_id: str
    state: TransferState
    failure_code: str = ""


@dataclass(frozen=True, slots=True)
class AccountRequest:
    """A recipient to be: the processor asks for the rest (identity, bank) on its own pages."""

    key: UUID
    organization_id: UUID
    country: str
    currency: str
    holder_name: str
    email: str
    rail: str


@dataclass(frozen=True, slots=True)
class OnboardingPage:
    """A page of the processor's, open for minutes and once."""

    url: str
    expires_at: datetime


class RecipientState(enum.StrEnum):
    INCOMPLETE = "incomplete"
    """The recipient has something left to fill in."""
    WAITING = "waiting"
    """The processor checks what was filled in."""
    READY = "ready"


@dataclass(frozen=True, slots=True)
class RecipientStatus:
    state: RecipientState
    last4: str = ""
    bank_name: str = ""
    payout_method_id: str = ""
    """The bank account as the rail abroad names it; empty on the other rail."""


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """From the platform straight to a bank abroad, no balance of the recipient's in between."""

    key: UUID
    payout_id: UUID
    account_id: str
    payout_method_id: str
    amount: Money
    source_currency: str
    terms: Mapping[str, str] = field(default_factory=dict)
    """As `TransferRequest.terms`."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """Both halves of a payout abroad: what left the platform, and how far it is."""

    transfer: Transfer
    movement: Movement


@dataclass(frozen=True, slots=True)
class ReversalRequest:
    """From the recipient's account at the processor back to the platform's balance."""

    key: UUID
    reversal_id: UUID
    """Ours, by which it is found again."""
    transfer_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Reversal:
    """A transfer taken back. `credited` may be in another currency, where the processor had converted it."""

    remote_id: str
    credited: Money


@dataclass(frozen=True, slots=True)
class TopUpRequest:
    """From the platform's own bank onto its balance at the processor."""

    key: UUID
    top_up_id: UUID
    amount: Money
    memo: str


class DisputeState(enum.StrEnum):
    """A word that we do not know is an open dispute: never won, never lost."""

    OPEN = "open"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"


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


@dataclass(frozen=True, slots=True)
class DisputeReport:
    """A payment that the buyer's bank takes back, with the lines by which it moved money."""

    remote_id: str
    payment_id: str
    state: DisputeState
    amount: Money
    reason: str
    evidence_due_at: datetime | None
    lines: tuple[BalanceLine, ...]


@dataclass(frozen=True, slots=True)
class EvidenceRequest:
    key: UUID
    dispute_id: str
    text: str
    product: str
    customer_name: str


class NoticeKind(enum.StrEnum):
    CHARGE = "charge"
    REFUND = "refund"
    PAYOUT = "payout"
    DISPUTE = "dispute"
    WARNING = "warning"
    ACCOUNT = "account"
    OUTBOUND = "outbound"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Notice:
    """A verified webhook. It only says which object to look at: its order and its content are not relied on."""

    event_id: str
    type: str
    kind: NoticeKind
    reference: str
    """
    Our own id of the charge, refund or payout, as we gave it to the processor; of what began at the processor
    (disputes, warnings, thin events) its id there.
    """
    payload: Mapping[str, Any]


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


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a door can do, to be asked before it is asked for. `currencies`: None where it takes every one."""

    currencies: frozenset[str] | None = None
    has_recipient_balances: bool = True
    """Payouts are a transfer and a payout; without, one call pays from the platform's balance (`send_abroad`)."""
    has_onboarding: bool = True
    has_disputes: bool = True
    has_notices: bool = True
    has_top_ups: bool = True
    pays_at_once: bool = True
    """Whoever pays is told within minutes; without, the payer sends money that arrives days later."""
    has_listing: bool = True
    """It lists what it carried out (`objects_since`), so that the books can be compared with it."""


class Gateway(Protocol):
    """
    What every door can do. Amounts are Money; keys are the stored ones.

    A door that cannot do something (a bank knows no disputes) says so in `capabilities`, and refuses it with the code
    `unsupported`.
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

    def transfer(self, request: TransferRequest) -> Transfer: ...

    def find_transfer(self, *, payout_id: UUID) -> Transfer | None: ...

    def pay_out(self, request: BankPayoutRequest) -> Movement: ...

    def find_payout(self, *, payout_id: UUID, account_id: str) -> Movement | None: ...

    def open_account(self, request: AccountRequest) -> str: ...

    def onboarding_page(self, account_id: str, *, return_url: str, refresh_url: str) -> OnboardingPage: ...

    def recipient_status(self, account_id: str, *, rail: str) -> RecipientStatus: ...

    def set_manual_payouts(self, account_id: str) -> None: ...

    def send_abroad(self, request: OutboundRequest) -> Outbound: ...

    def find_abroad(self, *, payout_id: UUID, account_id: str) -> Outbound | None: ...

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

    def notices_since(self, since: datetime) -> Iterator[Notice]: ...

    def read_notice(self, body: bytes, signature: str, *, now: datetime) -> Notice: ...

    def read_thin_notice(self, body: bytes, signature: str, *, now: datetime) -> Notice: ...
