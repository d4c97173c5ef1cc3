from uuid import UUID

from apps.outbox import bus


@bus.event("contracts.offered")
class ContractOffered:
    contract_id: UUID


@bus.event("contracts.accepted")
class ContractAccepted:
    contract_id: UUID


@bus.event("contracts.offer_ended")
class OfferEnded:
    """The offer was declined, taken back or has lapsed; `status` says which."""

    contract_id: UUID
    status: str


@bus.event("contracts.milestone_funded")
class MilestoneFunded:
    contract_id: UUID
    milestone_id: UUID


@bus.event("contracts.payment_failed")
class MilestonePaymentFailed:
    contract_id: UUID
    milestone_id: UUID


@bus.event("contracts.delivered")
class WorkDelivered:
    contract_id: UUID
    milestone_id: UUID
    deliverable_id: UUID


@bus.event("contracts.revision_requested")
class RevisionRequested:
    contract_id: UUID
    milestone_id: UUID
    number: int


@bus.event("contracts.milestone_approved")
class MilestoneApproved:
    """`amount_minor` was released (before commission); `is_whole` if nothing is left to release."""

    contract_id: UUID
    milestone_id: UUID
    amount_minor: int
    currency: str
    is_whole: bool
    by_clock: bool


@bus.event("contracts.funding_reminder")
class FundingReminder:
    """The next milestone has waited for money for so many days; after the last one no more reminders follow."""

    contract_id: UUID
    milestone_id: UUID
    days: int
    is_last: bool


@bus.event("contracts.review_reminder")
class ReviewReminder:
    contract_id: UUID
    milestone_id: UUID
    days_left: int


@bus.event("contracts.milestone_overdue")
class MilestoneOverdue:
    contract_id: UUID
    milestone_id: UUID


@bus.event("contracts.cancellation_proposed")
class CancellationProposed:
    contract_id: UUID
    proposal_id: UUID


@bus.event("contracts.cancellation_answered")
class CancellationAnswered:
    contract_id: UUID
    proposal_id: UUID
    is_accepted: bool


@bus.event("contracts.change_proposed")
class ChangeProposed:
    """`is_counter` if it answers a proposal of the other side."""

    contract_id: UUID
    change_id: UUID
    is_counter: bool


@bus.event("contracts.change_answered")
class ChangeAnswered:
    """Accepted, declined, withdrawn or lapsed; `status` says which."""

    contract_id: UUID
    change_id: UUID
    status: str


@bus.event("contracts.notice_given")
class NoticeGiven:
    """The employer set a last date for late work."""

    contract_id: UUID
    milestone_id: UUID
    notice_id: UUID


@bus.event("contracts.notice_ended")
class NoticeEnded:
    """`status` says how: withdrawn, enforced (the work ended), appealed, upheld, overturned."""

    contract_id: UUID
    milestone_id: UUID
    notice_id: UUID
    status: str


@bus.event("contracts.bonus_paid")
class BonusPaid:
    """The bonus arrived and was released to the freelancer."""

    contract_id: UUID
    bonus_id: UUID


@bus.event("contracts.completed")
class ContractCompleted:
    contract_id: UUID
    employer_id: UUID
    freelancer_id: UUID


@bus.event("contracts.ended")
class ContractEnded:
    """The contract ended without being completed; `status` says how."""

    contract_id: UUID
    employer_id: UUID
    freelancer_id: UUID
    status: str
