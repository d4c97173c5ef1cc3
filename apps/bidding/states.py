"""States and transitions of a bid."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, when


class BidStatus(models.TextChoices):
    SUBMITTED = "submitted", _("Submitted")
    SHORTLISTED = "shortlisted", _("Shortlisted")
    AWARDED = "awarded", _("Offer made")
    ACCEPTED = "accepted", _("Won")
    DECLINED = "declined", _("Declined")
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
    OTHER = "other", _("Another reason")


S = BidStatus
LIVE = (S.SUBMITTED, S.SHORTLISTED, S.AWARDED, S.ACCEPTED)
EDITABLE = (S.SUBMITTED, S.SHORTLISTED)

BID = Machine(
    "bid",
    BidStatus,
    initial=S.SUBMITTED,
    meanings={
        S.SUBMITTED: "The employer has it (or will, when a sealed window closes).",
        S.SHORTLISTED: "The employer keeps it in the closer choice.",
        S.AWARDED: "The employer offered a contract on it; the freelancer decides.",
        S.ACCEPTED: "The freelancer accepted; a contract is at work.",
        S.DECLINED: "The employer said no, with a reason.",
        S.NOT_TAKEN: "Another bid was taken, or the task ended.",
        S.REFUSED: "The freelancer declined the offered contract.",
        S.WITHDRAWN: "The freelancer took it back.",
    },
    table={
        "shortlist": when(S.SUBMITTED, to=S.SHORTLISTED, says="The employer keeps it in the closer choice."),
        "unshortlist": when(S.SHORTLISTED, to=S.SUBMITTED, says="The employer takes it off the shortlist."),
        "decline": when(S.SUBMITTED, S.SHORTLISTED, to=S.DECLINED, says="The employer says no, with a reason."),
        "withdraw": when(S.SUBMITTED, S.SHORTLISTED, to=S.WITHDRAWN, says="The freelancer takes it back."),
        "award": when(S.SUBMITTED, S.SHORTLISTED, to=S.AWARDED, says="The employer offers a contract."),
        "accept": when(S.AWARDED, to=S.ACCEPTED, says="The freelancer accepts the contract."),
        "refuse": when(S.AWARDED, to=S.REFUSED, says="The freelancer declines, or lets the offer lapse."),
        "take_back": when(S.AWARDED, to=S.SUBMITTED, says="The employer takes the offer back."),
        "pass_over": when(
            S.SUBMITTED, S.SHORTLISTED, to=S.NOT_TAKEN, says="Another bid was accepted, or the task ended."
        ),
    },
)
