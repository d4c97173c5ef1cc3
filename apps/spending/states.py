"""States and transitions of approval requests, payments and rule changes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, when


class ApprovalStatus(models.TextChoices):
    ASKED = "asked", _("Waiting for a second person")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    USED = "used", _("Paid")


class SpendStatus(models.TextChoices):
    RESERVED = "reserved", _("Being paid")
    SPENT = "spent", _("Paid")
    LAPSED = "lapsed", _("Not paid")


A = ApprovalStatus
APPROVAL = Machine(
    "approval",
    ApprovalStatus,
    initial=A.ASKED,
    meanings={
        A.ASKED: "Somebody wants to pay more than one person may decide alone; another has to agree.",
        A.APPROVED: "A second person agreed; it may be paid.",
        A.REFUSED: "A second person said no, with a reason.",
        A.WITHDRAWN: "Whoever asked took it back, or asked for another amount.",
        A.USED: "It was paid.",
    },
    table={
        "approve": when(A.ASKED, to=A.APPROVED, says="A second person agrees."),
        "refuse": when(A.ASKED, to=A.REFUSED, says="A second person says no, with a reason."),
        "withdraw": when(A.ASKED, A.APPROVED, to=A.WITHDRAWN, says="Taken back before it was paid."),
        "use": when(A.APPROVED, to=A.USED, says="The payment was started with it."),
    },
)


class RuleChangeStatus(models.TextChoices):
    PROPOSED = "proposed", _("Waiting for a second person")
    AGREED = "agreed", _("Agreed, not in force yet")
    IN_FORCE = "in_force", _("In force")
    WITHDRAWN = "withdrawn", _("Withdrawn")


C = RuleChangeStatus
RULE_CHANGE = Machine(
    "spending_rule_change",
    RuleChangeStatus,
    initial=C.PROPOSED,
    meanings={
        C.PROPOSED: "Somebody wants to loosen what binds them too; a second person has to agree.",
        C.AGREED: "Agreed; it takes effect a day later, and can be withdrawn until then.",
        C.IN_FORCE: "It is, or was, the rule.",
        C.WITHDRAWN: "Taken back before it took effect, or another change took its place.",
    },
    table={
        "agree": when(C.PROPOSED, to=C.AGREED, says="A second person agrees."),
        "apply": when(
            C.PROPOSED,
            C.AGREED,
            to=C.IN_FORCE,
            says="It takes effect: at once, or a day on where it loosens.",
        ),
        "withdraw": when(C.PROPOSED, C.AGREED, to=C.WITHDRAWN, says="Taken back, or replaced."),
    },
)

S = SpendStatus
SPEND = Machine(
    "spend",
    SpendStatus,
    initial=S.RESERVED,
    meanings={
        S.RESERVED: "A payment was started; it counts within the limits.",
        S.SPENT: "The money was paid in.",
        S.LAPSED: "The payment failed or was called off; it no longer counts.",
    },
    table={
        "spend": when(S.RESERVED, S.LAPSED, to=S.SPENT, says="The processor has the money."),
        "lapse": when(S.RESERVED, to=S.LAPSED, says="The payment failed or its page expired."),
        "reserve": when(S.LAPSED, to=S.RESERVED, says="The payment is tried again."),
    },
)
