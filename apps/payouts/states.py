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
            says="A worker claims it for a limited time; after that, another worker can claim it.",
        ),
        "submit": when(PayoutStatus.SENDING, to=PayoutStatus.SUBMITTED, says="The processor has accepted it."),
        "pay": when(PayoutStatus.SUBMITTED, to=PayoutStatus.PAID, says="The freelancer's bank has received it."),
        "fail": when(
            PayoutStatus.SENDING, PayoutStatus.SUBMITTED, to=PayoutStatus.FAILED,
            says="It was rejected: the money is back in the freelancer's balance.",
        ),
        "return": when(
            PayoutStatus.PAID, to=PayoutStatus.RETURNED,
            says="The bank returned it later: the money is back in the freelancer's balance.",
        ),
    },
    {
        PayoutStatus.REQUESTED: "Reserved in the books at a fixed rate; not sent yet.",
        PayoutStatus.SENDING: "Being sent; the outcome is unknown until the processor answers.",
        PayoutStatus.SUBMITTED: "The processor has accepted it and sends it to the bank.",
        PayoutStatus.PAID: "Received by the freelancer's bank.",
        PayoutStatus.FAILED: "Not paid; the money is back in the balance.",
        PayoutStatus.RETURNED: "Paid, then returned by the bank; the money is back in the balance.",
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
            says="The processor has opened an account; its pages ask for the bank account and the identity.",
        ),
        "activate": when(
            PayoutAccountStatus.PENDING, PayoutAccountStatus.ONBOARDING, to=PayoutAccountStatus.ACTIVE,
            says="The processor has accepted the bank account.",
        ),
        "refuse": when(
            PayoutAccountStatus.PENDING, PayoutAccountStatus.ONBOARDING, to=PayoutAccountStatus.REFUSED,
            says="The processor refused the bank account.",
        ),
        "replace": when(
            PayoutAccountStatus.ACTIVE, PayoutAccountStatus.ONBOARDING, to=PayoutAccountStatus.REPLACED,
            says="The freelancer has set up another account.",
        ),
    },
    {
        PayoutAccountStatus.PENDING: "Entered; the processor has not answered yet.",
        PayoutAccountStatus.ONBOARDING: "The processor's pages are not completed, or it is still checking them.",
        PayoutAccountStatus.ACTIVE: "Payouts can be sent to it.",
        PayoutAccountStatus.REFUSED: "The processor refused it; no payouts can be sent to it.",
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
            says="A worker claims it for a limited time; after that, another worker can claim it.",
        ),
        "succeed": when(
            TransferReversalStatus.SENDING, to=TransferReversalStatus.SUCCEEDED,
            says="The processor has reversed the transfer.",
        ),
        "fail": when(
            TransferReversalStatus.SENDING, to=TransferReversalStatus.FAILED,
            says="It was rejected: the cash stays on the freelancer's account at the processor.",
        ),
    },
    {
        TransferReversalStatus.REQUESTED: "Payouts can no longer use this cash; the reversal is not sent yet.",
        TransferReversalStatus.SENDING: "Being sent; the outcome is unknown until the processor answers.",
        TransferReversalStatus.SUCCEEDED: "The cash is back on the platform's balance.",
        TransferReversalStatus.FAILED: "The cash is still on the freelancer's account at the processor.",
    },
)  # fmt: skip
