from __future__ import annotations

import enum
from dataclasses import dataclass


class TransferState(enum.StrEnum):
    """The state of a refund or payout."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Movement:
    """A refund or bank payout in its present state at the processor."""

    remote_id: str
    state: TransferState
    failure_code: str = ""
