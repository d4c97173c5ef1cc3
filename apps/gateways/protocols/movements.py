from __future__ import annotations

import enum
from dataclasses import dataclass


class TransferState(enum.StrEnum):
    """Of refunds and payouts: money on its way out."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Movement:
    """A refund or bank payout as the processor has it now."""

    remote_id: str
    state: TransferState
    failure_code: str = ""
