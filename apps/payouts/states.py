"""The states of a payout, a payout account and a transfer reversal."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, when


class PayoutStatus(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    SENDING = "sending", _("Being sent")
    SUBMITTED = "submitted", _("On its way to the bank")
    PAID = "paid", _("Paid out")
    FAILED = "failed", _("Failed")
    RETURNED = "returned", _("Returned by the bank")


PAYOUT = Machine(
    "payout",
    PayoutStatus,
    PayoutStatus.REQUESTED,
    {
        "claim": when(
            PayoutStatus.REQUESTED, PayoutStatus.SENDING, to=PayoutStatus.SENDING,
            says="A worker takes it for a while; after that any other may.",
        ),
        "submit": when(PayoutStatus.SENDING, to=PayoutStatus.SUBMITTED, says="The processor has taken it."),
        "pay": when(PayoutStatus.SUBMITTED, to=PayoutStatus.PAID, says="The bank has it."),
        "fail": when(
            PayoutStatus.SENDING, PayoutStatus.SUBMITTED, to=PayoutStatus.FAILED,
            says="A rejection: the money is back in the freelancer's balance.",
        ),
        "return": when(
            PayoutStatus.PAID, to=PayoutStatus.RETURNED,
            says="The bank sent it back after all: the money is back in the freelancer's balance.",
        ),
    },
    {
        PayoutStatus.REQUESTED: "Reserved in the books at a fixed rate; not sent yet.",
        PayoutStatus.SENDING: "Being sent; the outcome is unknown until the processor has answered.",
        PayoutStatus.SUBMITTED: "The processor has it and pays it to the bank.",
        PayoutStatus.PAID: "At the freelancer's bank.",
        PayoutStatus.FAILED: "Not paid; the money is back in the balance.",
        PayoutStatus.RETURNED: "Paid and then sent back by the bank; the money is back in the balance.",
    },
)  # fmt: skip


PAYOUT_WAITING = (PayoutStatus.REQUESTED, PayoutStatus.SENDING)


PAYOUT_UNFINISHED = (PayoutStatus.REQUESTED, PayoutStatus.SENDING, PayoutStatus.SUBMITTED)


class PayoutAccountStatus(models.TextChoices):
    PENDING = "pending", _("Being set up")
    ONBOARDING = "onboarding", _("To be completed at the payment processor")
    ACTIVE = "active", _("Ready")
    REFUSED = "refused", _("Refused")
    REPLACED = "replaced", _("Replaced")


PAYOUT_ACCOUNT = Machine(
    "payout_account",
    PayoutAccountStatus,
    PayoutAccountStatus.PENDING,
    {
        "onboard": when(
            PayoutAccountStatus.PENDING, to=PayoutAccountStatus.ONBOARDING,
            says="The processor has opened an account; its own pages ask for the bank and who is paid.",
        ),
        "activate": when(
            PayoutAccountStatus.PENDING, PayoutAccountStatus.ONBOARDING, to=PayoutAccountStatus.ACTIVE,
            says="The processor knows the bank account.",
        ),
        "refuse": when(
            PayoutAccountStatus.PENDING, PayoutAccountStatus.ONBOARDING, to=PayoutAccountStatus.REFUSED,
            says="The processor refused the bank account.",
        ),
        "replace": when(
            PayoutAccountStatus.ACTIVE, PayoutAccountStatus.ONBOARDING, to=PayoutAccountStatus.REPLACED,
            says="Another account has taken its place.",
        ),
    },
    {
        PayoutAccountStatus.PENDING: "Entered; the processor has not answered yet.",
        PayoutAccountStatus.ONBOARDING: "The processor's own pages were not filled in yet, or it still checks them.",
        PayoutAccountStatus.ACTIVE: "Money can be paid out to it.",
        PayoutAccountStatus.REFUSED: "The processor does not pay to it.",
        PayoutAccountStatus.REPLACED: "An older account; kept for the history.",
    },
)  # fmt: skip


class TransferReversalStatus(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    SENDING = "sending", _("Being asked for")
    SUCCEEDED = "succeeded", _("Taken back")
    FAILED = "failed", _("Refused")


TRANSFER_REVERSAL = Machine(
    "transfer_reversal",
    TransferReversalStatus,
    TransferReversalStatus.REQUESTED,
    {
        "claim": when(
            TransferReversalStatus.REQUESTED, TransferReversalStatus.SENDING, to=TransferReversalStatus.SENDING,
            says="A worker takes it for a while; after that any other may.",
        ),
        "succeed": when(
            TransferReversalStatus.SENDING, to=TransferReversalStatus.SUCCEEDED, says="The processor has done it.",
        ),
        "fail": when(
            TransferReversalStatus.SENDING, to=TransferReversalStatus.FAILED,
            says="A rejection: the cash stays where it was.",
        ),
    },
    {
        TransferReversalStatus.REQUESTED: "No payout counts on the cash any more; not sent.",
        TransferReversalStatus.SENDING: "Being sent; the outcome is unknown until the processor has answered.",
        TransferReversalStatus.SUCCEEDED: "The cash is on the platform's balance.",
        TransferReversalStatus.FAILED: "The cash is still on the freelancer's account at the processor.",
    },
)  # fmt: skip
