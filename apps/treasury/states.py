"""The states of a top-up, an internal transfer and a suspense item."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, when


class TopUpStatus(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    SUBMITTED = "submitted", _("On its way")
    SUCCEEDED = "succeeded", _("Arrived")
    FAILED = "failed", _("Failed")


TOP_UP = Machine(
    "top_up",
    TopUpStatus,
    TopUpStatus.REQUESTED,
    {
        "submit": when(TopUpStatus.REQUESTED, to=TopUpStatus.SUBMITTED, says="The processor asks our bank for it."),
        "succeed": when(
            TopUpStatus.REQUESTED, TopUpStatus.SUBMITTED, to=TopUpStatus.SUCCEEDED, says="The processor has the money.",
        ),
        "fail": when(
            TopUpStatus.REQUESTED, TopUpStatus.SUBMITTED, to=TopUpStatus.FAILED, says="A definite no: nothing moved.",
        ),
    },
    {
        TopUpStatus.REQUESTED: "Written down with its key; the outcome is unknown until the processor has answered.",
        TopUpStatus.SUBMITTED: "The processor has it; our bank has not answered yet.",
        TopUpStatus.SUCCEEDED: "On the platform's balance, and in the books as capital.",
        TopUpStatus.FAILED: "Nothing moved.",
    },
)  # fmt: skip


class CashMoveStatus(models.TextChoices):
    PROPOSED = "proposed", _("Waiting for a second person")
    AGREED = "agreed", _("To be made by hand")
    LEFT = "left", _("On its way")
    ARRIVED = "arrived", _("Arrived")
    CALLED_OFF = "called_off", _("Called off")


CASH_MOVE = Machine(
    "cash_move",
    CashMoveStatus,
    CashMoveStatus.PROPOSED,
    {
        "agree": when(
            CashMoveStatus.PROPOSED, to=CashMoveStatus.AGREED, says="Another member of staff agrees and makes it.",
        ),
        "call_off": when(
            CashMoveStatus.PROPOSED, CashMoveStatus.AGREED, to=CashMoveStatus.CALLED_OFF,
            says="It is not made after all.",
        ),
        "leave": when(CashMoveStatus.AGREED, to=CashMoveStatus.LEFT, says="The first door's own books show it."),
        "arrive": when(CashMoveStatus.LEFT, to=CashMoveStatus.ARRIVED, says="The other door's own books show it."),
    },
    {
        CashMoveStatus.PROPOSED: "One member of staff wants it; nothing is promised.",
        CashMoveStatus.AGREED: "No withdrawal counts on this cash any more; no door has shown it yet.",
        CashMoveStatus.LEFT: "On the account of its own between the doors.",
        CashMoveStatus.ARRIVED: "At the other door; its account is at nothing.",
        CashMoveStatus.CALLED_OFF: "Nothing moved.",
    },
)  # fmt: skip


class SuspenseStatus(models.TextChoices):
    OPEN = "open", _("To be looked at")
    PROPOSED = "proposed", _("A booking is proposed")
    RESOLVED = "resolved", _("Resolved")
    CLEARED = "cleared", _("Explained automatically")


SUSPENSE = Machine(
    "suspense",
    SuspenseStatus,
    SuspenseStatus.OPEN,
    {
        "propose": when(
            SuspenseStatus.OPEN, SuspenseStatus.PROPOSED, to=SuspenseStatus.PROPOSED,
            says="One member of staff says where it belongs and why.",
        ),
        "confirm": when(
            SuspenseStatus.PROPOSED, to=SuspenseStatus.RESOLVED,
            says="Another member of staff agrees: the entry is written.",
        ),
        "reject": when(SuspenseStatus.PROPOSED, to=SuspenseStatus.OPEN, says="Another booking is wanted."),
        "clear": when(
            SuspenseStatus.OPEN, SuspenseStatus.PROPOSED, to=SuspenseStatus.CLEARED,
            says="The missing counterpart came after all: the entry is undone.",
        ),
    },
    {
        SuspenseStatus.OPEN: "Processor and books differ here; nobody has said why.",
        SuspenseStatus.PROPOSED: "Waits for a second person.",
        SuspenseStatus.RESOLVED: "Booked where it belongs.",
        SuspenseStatus.CLEARED: "The counterpart came late; nothing is left.",
    },
)  # fmt: skip
