from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AccountRequest:
    """A new recipient. The processor asks for the rest (identity, bank) on its own pages."""

    key: UUID
    organization_id: UUID
    country: str
    currency: str
    holder_name: str
    email: str
    rail: str


@dataclass(frozen=True, slots=True)
class OnboardingPage:
    """A page of the processor, valid for a few minutes and for one visit."""

    url: str
    expires_at: datetime


class RecipientState(enum.StrEnum):
    INCOMPLETE = "incomplete"
    """The recipient has to provide more data."""
    WAITING = "waiting"
    """The processor checks the data."""
    READY = "ready"


@dataclass(frozen=True, slots=True)
class RecipientStatus:
    state: RecipientState
    last4: str = ""
    bank_name: str = ""
    payout_method_id: str = ""
    """The bank account's id on the cross-border rail; empty on other rails."""


@runtime_checkable
class Onboarding(Protocol):
    """For gateways on whose pages recipients enter their identity and bank."""

    def open_account(self, request: AccountRequest) -> str: ...

    def onboarding_page(self, account_id: str, *, return_url: str, refresh_url: str) -> OnboardingPage: ...

    def recipient_status(self, account_id: str, *, rail: str) -> RecipientStatus: ...
