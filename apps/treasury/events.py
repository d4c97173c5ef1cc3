from uuid import UUID

from apps.outbox import bus


@bus.fact("treasury.treasury_acted")
class TreasuryActed:
    """For the log of the staff's acts."""

    act_id: UUID
    kind: str
    subject: str
    amount_minor: int
    currency: str
    user_id: UUID | None
    reason: str


@bus.fact("treasury.reconciliation_differed")
class ReconciliationDiffered:
    """Differences that nothing explained were put aside: staff have to look."""

    run_id: UUID
    gateway: str
    items: int


@bus.fact("treasury.suspense_resolved")
class SuspenseResolved:
    """For the log of the staff's acts: who proposed the booking, and who confirmed it."""

    item_id: UUID
    number: str
    amount_minor: int
    currency: str
    target: str
    proposed_by_id: UUID
    confirmed_by_id: UUID
    reason: str


@bus.fact("treasury.cash_move_agreed")
class CashMoveAgreed:
    """For the log of the staff's acts: who wanted cash moved between two doors, and who agreed."""

    move_id: UUID
    number: str
    source: str
    target: str
    amount_minor: int
    currency: str
    proposed_by_id: UUID
    agreed_by_id: UUID
    reason: str
