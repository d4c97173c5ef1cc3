"""States and transitions of a dispute."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, when


class DisputeReason(models.TextChoices):
    NOT_DELIVERED = "not_delivered", _("Nothing was delivered")
    NOT_AS_AGREED = "not_as_agreed", _("The work is not as agreed")
    LATE = "late", _("The work came too late")
    NO_ANSWER = "no_answer", _("The other side does not answer")
    SCOPE_GREW = "scope_grew", _("More was asked than was agreed")
    NOT_PAID = "not_paid", _("The work is done but not approved")
    OTHER = "other", _("Something else")


class DisputeStatus(models.TextChoices):
    OPEN = "open", _("Waiting for the other side")
    ANSWERED = "answered", _("Both sides have spoken")
    SETTLED = "settled", _("Settled by both")
    DECIDED = "decided", _("Decided by our staff")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Ended by the limit of holding")


class ProposalStatus(models.TextChoices):
    OPEN = "open", _("Waiting for an answer")
    REPLACED = "replaced", _("Replaced by a newer one")
    ACCEPTED = "accepted", _("Accepted")
    MOOT = "moot", _("The dispute ended otherwise")


D = DisputeStatus
OPEN_DISPUTE = (D.OPEN, D.ANSWERED)
DISPUTE = Machine(
    "dispute",
    DisputeStatus,
    initial=D.OPEN,
    meanings={
        D.OPEN: "One side opened it; all held money is frozen. The other side has a deadline to answer.",
        D.ANSWERED: "Both sides have made their statements; they can still agree on a split, or staff decide.",
        D.SETTLED: "One side accepted the split proposed by the other; the money was split accordingly.",
        D.DECIDED: "Staff decided the split and gave written reasons; the money was split accordingly.",
        D.WITHDRAWN: "The side that opened it withdrew it; the money is held as before.",
        D.LAPSED: "The legal holding limit was reached first, so the money was refunded to the employer.",
    },
    table={
        "answer": when(D.OPEN, to=D.ANSWERED, says="The other side answers."),
        "settle": when(D.OPEN, D.ANSWERED, to=D.SETTLED, says="A proposed split is accepted."),
        "decide": when(D.OPEN, D.ANSWERED, to=D.DECIDED, says="Staff decide, after the answer or its deadline."),
        "withdraw": when(D.OPEN, D.ANSWERED, to=D.WITHDRAWN, says="The side that opened it withdraws it."),
        "lapse": when(D.OPEN, D.ANSWERED, to=D.LAPSED, says="The legal holding limit is reached (automatic)."),
    },
)
