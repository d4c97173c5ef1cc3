from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable
from uuid import UUID

from apps.common.money import Money
from apps.gateways.protocols.movements import Movement


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
class BankPayoutRequest:
    """From the recipient's account at the processor to the recipient's bank."""

    key: UUID
    payout_id: UUID
    account_id: str
    amount: Money


@runtime_checkable
class RecipientBalances(Protocol):
    """A payout is a transfer to a balance of the recipient at the gateway, and a payout from there to the bank."""

    def transfer(self, request: TransferRequest) -> Transfer: ...

    def find_transfer(self, *, payout_id: UUID) -> Transfer | None: ...

    def pay_out(self, request: BankPayoutRequest) -> Movement: ...

    def find_payout(self, *, payout_id: UUID, account_id: str) -> Movement | None: ...

    def set_manual_payouts(self, account_id: str) -> None: ...

    def reverse_transfer(self, request: ReversalRequest) -> Reversal: ...

    def find_reversal(self, *, reversal_id: UUID, transfer_id: str) -> Reversal | None: ...
