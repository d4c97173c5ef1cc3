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
        A.ASKED: "A payment above the limit for one person was requested; a second has to approve it.",
        A.APPROVED: "A second person approved it; it can be paid.",
        A.REFUSED: "A second person refused it and gave a reason.",
        A.WITHDRAWN: "The requester withdrew it, or requested another amount.",
        A.USED: "It was paid.",
    },
    table={
        "approve": when(A.ASKED, to=A.APPROVED, says="A second person approves it."),
        "refuse": when(A.ASKED, to=A.REFUSED, says="A second person refuses it and gives a reason."),
        "withdraw": when(A.ASKED, A.APPROVED, to=A.WITHDRAWN, says="It is withdrawn before it is paid."),
        "use": when(A.APPROVED, to=A.USED, says="The payment is started with this approval."),
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
        C.PROPOSED: "A member proposes to loosen a limit; a second person has to agree.",
        C.AGREED: "Agreed; it takes effect after a day and can be withdrawn until then.",
        C.IN_FORCE: "It took effect: it is the current rule or an earlier one.",
        C.WITHDRAWN: "Withdrawn before it took effect, or replaced by another change.",
    },
    table={
        "agree": when(C.PROPOSED, to=C.AGREED, says="A second person agrees, or there is no second person who could."),
        "apply": when(
            C.PROPOSED,
            C.AGREED,
            to=C.IN_FORCE,
            says="It takes effect: at once if it tightens, a day after the agreement if it loosens.",
        ),
        "withdraw": when(C.PROPOSED, C.AGREED, to=C.WITHDRAWN, says="It is withdrawn or replaced."),
    },
)

S = SpendStatus
SPEND = Machine(
    "spend",
    SpendStatus,
    initial=S.RESERVED,
    meanings={
        S.RESERVED: "A payment was started; its amount counts towards the limits.",
        S.SPENT: "The money was paid in.",
        S.LAPSED: "The payment failed or was cancelled; its amount no longer counts.",
    },
    table={
        "spend": when(S.RESERVED, S.LAPSED, to=S.SPENT, says="The processor confirms the payment."),
        "lapse": when(S.RESERVED, to=S.LAPSED, says="The payment failed, was cancelled, or its page expired."),
        "reserve": when(S.LAPSED, to=S.RESERVED, says="A new attempt to pay is started."),
    },
)
