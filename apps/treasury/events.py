from uuid import UUID

from apps.outbox import bus


@bus.event("treasury.operation_recorded")
class TreasuryOperationRecorded:
    """For the log of staff operations."""

    operation_id: UUID
    kind: str
    subject: str
    amount_minor: int
    currency: str
    user_id: UUID | None
    reason: str


@bus.event("treasury.reconciliation_differed")
class ReconciliationDiffered:
    """Unexplained differences were moved to suspense: staff have to check them."""

    run_id: UUID
    gateway: str
    items: int


@bus.event("treasury.suspense_resolved")
class SuspenseResolved:
    """For the log of staff operations: who proposed the booking and who confirmed it."""

    item_id: UUID
    number: str
    amount_minor: int
    currency: str
    target: str
    proposed_by_id: UUID
    confirmed_by_id: UUID
    reason: str


@bus.event("treasury.internal_transfer_approved")
class InternalTransferApproved:
    """For the log of staff operations: who proposed the transfer between two gateways and who approved it."""

    transfer_id: UUID
    number: str
    source: str
    target: str
    amount_minor: int
    currency: str
    proposed_by_id: UUID
    agreed_by_id: UUID
    reason: str
