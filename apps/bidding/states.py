"""States and transitions of a bid."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, stays, when


class BidStatus(models.TextChoices):
    SUBMITTED = "submitted", _("Submitted")
    SHORTLISTED = "shortlisted", _("Shortlisted")
    AWARDED = "awarded", _("Offer made")
    ACCEPTED = "accepted", _("Won")
    DECLINED = "declined", _("Declined")
    REPLACED = "replaced", _("Contract ended, offered to another")
    NOT_TAKEN = "not_taken", _("Not taken")
    REFUSED = "refused", _("Offer declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ExchangeBearer(models.TextChoices):
    """Who pays the marketplace's exchange margin when the payout currency differs from the contract's."""

    FREELANCER = "freelancer", _("I bear it: it is taken when I withdraw")
    EMPLOYER = "employer", _("The employer bears it: it is added to my price")


class DeclineReason(models.TextChoices):
    PRICE = "price", _("The price does not fit the budget")
    TIME = "time", _("The delivery date does not fit")
    SKILLS = "skills", _("Other skills or experience are needed")
    UNDERSTANDING = "understanding", _("The bid does not answer the brief")
    COMMUNICATION = "communication", _("Communication would be difficult")
    ANOTHER = "another", _("Another bid fits the brief better")
    TASK_CHANGED = "task_changed", _("The task has changed or is no longer needed")
    OTHER = "other", _("Another reason")


S = BidStatus
LIVE = (S.SUBMITTED, S.SHORTLISTED, S.AWARDED, S.ACCEPTED)
EDITABLE = (S.SUBMITTED, S.SHORTLISTED)
NOT_CHOSEN = (S.DECLINED, S.NOT_TAKEN)

BID = Machine(
    "bid",
    BidStatus,
    initial=S.SUBMITTED,
    meanings={
        S.SUBMITTED: "The employer can read it; in a sealed bid window, only after the window closes.",
        S.SHORTLISTED: "The bid is on the employer's shortlist.",
        S.AWARDED: "The employer offered a contract for this bid; the freelancer has not answered yet.",
        S.ACCEPTED: "The freelancer accepted the offer; the contract is active.",
        S.DECLINED: "The employer declined the bid and gave a reason.",
        S.REPLACED: "Its contract ended without being completed, and the work was offered to another bidder.",
        S.NOT_TAKEN: "Another bid was accepted, or the task ended.",
        S.REFUSED: "The freelancer declined the offered contract or did not answer in time.",
        S.WITHDRAWN: "The freelancer withdrew the bid.",
    },
    table={
        "shortlist": when(S.SUBMITTED, to=S.SHORTLISTED, says="The employer adds it to the shortlist."),
        "unshortlist": when(S.SHORTLISTED, to=S.SUBMITTED, says="The employer removes it from the shortlist."),
        "decline": when(S.SUBMITTED, S.SHORTLISTED, to=S.DECLINED, says="The employer declines it and gives a reason."),
        "withdraw": when(S.SUBMITTED, S.SHORTLISTED, to=S.WITHDRAWN, says="The freelancer withdraws it."),
        "award": when(S.SUBMITTED, S.SHORTLISTED, to=S.AWARDED, says="The employer offers a contract."),
        "award_again": when(
            S.NOT_TAKEN,
            to=S.AWARDED,
            says="The contract with another bidder ended early; the employer offers one here.",
        ),
        "replace": when(S.ACCEPTED, to=S.REPLACED, says="After an early end the work is offered to another bidder."),
        "return": when(S.AWARDED, to=S.NOT_TAKEN, says="The employer withdraws an offer made after an early end."),
        "accept": when(S.AWARDED, to=S.ACCEPTED, says="The freelancer accepts the contract."),
        "refuse": when(S.AWARDED, to=S.REFUSED, says="The freelancer declines the offer or does not answer in time."),
        "take_back": when(S.AWARDED, to=S.SUBMITTED, says="The employer withdraws the offer."),
        "pass_over": when(
            S.SUBMITTED, S.SHORTLISTED, to=S.NOT_TAKEN, says="Another bid was accepted, or the task ended."
        ),
        "explain": stays(S.NOT_TAKEN, says="The employer gives the reason afterwards, once."),
    },
)
