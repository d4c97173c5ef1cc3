"""The lives of a charge, a refund, a payout and a payout account."""

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
    """What became of a payment after it was made; shown in place of "Paid"."""

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
        "open": when(ChargeStatus.CREATED, to=ChargeStatus.OPEN, says="The processor has made the payment page."),
        "process": when(
            ChargeStatus.CREATED, ChargeStatus.OPEN, to=ChargeStatus.PROCESSING,
            says="The buyer paid by a method that takes days.",
        ),
        "succeed": when(
            ChargeStatus.CREATED, ChargeStatus.OPEN, ChargeStatus.PROCESSING, ChargeStatus.EXPIRED,
            ChargeStatus.CANCELLED, to=ChargeStatus.SUCCEEDED, says="The processor has the money.",
        ),
        "cancel": when(
            ChargeStatus.CREATED, ChargeStatus.OPEN, to=ChargeStatus.CANCELLED,
            says="The payer cancels it; money that comes all the same becomes credit.",
        ),
        "expire": when(
            ChargeStatus.CREATED, ChargeStatus.OPEN, ChargeStatus.PROCESSING, to=ChargeStatus.EXPIRED,
            says="Nobody paid in time, or the bank refused a payment that was on its way.",
        ),
    },
    {
        ChargeStatus.CREATED: "Written down; the processor has not answered yet.",
        ChargeStatus.OPEN: "The payment page is open; a declined card leaves it open.",
        ChargeStatus.PROCESSING: "Paid by a slow method; the money is not there yet.",
        ChargeStatus.SUCCEEDED: "The money is with the processor.",
        ChargeStatus.EXPIRED: "The payment page has closed; nothing was taken.",
        ChargeStatus.CANCELLED: "The payer cancelled it; nothing was taken.",
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
            says="A worker takes it for a while; after that any other may.",
        ),
        "submit": when(RefundStatus.SENDING, to=RefundStatus.SUBMITTED, says="The processor has taken it."),
        "succeed": when(RefundStatus.SUBMITTED, to=RefundStatus.SUCCEEDED, says="The processor has paid it back."),
        "fail": when(
            RefundStatus.SENDING, RefundStatus.SUBMITTED, RefundStatus.SUCCEEDED, to=RefundStatus.FAILED,
            says="A definite no, or it came back: the money is kept for the employer.",
        ),
    },
    {
        RefundStatus.REQUESTED: "Reserved in the books; not sent yet.",
        RefundStatus.SENDING: "Being sent; the outcome is unknown until the processor has answered.",
        RefundStatus.SUBMITTED: "The processor has it.",
        RefundStatus.SUCCEEDED: "On its way to the employer's card or bank.",
        RefundStatus.FAILED: "Could not be paid back; the money is kept as the employer's credit.",
    },
)  # fmt: skip


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
            says="A definite no: the money is back in the freelancer's balance.",
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


class ChargebackStatus(models.TextChoices):
    OPENED = "opened", _("Opened by the bank")
    SUBMITTED = "submitted", _("Evidence handed in")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class ChargebackReason(models.TextChoices):
    """What a payer's bank says, as the processor names it (https://docs.stripe.com/disputes/categories)."""

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
            says="Staff handed in the evidence; the bank decides.",
        ),
        "win": when(
            ChargebackStatus.OPENED, ChargebackStatus.SUBMITTED, to=ChargebackStatus.WON,
            says="The bank gives the money back.",
        ),
        "lose": when(
            ChargebackStatus.OPENED, ChargebackStatus.SUBMITTED, to=ChargebackStatus.LOST,
            says="The bank keeps the money, or nobody answered in time.",
        ),
    },
    {
        ChargebackStatus.OPENED: "The buyer's bank took the payment back; evidence is due. Unknown news leave it here.",
        ChargebackStatus.SUBMITTED: "The evidence lies at the bank.",
        ChargebackStatus.WON: "The money came back to the platform.",
        ChargebackStatus.LOST: "The money is gone; held money bears it first.",
    },
)  # fmt: skip


class AttemptOutcome(models.TextChoices):
    PENDING = "pending", _("No answer yet")
    TAKEN = "taken", _("Taken by the processor")
    UNKNOWN = "unknown", _("Outcome unknown")
    REFUSED = "refused", _("Refused")


class WebhookStatus(models.TextChoices):
    RECEIVED = "received", _("Received")
    HANDLED = "handled", _("Handled")
    IGNORED = "ignored", _("Not about us")
    FAILED = "failed", _("Failed")


class TreasuryKind(models.TextChoices):
    """What the operator does with its own money and with the tax that it keeps for others."""

    TAX_WITHHELD = "tax_withheld", _("Withheld tax handed on")
    TAX_COLLECTED = "tax_collected", _("Tax on our commission handed on")
    SWEEP = "sweep", _("Own money moved to the bank")
    RESERVE = "reserve", _("Laid aside for chargebacks")
    TOP_UP = "top_up", _("Own money brought to the processor")


