from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID


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


@runtime_checkable
class Onboarding(Protocol):
    """Recipients say on pages of the gateway who they are and where they are paid."""

    def open_account(self, request: AccountRequest) -> str: ...

    def onboarding_page(self, account_id: str, *, return_url: str, refresh_url: str) -> OnboardingPage: ...

    def recipient_status(self, account_id: str, *, rail: str) -> RecipientStatus: ...
