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
        R.DECIDED: "Staff found fraud by the freelancer and wrote the reasons; nothing has moved.",
        R.APPEALED: "The freelancer objects; somebody else of the staff looks at it. Nothing has moved.",
        R.CONFIRMED: "Nobody appealed in time, or the appeal was rejected: the amount is claimed back.",
        R.OVERTURNED: "The appeal was right; nothing moves.",
    },
    table={
        "appeal": when(R.DECIDED, to=R.APPEALED, says="The freelancer appeals in time."),
        "confirm": when(R.DECIDED, to=R.CONFIRMED, says="The time for an appeal ends, by the clock."),
        "reject_appeal": when(R.APPEALED, to=R.CONFIRMED, says="Somebody else of the staff rejects the appeal."),
        "grant_appeal": when(R.APPEALED, to=R.OVERTURNED, says="Somebody else of the staff grants the appeal."),
    },
)

S = EscrowStatus
ESCROW = Machine(
    "escrow",
    EscrowStatus,
    initial=S.PENDING,
    meanings={
        S.PENDING: "Agreed, nothing paid in.",
        S.FUNDING: "A checkout is open; the processor has not confirmed.",
        S.FUNDED: "All of it is held.",
        S.PARTIALLY_RELEASED: "A part went to the payee (or back), the rest is held.",
        S.DISPUTED: "All that is left is on the dispute's own account: nobody can release or refund it.",
        S.RELEASED: "Nothing is held any more; something went to the payee.",
        S.REFUNDED: "Nothing is held any more; all of it went back to the payer.",
        S.CANCELLED: "Called off before anything was paid in.",
    },
    table={
        "start_funding": when(S.PENDING, S.FUNDING, to=S.FUNDING, says="The payer opens a checkout."),
        "funding_failed": when(S.FUNDING, to=S.PENDING, says="The processor says the payment failed."),
        "fund": when(S.PENDING, S.FUNDING, to=S.FUNDED, says="The processor confirms the payment."),
        "release_part": when(
            S.FUNDED, S.PARTIALLY_RELEASED, to=S.PARTIALLY_RELEASED, says="A part leaves, the rest stays held."
        ),
        "release_rest": when(S.FUNDED, S.PARTIALLY_RELEASED, to=S.RELEASED, says="The rest goes to the payee."),
        "refund_rest": when(
            S.PARTIALLY_RELEASED, to=S.RELEASED, says="The rest goes back; an earlier part went to the payee."
        ),
        "refund_all": when(S.FUNDED, S.PARTIALLY_RELEASED, to=S.REFUNDED, says="All of it goes back to the payer."),
        "freeze": when(S.FUNDED, S.PARTIALLY_RELEASED, to=S.DISPUTED, says="A party opens a dispute."),
        "unfreeze_whole": when(S.DISPUTED, to=S.FUNDED, says="The dispute is withdrawn; nothing had left before."),
        "unfreeze_rest": when(
            S.DISPUTED, to=S.PARTIALLY_RELEASED, says="The dispute is withdrawn; a part had left before."
        ),
        "split": when(S.DISPUTED, to=S.RELEASED, says="The dispute ends; something went to the payee, now or before."),
        "split_back": when(S.DISPUTED, to=S.REFUNDED, says="The dispute ends; all of it goes back to the payer."),
        "cancel": when(S.PENDING, S.FUNDING, to=S.CANCELLED, says="Called off before payment."),
    },
)
