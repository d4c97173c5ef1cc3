from uuid import UUID

from apps.outbox import bus


@bus.event("bidding.bid_submitted")
class BidSubmitted:
    bid_id: UUID
    task_id: UUID


@bus.event("bidding.bid_edited")
class BidEdited:
    bid_id: UUID
    task_id: UUID


@bus.event("bidding.bid_withdrawn")
class BidWithdrawn:
    bid_id: UUID
    task_id: UUID


@bus.event("bidding.bid_shortlisted")
class BidShortlisted:
    bid_id: UUID


@bus.event("bidding.bid_declined")
class BidDeclined:
    bid_id: UUID
    reason: str


@bus.event("bidding.bid_explained")
class BidExplained:
    """The employer gave the reason afterwards, why a bid was not taken."""

    bid_id: UUID
    reason: str


@bus.event("bidding.bid_not_taken")
class BidNotTaken:
    bid_id: UUID
    task_status: str
