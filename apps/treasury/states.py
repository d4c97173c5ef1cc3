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
        "submit": when(
            TopUpStatus.REQUESTED, to=TopUpStatus.SUBMITTED,
            says="The processor requests the money from our bank.",
        ),
        "succeed": when(
            TopUpStatus.REQUESTED, TopUpStatus.SUBMITTED, to=TopUpStatus.SUCCEEDED,
            says="The processor has received the money.",
        ),
        "fail": when(
            TopUpStatus.REQUESTED, TopUpStatus.SUBMITTED, to=TopUpStatus.FAILED,
            says="It was rejected: no money moved.",
        ),
    },
    {
        TopUpStatus.REQUESTED: "Recorded with its key; the outcome is unknown until the processor answers.",
        TopUpStatus.SUBMITTED: "The processor has accepted it; our bank has not answered yet.",
        TopUpStatus.SUCCEEDED: "The money is on the platform's balance and booked as capital.",
        TopUpStatus.FAILED: "No money moved.",
    },
)  # fmt: skip


class InternalTransferStatus(models.TextChoices):
    PROPOSED = "proposed", _("Waiting for a second person")
    AGREED = "agreed", _("To be made by hand")
    LEFT = "left", _("On its way")
    ARRIVED = "arrived", _("Arrived")
    CANCELLED = "cancelled", _("Cancelled")


INTERNAL_TRANSFER = Machine(
    "internal_transfer",
    InternalTransferStatus,
    InternalTransferStatus.PROPOSED,
    {
        "approve": when(
            InternalTransferStatus.PROPOSED, to=InternalTransferStatus.AGREED,
            says="A second member of staff approves it and makes the transfer at the provider.",
        ),
        "cancel": when(
            InternalTransferStatus.PROPOSED, InternalTransferStatus.AGREED, to=InternalTransferStatus.CANCELLED,
            says="Staff cancel it before it is made.",
        ),
        "leave": when(
            InternalTransferStatus.AGREED, to=InternalTransferStatus.LEFT,
            says="The source gateway's own records show it.",
        ),
        "arrive": when(
            InternalTransferStatus.LEFT, to=InternalTransferStatus.ARRIVED,
            says="The target gateway's own records show it.",
        ),
    },
    {
        InternalTransferStatus.PROPOSED: "Proposed by one member of staff; no cash is reserved.",
        InternalTransferStatus.AGREED: "No withdrawal can use this cash any more; neither gateway has shown it yet.",
        InternalTransferStatus.LEFT: "The cash is on the transfer's own ledger account, between the two gateways.",
        InternalTransferStatus.ARRIVED: "The cash is at the target gateway; the transfer's own account is empty.",
        InternalTransferStatus.CANCELLED: "No money moved.",
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
            says="One member of staff proposes a booking and gives the reason.",
        ),
        "confirm": when(
            SuspenseStatus.PROPOSED, to=SuspenseStatus.RESOLVED,
            says="Another member of staff agrees: the journal entry is written.",
        ),
        "reject": when(
            SuspenseStatus.PROPOSED, to=SuspenseStatus.OPEN,
            says="Staff reject the proposed booking; another one can be proposed.",
        ),
        "clear": when(
            SuspenseStatus.OPEN, SuspenseStatus.PROPOSED, to=SuspenseStatus.CLEARED,
            says="The missing counterpart arrived later: the suspense entry is reversed.",
        ),
    },
    {
        SuspenseStatus.OPEN: "The processor and the books differ; the difference is not explained yet.",
        SuspenseStatus.PROPOSED: "A booking is proposed and waits for a second person.",
        SuspenseStatus.RESOLVED: "Booked to the right account.",
        SuspenseStatus.CLEARED: "The counterpart arrived later; nothing remains in suspense.",
    },
)  # fmt: skip
