from uuid import UUID

from apps.outbox import bus


@bus.event("disputes.opened")
class DisputeOpened:
    dispute_id: UUID
    contract_id: UUID
    opened_by_id: UUID
    respondent_id: UUID


@bus.event("disputes.said")
class DisputeSaid:
    """One side added a statement; `to_id` is the other side."""

    dispute_id: UUID
    statement_id: UUID
    to_id: UUID


@bus.event("disputes.split_proposed")
class SplitProposed:
    dispute_id: UUID
    proposal_id: UUID
    to_id: UUID


@bus.event("disputes.ended")
class DisputeEnded:
    """The dispute was settled, decided or withdrawn, or it lapsed; `status` says which."""

    dispute_id: UUID
    contract_id: UUID
    status: str


@bus.event("disputes.decided")
class DisputeDecided:
    """A decision by staff, for the log of staff actions."""

    dispute_id: UUID
    user_id: UUID
    freelancer_minor: int
    amount_minor: int
    currency: str
    reasons: str