class DoorName(models.TextChoices):
    """The doors as payers know them."""

    SANDBOX = "sandbox", _("Card")
    STRIPE = "stripe", _("Card and other methods of the payment processor")
    BANK = "bank", _("Bank transfer")
    WALLET = "wallet", _("Wallet")


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
            says="A definite no: the cash lies where it lay.",
        ),
    },
    {
        TransferReversalStatus.REQUESTED: "No payout counts on the cash any more; not sent.",
        TransferReversalStatus.SENDING: "Being sent; the outcome is unknown until the processor has answered.",
        TransferReversalStatus.SUCCEEDED: "The cash is on the platform's balance.",
        TransferReversalStatus.FAILED: "The cash is still on the freelancer's account at the processor.",
    },
)  # fmt: skip


class Direction(models.TextChoices):
    """Of the money that a row of the table of methods speaks of."""

    IN = "in", _("Paid in")
    OUT = "out", _("Paid out")


class BankOrderStatus(models.TextChoices):
    ORDERED = "ordered", _("To be sent to the bank")
    EXPORTED = "exported", _("In a file for the bank")
    EXECUTED = "executed", _("Executed")
    REJECTED = "rejected", _("Rejected by the bank")


BANK_ORDER = Machine(
    "bank_order",
    BankOrderStatus,
    BankOrderStatus.ORDERED,
    {
        "export": when(BankOrderStatus.ORDERED, to=BankOrderStatus.EXPORTED, says="It stands in a pain.001 file."),
        "execute": when(
            BankOrderStatus.ORDERED, BankOrderStatus.EXPORTED, to=BankOrderStatus.EXECUTED,
            says="A statement shows it, or staff have seen it at the bank.",
        ),
        "reject": when(
            BankOrderStatus.ORDERED, BankOrderStatus.EXPORTED, BankOrderStatus.EXECUTED, to=BankOrderStatus.REJECTED,
            says="The bank did not carry it out, or the money came back.",
        ),
    },
    {
        BankOrderStatus.ORDERED: "Waits for the next file.",
        BankOrderStatus.EXPORTED: "Staff have taken the file to the bank.",
        BankOrderStatus.EXECUTED: "Left our account.",
        BankOrderStatus.REJECTED: "The money is on our account.",
    },
)  # fmt: skip


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


class LineStatus(models.TextChoices):
    """Of one line of the processor's books, and of one line of ours."""

    WAITING = "waiting", _("Waiting for its counterpart")
    MATCHED = "matched", _("Matched")
    SUSPENSE = "suspense", _("In suspense")
    RESOLVED = "resolved", _("Resolved by two people")


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


class SuspenseReason(models.TextChoices):
    UNKNOWN_TYPE = "unknown_type", _("The processor names a kind of movement that we do not know")
    NO_ENTRY = "no_entry", _("The processor moved money that is not in our books")
    NO_LINE = "no_line", _("Our books say that money moved; the processor knows nothing of it")
    AMOUNT_DIFFERS = "amount_differs", _("Processor and books name different amounts")


class SuspenseTarget(models.TextChoices):
    """Where an item may be booked."""

    PROCESSOR_EXPENSE = "expense:processor", _("Our cost: the processor")
    CHARGEBACK_EXPENSE = "expense:chargeback", _("Our cost: chargebacks")
    EXCHANGE = "fx:gain_loss", _("Exchange difference")
    CAPITAL = "equity:operator", _("Our own capital")
    BANK = "bank", _("Our bank account")
    EMPLOYER_CREDIT = "credit:employer", _("Credit of the employer who paid")


class PauseKind(models.TextChoices):
    MANUAL = "manual", _("By a person")
    RESTORE = "restore", _("After a restore")
    MISMATCH = "mismatch", _("The processor knows more than the books")


class RemoteKind(models.TextChoices):
    """Objects of a processor that carry our ids."""

    CHARGE = "charge", _("Payment")
    TRANSFER = "transfer", _("Transfer to a freelancer's account")
    PAYOUT = "payout", _("Payout")
    OUTBOUND = "outbound", _("Payout abroad")
    REFUND = "refund", _("Refund")
    TOP_UP = "top_up", _("Top-up")
    REVERSAL = "reversal", _("Transfer taken back")
    BANK_FILES = "bank_files", _("Files for the bank")


class UnbookedStatus(models.TextChoices):
    FROZEN = "frozen", _("Waiting for staff")
    REBUILT = "rebuilt", _("Entered into the books")
    RESOLVED = "resolved", _("Resolved by staff")
