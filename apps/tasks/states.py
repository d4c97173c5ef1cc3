"""States and transitions of a task."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, when


class TaskStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open for bids")
    DECIDING = "deciding", _("Choosing")
    AWARDED = "awarded", _("Awarded")
    COMPLETED = "completed", _("Completed")
    CLOSED = "closed", _("Closed without award")
    EXPIRED = "expired", _("Decision deadline passed")
    CANCELLED = "cancelled", _("Cancelled")


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Everybody can find and bid")
    INVITED = "invited", _("Only freelancers I invite")


class BidWindow(models.TextChoices):
    OPEN = "open", _("I see bids as they come in")
    SEALED = "sealed", _("Sealed: nobody reads bids until bidding closes")


class BudgetKind(models.TextChoices):
    FIXED = "fixed", _("One fixed amount")
    RANGE = "range", _("From … to …")


class AlertPace(models.TextChoices):
    """How often somebody hears of new tasks that a saved search finds."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")
    OFF = "off", _("Never")


class InvitationState(models.TextChoices):
    """What became of an invitation; derived, never stored."""

    PREPARED = "prepared", _("Sent when the task is published")
    WAITING = "waiting", _("No answer yet")
    BID = "bid", _("Has placed a bid")
    DECLINED = "declined", _("Declined")
    OVER = "over", _("Bidding is over")


S = TaskStatus
TASK = Machine(
    "task",
    TaskStatus,
    initial=S.DRAFT,
    meanings={
        S.DRAFT: "Only the employer sees it; it is saved automatically.",
        S.OPEN: "Freelancers can find it and bid until the bid window closes.",
        S.DECIDING: "Bidding is closed; the employer compares bids until the decision deadline.",
        S.AWARDED: "The employer chose a bid; its contract is offered or active.",
        S.COMPLETED: "The contract was completed and paid in full.",
        S.CLOSED: "The employer took none of the bids, or the contract ended without being completed.",
        S.EXPIRED: "No bid was chosen by the decision deadline, so the task closed automatically.",
        S.CANCELLED: "The employer cancelled it before choosing a bid.",
    },
    table={
        "publish": when(S.DRAFT, to=S.OPEN, says="The employer publishes a complete brief."),
        "close_bidding": when(S.OPEN, to=S.DECIDING, says="The bid window closes (automatic)."),
        "offer": when(
            S.DRAFT, to=S.AWARDED, says="The employer offers the work to one person, without asking for bids."
        ),
        "award": when(S.OPEN, S.DECIDING, to=S.AWARDED, says="The employer offers a contract to one bidder."),
        "reopen": when(S.AWARDED, to=S.DECIDING, says="The offer was declined, withdrawn or not answered in time."),
        "complete": when(S.AWARDED, to=S.COMPLETED, says="The contract was completed."),
        "end": when(S.AWARDED, to=S.CLOSED, says="The contract ended without being completed."),
        "award_again": when(
            S.CLOSED, to=S.AWARDED, says="After a contract ended early, the employer offers one to another bidder."
        ),
        "close": when(S.OPEN, S.DECIDING, to=S.CLOSED, says="The employer takes none of the bids."),
        "expire": when(S.OPEN, S.DECIDING, to=S.EXPIRED, says="The decision deadline passes (automatic)."),
        "cancel": when(S.DRAFT, S.OPEN, S.DECIDING, to=S.CANCELLED, says="The employer cancels the task."),
    },
)
