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
        D.OPEN: "One side opened it; all that is held for the milestone is frozen. The other side answers by a date.",
        D.ANSWERED: "Both have said what happened and what they want; they may still agree, or our staff decides.",
        D.SETTLED: "One side accepted the split that the other proposed; the money moved so.",
        D.DECIDED: "Our staff decided the split, with reasons in writing; the money moved so.",
        D.WITHDRAWN: "The side that opened it took it back; everything is held as before.",
        D.LAPSED: "The law's limit for holding the money came first, so it went back to the employer.",
    },
    table={
        "answer": when(D.OPEN, to=D.ANSWERED, says="The other side answers."),
        "settle": when(D.OPEN, D.ANSWERED, to=D.SETTLED, says="A proposed split is accepted."),
        "decide": when(D.OPEN, D.ANSWERED, to=D.DECIDED, says="Staff decide: after an answer, or its date."),
        "withdraw": when(D.OPEN, D.ANSWERED, to=D.WITHDRAWN, says="Whoever opened it takes it back."),
        "lapse": when(D.OPEN, D.ANSWERED, to=D.LAPSED, says="The limit of holding comes, by the clock."),
    },
)
