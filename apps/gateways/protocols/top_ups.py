from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable
from uuid import UUID

from apps.common.money import Money
from apps.gateways.protocols.movements import Movement


@dataclass(frozen=True, slots=True)
class TopUpRequest:
    """A transfer from the platform's own bank to its balance at the processor."""

    key: UUID
    top_up_id: UUID
    amount: Money
    memo: str


@runtime_checkable
class TopUps(Protocol):
    """For gateways that can debit the platform's bank account."""

    def top_up(self, request: TopUpRequest) -> Movement: ...

    def find_top_up(self, *, top_up_id: UUID) -> Movement | None: ...
