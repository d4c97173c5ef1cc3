from uuid import UUID

from apps.outbox import bus


@bus.event("reviews.submitted")
class ReviewSubmitted:
    """One side has written its review; the other side is notified without its content."""

    contract_id: UUID
    author_id: UUID
    subject_id: UUID


@bus.event("reviews.published")
class ReviewPublished:
    review_id: UUID
    contract_id: UUID
    author_id: UUID
    subject_id: UUID


@bus.event("reviews.replied")
class ReviewReplied:
    review_id: UUID
    author_id: UUID
    subject_id: UUID
