"""The states of an escrow and of a recovery."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, when


class EscrowStatus(models.TextChoices):
    PENDING = "pending", _("Not paid in yet")
    FUNDING = "funding", _("Payment on its way")
    FUNDED = "funded", _("Held")
    PARTIALLY_RELEASED = "partially_released", _("Partly released")
    DISPUTED = "disputed", _("Frozen by a dispute")
    RELEASED = "released", _("Released")
    REFUNDED = "refunded", _("Refunded")
    CANCELLED = "cancelled", _("Cancelled")


class ReleaseKind(models.TextChoices):
    MANUAL = "manual", _("Approved")
    AUTO = "auto", _("Approved by the clock")
    AGREEMENT = "agreement", _("Split by agreement")
    DISPUTE = "dispute", _("Split after a dispute")
    BONUS = "bonus", _("Bonus")


class ClaimKind(models.TextChoices):
    WARNING = "warning", _("Warning of fraud")
    CHARGEBACK = "chargeback", _("Chargeback")


class GoodwillTo(models.TextChoices):
    EMPLOYER = "employer", _("The employer's credit")
    FREELANCER = "freelancer", _("The freelancer's balance")


class RecoveryStatus(models.TextChoices):
    DECIDED = "decided", _("Decided, can be appealed")
    APPEALED = "appealed", _("Appealed")
    CONFIRMED = "confirmed", _("Claimed back")
    OVERTURNED = "overturned", _("Overturned")


R = RecoveryStatus
RECOVERY = Machine(
    "recovery",
    RecoveryStatus,
    initial=R.DECIDED,
    meanings={
        R.DECIDED: "Staff found fraud by the freelancer and gave written reasons; no money has moved.",
        R.APPEALED: "The freelancer appealed; another member of staff reviews the decision. No money has moved.",
        R.CONFIRMED: "There was no appeal in time, or it was rejected: the freelancer owes the amount.",
        R.OVERTURNED: "The appeal was granted; no money moves.",
    },
    table={
        "appeal": when(R.DECIDED, to=R.APPEALED, says="The freelancer appeals in time."),
        "confirm": when(R.DECIDED, to=R.CONFIRMED, says="The appeal period ends (automatic)."),
        "reject_appeal": when(R.APPEALED, to=R.CONFIRMED, says="Another member of staff rejects the appeal."),
        "grant_appeal": when(R.APPEALED, to=R.OVERTURNED, says="Another member of staff grants the appeal."),
    },
)

S = EscrowStatus
ESCROW = Machine(
    "escrow",
    EscrowStatus,
    initial=S.PENDING,
    meanings={
        S.PENDING: "Agreed; nothing is paid in yet.",
        S.FUNDING: "A checkout is open; the processor has not confirmed the payment.",
        S.FUNDED: "The full amount is held.",
        S.PARTIALLY_RELEASED: "A part was released to the payee or refunded; the rest is held.",
        S.DISPUTED: "The rest is on the dispute's own account and cannot be released or refunded.",
        S.RELEASED: "Nothing is held any more; all or a part went to the payee.",
        S.REFUNDED: "Nothing is held any more; the full amount was refunded to the payer.",
        S.CANCELLED: "Cancelled before anything was paid in.",
    },
    table={
        "start_funding": when(S.PENDING, S.FUNDING, to=S.FUNDING, says="The payer opens a checkout."),
        "funding_failed": when(S.FUNDING, to=S.PENDING, says="The processor reports that the payment failed."),
        "fund": when(S.PENDING, S.FUNDING, to=S.FUNDED, says="The processor confirms the payment."),
        "release_part": when(
            S.FUNDED,
            S.PARTIALLY_RELEASED,
            to=S.PARTIALLY_RELEASED,
            says="A part is released or refunded; the rest stays held.",
        ),
        "release_rest": when(S.FUNDED, S.PARTIALLY_RELEASED, to=S.RELEASED, says="The rest is released to the payee."),
        "refund_rest": when(
            S.PARTIALLY_RELEASED, to=S.RELEASED, says="The rest is refunded; an earlier part went to the payee."
        ),
        "refund_all": when(
            S.FUNDED, S.PARTIALLY_RELEASED, to=S.REFUNDED, says="The rest is refunded; the payee received nothing."
        ),
        "freeze": when(S.FUNDED, S.PARTIALLY_RELEASED, to=S.DISPUTED, says="A party opens a dispute."),
        "unfreeze_whole": when(
            S.DISPUTED, to=S.FUNDED, says="The dispute is withdrawn; nothing was released or refunded before it."
        ),
        "unfreeze_rest": when(
            S.DISPUTED,
            to=S.PARTIALLY_RELEASED,
            says="The dispute is withdrawn; a part was released or refunded before it.",
        ),
        "split": when(S.DISPUTED, to=S.RELEASED, says="The dispute ends; the payee received a part, now or earlier."),
        "split_back": when(S.DISPUTED, to=S.REFUNDED, says="The dispute ends; the payee received nothing."),
        "cancel": when(
            S.PENDING, S.FUNDING, to=S.CANCELLED, says="The escrow is cancelled before anything is paid in."
        ),
    },
)
