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
    """The recipient's account at the processor, when only the bank behind it changes."""


@dataclass(frozen=True, slots=True)
class Recipient:
    account_id: str
    last4: str
    bank_name: str
    payout_method_id: str = ""
    """Where the gateway keeps no balances of recipients: what one call pays to."""


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
