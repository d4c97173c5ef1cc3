from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable
from uuid import UUID

from apps.common.money import Money
from apps.gateways.protocols.movements import Movement


@dataclass(frozen=True, slots=True)
class TopUpRequest:
    """From the platform's own bank onto its balance at the processor."""

    key: UUID
    top_up_id: UUID
    amount: Money
    memo: str


@runtime_checkable
class TopUps(Protocol):
    """The platform's own money can be fetched from its bank."""

    def top_up(self, request: TopUpRequest) -> Movement: ...

    def find_top_up(self, *, top_up_id: UUID) -> Movement | None: ...
