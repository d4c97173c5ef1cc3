"""What a gateway says that cannot do something: a rejection, with the code `unsupported`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from apps.gateways.errors import GatewayRefused, SignatureWrong
from apps.gateways.protocols.disputes import DisputeReport, EvidenceRequest
from apps.gateways.protocols.movements import Movement
from apps.gateways.protocols.onboarding import AccountRequest, OnboardingPage, RecipientStatus
from apps.gateways.protocols.payouts import BankPayoutRequest
from apps.gateways.protocols.statements import RemoteObject
from apps.gateways.protocols.top_ups import TopUpRequest
from apps.gateways.protocols.transfers import Reversal, ReversalRequest, Transfer, TransferRequest
from apps.gateways.protocols.webhooks import Webhook


class LimitedGateway:
    """Everything that a processor of cards can do and other gateways cannot."""

    name = ""
    signature_header = ""

    def _unsupported(self, what: str) -> NoReturn:
        raise GatewayRefused("unsupported", f"{self.name} cannot: {what}")

    def close_checkout(self, session_id: str) -> None:
        """Instructions that somebody has read cannot be taken back: what is paid all the same becomes credit."""

    def transfer(self, request: TransferRequest) -> Transfer:
        self._unsupported("keep balances of recipients")

    def find_transfer(self, *, payout_id: UUID) -> Transfer | None:
        return None

    def pay_out(self, request: BankPayoutRequest) -> Movement:
        self._unsupported("keep balances of recipients")

    def find_payout(self, *, payout_id: UUID, account_id: str) -> Movement | None:
        return None

    def open_account(self, request: AccountRequest) -> str:
        self._unsupported("ask recipients on pages of its own")

    def onboarding_page(self, account_id: str, *, return_url: str, refresh_url: str) -> OnboardingPage:
        self._unsupported("ask recipients on pages of its own")

    def recipient_status(self, account_id: str, *, rail: str) -> RecipientStatus:
        self._unsupported("ask recipients on pages of its own")

    def set_manual_payouts(self, account_id: str) -> None:
        self._unsupported("keep balances of recipients")

    def reverse_transfer(self, request: ReversalRequest) -> Reversal:
        self._unsupported("take money back")

    def find_reversal(self, *, reversal_id: UUID, transfer_id: str) -> Reversal | None:
        return None

    def top_up(self, request: TopUpRequest) -> Movement:
        self._unsupported("fetch money from another bank")

    def find_top_up(self, *, top_up_id: UUID) -> Movement | None:
        return None

    def dispute(self, remote_id: str) -> DisputeReport:
        self._unsupported("be disputed")

    def submit_evidence(self, request: EvidenceRequest) -> DisputeReport:
        self._unsupported("be disputed")

    def payment_of_warning(self, remote_id: str) -> str:
        self._unsupported("warn of fraud")

    def objects_since(self, since: datetime | None, *, account_id: str = "") -> Iterator[RemoteObject]:
        yield from ()

    def events_since(self, since: datetime) -> Iterator[Webhook]:
        yield from ()

    def read_webhook(self, body: bytes, signature: str, *, now: datetime) -> Webhook:
        raise SignatureWrong(f"{self.name} sends no notices")

    def read_thin_webhook(self, body: bytes, signature: str, *, now: datetime) -> Webhook:
        raise SignatureWrong(f"{self.name} sends no notices")
