from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable
from uuid import UUID

from apps.common.money import Money
from apps.gateways.protocols.movements import Movement


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """A transfer from the platform's balance to the recipient's account at the processor."""

    key: UUID
    payout_id: UUID
    account_id: str
    amount: Money
    terms: Mapping[str, str] = field(default_factory=dict)
    """The terms of the quote, kept in the metadata: restored books can be completed from it."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """
    `debited` is the amount debited from the platform's balance, in another currency if the processor converted it.
    """

    remote_id: str
    debited: Money


@dataclass(frozen=True, slots=True)
class ReversalRequest:
    """A reversal from the recipient's account at the processor back to the platform's balance."""

    key: UUID
    reversal_id: UUID
    """Our id, used to find it again."""
    transfer_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Reversal:
    """A reversed transfer. `credited` may be in another currency if the processor had converted the transfer."""

    remote_id: str
    credited: Money


@dataclass(frozen=True, slots=True)
class BankPayoutRequest:
    """A payout from the recipient's account at the processor to the recipient's bank."""

    key: UUID
    payout_id: UUID
    account_id: str
    amount: Money


@runtime_checkable
class RecipientBalances(Protocol):
    """For gateways where a payout is a transfer to a balance of the recipient, then a payout from there to the bank."""

    def transfer(self, request: TransferRequest) -> Transfer: ...

    def find_transfer(self, *, payout_id: UUID) -> Transfer | None: ...

    def pay_out(self, request: BankPayoutRequest) -> Movement: ...

    def find_payout(self, *, payout_id: UUID, account_id: str) -> Movement | None: ...

    def set_manual_payouts(self, account_id: str) -> None: ...

    def reverse_transfer(self, request: ReversalRequest) -> Reversal: ...

    def find_reversal(self, *, reversal_id: UUID, transfer_id: str) -> Reversal | None: ...
