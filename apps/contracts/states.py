"""What can become of a contract and of a milestone."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, when


class ContractStatus(models.TextChoices):
    OFFERED = "offered", _("Offered")
    ACTIVE = "active", _("At work")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled by agreement")
    DECLINED = "declined", _("Declined by the freelancer")
    TAKEN_BACK = "taken_back", _("Taken back by the employer")
    LAPSED = "lapsed", _("Not answered in time")


class MilestoneStatus(models.TextChoices):
    PLANNED = "planned", _("Not funded yet")
    AWAITING_PAYMENT = "awaiting_payment", _("Payment on its way")
    FUNDED = "funded", _("Funded")
    DELIVERED = "delivered", _("Delivered")
    IN_REVISION = "in_revision", _("In revision")
    DISPUTED = "disputed", _("In dispute")
    APPROVED = "approved", _("Approved and paid")
    CANCELLED = "cancelled", _("Cancelled")


class ProposalStatus(models.TextChoices):
    OPEN = "open", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


C = ContractStatus
CONTRACT = Machine(
    "contract",
    ContractStatus,
    initial=C.OFFERED,
    meanings={
        C.OFFERED: "The employer chose this bid; the freelancer accepts or declines.",
        C.ACTIVE: "Both agreed; milestones are funded, delivered and approved.",
        C.COMPLETED: "Every milestone is approved and paid (or was cancelled), at least one was paid.",
        C.CANCELLED: "Both agreed to stop; what was still protected was split as they agreed.",
        C.DECLINED: "The freelancer did not want it.",
        C.TAKEN_BACK: "The employer took the offer back before an answer.",
        C.LAPSED: "The freelancer did not answer by the date.",
    },
    table={
        "accept": when(C.OFFERED, to=C.ACTIVE, says="The freelancer accepts."),
        "decline": when(C.OFFERED, to=C.DECLINED, says="The freelancer declines."),
        "take_back": when(C.OFFERED, to=C.TAKEN_BACK, says="The employer takes the offer back."),
        "lapse": when(C.OFFERED, to=C.LAPSED, says="The answer's date passes, by the clock."),
        "complete": when(C.ACTIVE, to=C.COMPLETED, says="The last milestone is approved."),
        "cancel": when(C.ACTIVE, to=C.CANCELLED, says="Both sides agree to stop."),
    },
)

M = MilestoneStatus
MILESTONE = Machine(
    "milestone",
    MilestoneStatus,
    initial=M.PLANNED,
    meanings={
        M.PLANNED: "Agreed, not paid in yet: work need not start.",
        M.AWAITING_PAYMENT: "The employer went to pay; the processor has not confirmed yet.",
        M.FUNDED: "The money is held; the freelancer works.",
        M.DELIVERED: "The freelancer handed work in; the review window runs.",
        M.IN_REVISION: "The employer asked for changes.",
        M.DISPUTED: "A party opened a dispute: the money is frozen and the review clock stands still.",
        M.APPROVED: "Accepted by the employer or by the end of the review window, or a dispute gave the freelancer a "
        "part; the money is the freelancer's.",
        M.CANCELLED: "Will not be done; held money went as both agreed.",
    },
    table={
        "start_payment": when(M.PLANNED, M.AWAITING_PAYMENT, to=M.AWAITING_PAYMENT, says="The employer goes to pay."),
        "payment_failed": when(M.AWAITING_PAYMENT, to=M.PLANNED, says="The processor says the payment failed."),
        "fund": when(M.PLANNED, M.AWAITING_PAYMENT, to=M.FUNDED, says="The processor confirms the payment."),
        "deliver": when(
            M.FUNDED, M.IN_REVISION, M.DELIVERED, to=M.DELIVERED, says="The freelancer hands in a version."
        ),
        "request_revision": when(M.DELIVERED, to=M.IN_REVISION, says="The employer asks for changes."),
        "approve_part": when(
            M.FUNDED, M.DELIVERED, M.IN_REVISION, to=M.FUNDED, says="The employer releases a part; work goes on."
        ),
        "approve": when(M.FUNDED, M.DELIVERED, M.IN_REVISION, to=M.APPROVED, says="The employer releases the rest."),
        "auto_approve": when(M.DELIVERED, to=M.APPROVED, says="The review window ends without an answer."),
        "dispute": when(M.FUNDED, M.DELIVERED, M.IN_REVISION, to=M.DISPUTED, says="A party opens a dispute."),
        "resume_work": when(M.DISPUTED, to=M.FUNDED, says="The dispute is withdrawn; it was opened during the work."),
        "resume_review": when(
            M.DISPUTED, to=M.DELIVERED, says="The dispute is withdrawn; the review window runs on where it stood."
        ),
        "resume_revision": when(M.DISPUTED, to=M.IN_REVISION, says="The dispute is withdrawn; changes were asked for."),
        "resolve_paid": when(M.DISPUTED, to=M.APPROVED, says="The dispute ends and something goes to the freelancer."),
        "resolve_back": when(M.DISPUTED, to=M.CANCELLED, says="The dispute ends and all of it goes back."),
        "cancel": when(
            M.PLANNED, M.AWAITING_PAYMENT, M.FUNDED, M.DELIVERED, M.IN_REVISION,
            to=M.CANCELLED, says="Both sides agree to stop.",
        ),
    },
)  # fmt: skip

P = ProposalStatus
PROPOSAL = Machine(
    "cancellation_proposal",
    ProposalStatus,
    initial=P.OPEN,
    meanings={
        P.OPEN: "One side proposed to stop and how to split the held money; the other decides.",
        P.ACCEPTED: "Agreed; the money moved as proposed.",
        P.DECLINED: "Not agreed; work goes on.",
        P.WITHDRAWN: "Taken back by the side that proposed.",
    },
    table={
        "accept": when(P.OPEN, to=P.ACCEPTED, says="The other side agrees."),
        "decline": when(P.OPEN, to=P.DECLINED, says="The other side does not agree."),
        "withdraw": when(P.OPEN, to=P.WITHDRAWN, says="The proposer takes it back."),
    },
)
