"""The states of a charge, a refund and a chargeback."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, when


class ChargeStatus(models.TextChoices):
    CREATED = "created", _("Prepared")
    OPEN = "open", _("Waiting for payment")
    PROCESSING = "processing", _("Payment on its way")
    SUCCEEDED = "succeeded", _("Paid")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")


class ChargeOutcome(models.TextChoices):
    """What happened to a payment after it succeeded; shown instead of "Paid"."""

    REFUNDING = "refunding", _("Refund on its way")
    REFUNDED = "refunded", _("Refunded")
    PARTLY_REFUNDED = "partly_refunded", _("Partly refunded")
    CONTESTED = "contested", _("Contested at the bank")
    CHARGED_BACK = "charged_back", _("Taken back by the bank")


CHARGE = Machine(
    "charge",
    ChargeStatus,
    ChargeStatus.CREATED,
    {
        "open": when(ChargeStatus.CREATED, to=ChargeStatus.OPEN, says="The processor has created the payment page."),
        "process": when(
            ChargeStatus.CREATED, ChargeStatus.OPEN, to=ChargeStatus.PROCESSING,
            says="The payer used a method that takes days to confirm.",
        ),
        "succeed": when(
            ChargeStatus.CREATED, ChargeStatus.OPEN, ChargeStatus.PROCESSING, ChargeStatus.EXPIRED,
            ChargeStatus.CANCELLED, to=ChargeStatus.SUCCEEDED,
            says="The processor confirms that it received the money.",
        ),
        "cancel": when(
            ChargeStatus.CREATED, ChargeStatus.OPEN, to=ChargeStatus.CANCELLED,
            says="The payer cancels it; money that still arrives becomes the payer's credit.",
        ),
        "expire": when(
            ChargeStatus.CREATED, ChargeStatus.OPEN, ChargeStatus.PROCESSING, to=ChargeStatus.EXPIRED,
            says="It was not paid in time, the bank refused it, or the gateway gave no payment page.",
        ),
    },
    {
        ChargeStatus.CREATED: "Recorded; the processor has not answered yet.",
        ChargeStatus.OPEN: "The payment page is open; it stays open if a card is declined.",
        ChargeStatus.PROCESSING: "Paid by a slow method; the money has not arrived yet.",
        ChargeStatus.SUCCEEDED: "The money is with the processor.",
        ChargeStatus.EXPIRED: "The payment page is closed; no money was taken.",
        ChargeStatus.CANCELLED: "The payer cancelled it; no money was taken.",
    },
)  # fmt: skip


class RefundStatus(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    SENDING = "sending", _("Being sent")
    SUBMITTED = "submitted", _("On its way")
    SUCCEEDED = "succeeded", _("Refunded")
    FAILED = "failed", _("Came back")


REFUND = Machine(
    "refund",
    RefundStatus,
    RefundStatus.REQUESTED,
    {
        "claim": when(
            RefundStatus.REQUESTED, RefundStatus.SENDING, to=RefundStatus.SENDING,
            says="A worker claims it for a limited time; after that, another worker can claim it.",
        ),
        "submit": when(RefundStatus.SENDING, to=RefundStatus.SUBMITTED, says="The processor has accepted it."),
        "succeed": when(RefundStatus.SUBMITTED, to=RefundStatus.SUCCEEDED, says="The processor has refunded it."),
        "fail": when(
            RefundStatus.SENDING, RefundStatus.SUBMITTED, RefundStatus.SUCCEEDED, to=RefundStatus.FAILED,
            says="The processor rejects it, or the money is returned: it becomes the employer's credit.",
        ),
    },
    {
        RefundStatus.REQUESTED: "Reserved in the books; not sent yet.",
        RefundStatus.SENDING: "Being sent; the outcome is unknown until the processor answers.",
        RefundStatus.SUBMITTED: "The processor has accepted it and has not paid it yet.",
        RefundStatus.SUCCEEDED: "Sent to the employer's card or bank.",
        RefundStatus.FAILED: "Could not be refunded; the money is kept as the employer's credit.",
    },
)  # fmt: skip


class ChargebackStatus(models.TextChoices):
    OPENED = "opened", _("Opened by the bank")
    SUBMITTED = "submitted", _("Evidence handed in")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class ChargebackReason(models.TextChoices):
    """The bank's reasons, by the processor's codes (https://docs.stripe.com/disputes/categories)."""

    BANK_CANNOT_PROCESS = "bank_cannot_process", _("The bank cannot process it")
    CREDIT_NOT_PROCESSED = "credit_not_processed", _("A promised refund did not come")
    CUSTOMER_INITIATED = "customer_initiated", _("The customer asked for it")
    DEBIT_NOT_AUTHORIZED = "debit_not_authorized", _("The debit was not authorized")
    DUPLICATE = "duplicate", _("Paid twice")
    FRAUDULENT = "fraudulent", _("Fraud: the card's owner did not pay")
    GENERAL = "general", _("Another reason")
    INCORRECT_ACCOUNT_DETAILS = "incorrect_account_details", _("Wrong account details")
    INSUFFICIENT_FUNDS = "insufficient_funds", _("Not enough money on the account")
    NONCOMPLIANT = "noncompliant", _("Against the rules of the card network")
    PRODUCT_NOT_RECEIVED = "product_not_received", _("Nothing was delivered")
    PRODUCT_UNACCEPTABLE = "product_unacceptable", _("What was delivered is not as agreed")
    SUBSCRIPTION_CANCELED = "subscription_canceled", _("A subscription was cancelled")
    UNRECOGNIZED = "unrecognized", _("The payer does not recognize the payment")


CHARGEBACK = Machine(
    "chargeback",
    ChargebackStatus,
    ChargebackStatus.OPENED,
    {
        "submit": when(
            ChargebackStatus.OPENED, to=ChargebackStatus.SUBMITTED,
            says="Staff submitted the evidence; the bank decides.",
        ),
        "win": when(
            ChargebackStatus.OPENED, ChargebackStatus.SUBMITTED, to=ChargebackStatus.WON,
            says="The bank returns the money.",
        ),
        "lose": when(
            ChargebackStatus.OPENED, ChargebackStatus.SUBMITTED, to=ChargebackStatus.LOST,
            says="The bank keeps the money, or no evidence was submitted in time.",
        ),
    },
    {
        ChargebackStatus.OPENED: "The bank took the payment back; evidence is due. Unknown statuses are ignored.",
        ChargebackStatus.SUBMITTED: "The bank has the evidence and has not decided yet.",
        ChargebackStatus.WON: "The bank returned the money to the platform.",
        ChargebackStatus.LOST: "The money is lost. Money still held for the milestone covers the loss first.",
    },
)  # fmt: skip
