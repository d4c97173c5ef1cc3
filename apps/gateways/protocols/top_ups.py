from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from apps.common.money import Money


@dataclass(frozen=True, slots=True)
class TopUpRequest:
    """From the platform's own bank onto its balance at the processor."""

    key: UUID
    top_up_id: UUID
    amount: Money
    memo: str
