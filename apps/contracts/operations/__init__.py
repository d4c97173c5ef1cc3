"""Agreement (`awarding`), the work and its payment (`working`), stopping (`stopping`), disputes (`disputing`)."""

from apps.contracts.operations.awarding import accept_offer, award, decline_offer, lapse_offer, take_back_offer
from apps.contracts.operations.disputing import (
    dispute_milestone,
    milestone_charged_back,
    resume_milestone,
    settle_milestone,
)
from apps.contracts.operations.stopping import (
    accept_cancellation,
    decline_cancellation,
    propose_cancellation,
    withdraw_cancellation,
)
from apps.contracts.operations.working import (
    AmountTooLarge,
    ChecklistIncomplete,
    NothingHeld,
    TextMissing,
    approve_by_clock,
    approve_milestone,
    ask_approval,
    deliver,
    fund_milestone,
    milestone_funded,
    milestone_hold_ended,
    milestone_payment_failed,
    prepare_funding,
    remind_of_review,
    request_revision,
)

__all__ = [
    "AmountTooLarge",
    "ChecklistIncomplete",
    "NothingHeld",
    "TextMissing",
    "accept_cancellation",
    "accept_offer",
    "approve_by_clock",
    "approve_milestone",
    "ask_approval",
    "award",
    "decline_cancellation",
    "decline_offer",
    "deliver",
    "dispute_milestone",
    "fund_milestone",
    "lapse_offer",
    "milestone_charged_back",
    "milestone_funded",
    "milestone_hold_ended",
    "milestone_payment_failed",
    "prepare_funding",
    "propose_cancellation",
    "remind_of_review",
    "request_revision",
    "resume_milestone",
    "settle_milestone",
    "take_back_offer",
    "withdraw_cancellation",
]
