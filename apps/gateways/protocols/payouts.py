from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from apps.common.money import Money
from apps.gateways.protocols.movements import Movement
from apps.gateways.protocols.transfers import Transfer


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
    """The recipient's account at the processor, if only its bank changes."""


@dataclass(frozen=True, slots=True)
class Recipient:
    account_id: str
    last4: str
    bank_name: str
    payout_method_id: str = ""
    """For gateways without recipients' balances: the id that one call pays to."""


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """A payout from the platform directly to a foreign bank, without a balance of the recipient."""

    key: UUID
    payout_id: UUID
    account_id: str
    payout_method_id: str
    amount: Money
    source_currency: str
    terms: Mapping[str, str] = field(default_factory=dict)
    """See `TransferRequest.terms`."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """Both parts of a cross-border payout: the debit of the platform, and the state of the payout."""

    transfer: Transfer
    movement: Movement
