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
            TopUpStatus.REQUESTED, TopUpStatus.SUBMITTED, to=TopUpStatus.FAILED, says="A rejection: nothing moved.",
        ),
    },
    {
        TopUpStatus.REQUESTED: "Written down with its key; the outcome is unknown until the processor has answered.",
        TopUpStatus.SUBMITTED: "The processor has it; our bank has not answered yet.",
        TopUpStatus.SUCCEEDED: "On the platform's balance, and in the books as capital.",
        TopUpStatus.FAILED: "Nothing moved.",
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
            says="A second member of staff approves it and makes it at the provider.",
        ),
        "cancel": when(
            InternalTransferStatus.PROPOSED, InternalTransferStatus.AGREED, to=InternalTransferStatus.CANCELLED,
            says="It is not made after all.",
        ),
        "leave": when(
            InternalTransferStatus.AGREED, to=InternalTransferStatus.LEFT, says="The source's own books show it.",
        ),
        "arrive": when(
            InternalTransferStatus.LEFT, to=InternalTransferStatus.ARRIVED, says="The target's own books show it.",
        ),
    },
    {
        InternalTransferStatus.PROPOSED: "Proposed by one member of staff; nothing is committed.",
        InternalTransferStatus.AGREED: "No withdrawal counts on this cash any more; no gateway has shown it yet.",
        InternalTransferStatus.LEFT: "On an account of its own between the two gateways.",
        InternalTransferStatus.ARRIVED: "At the target; its account is empty.",
        InternalTransferStatus.CANCELLED: "Nothing moved.",
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
