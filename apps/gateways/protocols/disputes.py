from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from apps.common.money import Money
from apps.gateways.protocols.statements import BalanceLine


class DisputeState(enum.StrEnum):
    """An unknown status counts as open: never as won or lost."""

    OPEN = "open"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class DisputeReport:
    """A payment that the buyer's bank takes back, with the balance lines that moved the money."""

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


@runtime_checkable
class Disputes(Protocol):
    """For gateways whose payers' banks can take a payment back or warn of fraud."""

    def dispute(self, remote_id: str) -> DisputeReport: ...

    def submit_evidence(self, request: EvidenceRequest) -> DisputeReport: ...

    def payment_of_warning(self, remote_id: str) -> str: ...
