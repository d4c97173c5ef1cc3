"""States and transitions of contracts and milestones."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, stays, when


class ContractStatus(models.TextChoices):
    OFFERED = "offered", _("Offered")
    ACTIVE = "active", _("At work")
    COMPLETED = "completed", _("Completed")
    ENDED_EARLY = "ended_early", _("Ended early, paid")
    SPLIT = "split", _("Ended, money split")
    REFUNDED = "refunded", _("Ended, refunded")
    CANCELLED = "cancelled", _("Cancelled by agreement")
    LEFT = "left", _("Left by the freelancer")
    DECLINED = "declined", _("Declined by the freelancer")
    TAKEN_BACK = "taken_back", _("Taken back by the employer")
    LAPSED = "lapsed", _("Not answered in time")


class MilestoneStatus(models.TextChoices):
    PLANNED = "planned", _("Not funded yet")
    AWAITING_PAYMENT = "awaiting_payment", _("Waiting for payment")
    FUNDED = "funded", _("Funded")
    DELIVERED = "delivered", _("Delivered")
    IN_REVISION = "in_revision", _("In revision")
    DISPUTED = "disputed", _("In dispute")
    APPROVED = "approved", _("Paid")
    SPLIT = "split", _("Split")
    REFUNDED = "refunded", _("Refunded")
    CANCELLED = "cancelled", _("Cancelled")


MILESTONE_ENDS = (
    MilestoneStatus.APPROVED,
    MilestoneStatus.SPLIT,
    MilestoneStatus.REFUNDED,
    MilestoneStatus.CANCELLED,
)
PAID_IN_FULL = (ContractStatus.COMPLETED, ContractStatus.ENDED_EARLY)
"""Every funded milestone was paid to the freelancer in full; this counts as accepted work."""
NOT_PAID_IN_FULL = (ContractStatus.SPLIT, ContractStatus.REFUNDED)
"""Money was held and some or all of it was refunded; this does not count as accepted work."""
ENDED = (*PAID_IN_FULL, *NOT_PAID_IN_FULL, ContractStatus.CANCELLED, ContractStatus.LEFT)
"""All final statuses of a contract that had been accepted."""


class ProposalStatus(models.TextChoices):
    OPEN = "open", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ChangeStatus(models.TextChoices):
    OPEN = "open", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    COUNTERED = "countered", _("Answered with a counter-offer")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Not answered in time")


class BonusStatus(models.TextChoices):
    PLANNED = "planned", _("Not paid yet")
    AWAITING_PAYMENT = "awaiting_payment", _("Waiting for payment")
    PAID = "paid", _("Paid")
    CANCELLED = "cancelled", _("Cancelled")


BONUS_STARTED = (BonusStatus.AWAITING_PAYMENT, BonusStatus.PAID)


class NoticeStatus(models.TextChoices):
    RUNNING = "running", _("Last date set")
    MET = "met", _("Delivered in time")
    REPLACED = "replaced", _("New date agreed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CLOSED = "closed", _("Ended otherwise")
    ENFORCED = "enforced", _("Ended after a missed deadline")
    APPEALED = "appealed", _("Missed deadline, appealed")
    UPHELD = "upheld", _("Missed deadline, confirmed by our staff")
    OVERTURNED = "overturned", _("Not the freelancer’s fault, decided by our staff")


AT_FAULT = (NoticeStatus.ENFORCED, NoticeStatus.APPEALED, NoticeStatus.UPHELD)
"""The work ended because the freelancer missed the last date, and no appeal said otherwise."""


CHANGEABLE = (
    MilestoneStatus.PLANNED,
    MilestoneStatus.AWAITING_PAYMENT,
    MilestoneStatus.FUNDED,
    MilestoneStatus.DELIVERED,
    MilestoneStatus.IN_REVISION,
)
"""Milestones that a change request may change. Ended ones keep their terms, disputed ones wait for the dispute."""
HOLDS_MONEY = (MilestoneStatus.FUNDED, MilestoneStatus.DELIVERED, MilestoneStatus.IN_REVISION)


C = ContractStatus
CONTRACT = Machine(
    "contract",
    ContractStatus,
    initial=C.OFFERED,
    meanings={
        C.OFFERED: "The employer offered the contract; the freelancer has not answered yet.",
        C.ACTIVE: "Both sides agreed; milestones are funded, delivered and approved one after another.",
        C.COMPLETED: "Every milestone was paid in full.",
        C.ENDED_EARLY: "Both sides agreed to stop; every funded milestone was paid in full.",
        C.SPLIT: "Ended; the held money was split between both sides.",
        C.REFUNDED: "Ended; all held money was refunded to the employer.",
        C.CANCELLED: "Both sides agreed to stop; no money was ever held.",
        C.LEFT: "The freelancer left before anything was paid in. Nobody is at fault.",
        C.DECLINED: "The freelancer declined the offer.",
        C.TAKEN_BACK: "The employer withdrew the offer before it was answered.",
        C.LAPSED: "The freelancer did not answer by the deadline.",
    },
    table={
        "accept": when(C.OFFERED, to=C.ACTIVE, says="The freelancer accepts."),
        "decline": when(C.OFFERED, to=C.DECLINED, says="The freelancer declines."),
        "take_back": when(C.OFFERED, to=C.TAKEN_BACK, says="The employer withdraws the offer."),
        "lapse": when(C.OFFERED, to=C.LAPSED, says="The deadline for the answer passes (automatic)."),
        "complete": when(C.ACTIVE, to=C.COMPLETED, says="The last milestone is paid; all the others were paid too."),
        "end_early": when(
            C.ACTIVE, to=C.ENDED_EARLY, says="Both sides agree to stop after paid work; nothing is held any more."
        ),
        "end_split": when(
            C.ACTIVE, to=C.SPLIT, says="The last milestone ended; each side received a part of the money."
        ),
        "end_refunded": when(C.ACTIVE, to=C.REFUNDED, says="The last milestone ended; all of the money was refunded."),
        "cancel": when(C.ACTIVE, to=C.CANCELLED, says="Both sides agree to stop before anything was paid in."),
        "leave": when(C.ACTIVE, to=C.LEFT, says="The freelancer leaves; nothing was ever paid in."),
    },
)

M = MilestoneStatus
MILESTONE = Machine(
    "milestone",
    MilestoneStatus,
    initial=M.PLANNED,
    meanings={
        M.PLANNED: "Agreed; not funded yet, so work does not have to start.",
        M.AWAITING_PAYMENT: "The employer started the payment; the processor has not confirmed it.",
        M.FUNDED: "The money is held; the freelancer is working.",
        M.DELIVERED: "The freelancer submitted a version; the review window is running.",
        M.IN_REVISION: "The employer asked for changes.",
        M.DISPUTED: "A party opened a dispute: the money is frozen and the review window is suspended.",
        M.APPROVED: "All held money went to the freelancer: approved by the employer, automatically at the end of the "
        "review window, or as the result of an agreement or a dispute.",
        M.SPLIT: "Ended; a part of the held money went to the freelancer, the rest was refunded to the employer.",
        M.REFUNDED: "Ended; all held money was refunded to the employer.",
        M.CANCELLED: "Will not be done; no money was ever held.",
    },
    table={
        "start_payment": when(
            M.PLANNED, M.AWAITING_PAYMENT, to=M.AWAITING_PAYMENT,
            says="The employer starts the payment.",
        ),
        "payment_failed": when(
            M.AWAITING_PAYMENT, to=M.PLANNED, says="The payment page is closed and no money was taken."
        ),
        "cancel_payment": when(M.AWAITING_PAYMENT, to=M.PLANNED, says="The employer cancels the payment."),
        "fund": when(M.PLANNED, M.AWAITING_PAYMENT, to=M.FUNDED, says="The processor confirms the payment."),
        "deliver": when(
            M.FUNDED, M.IN_REVISION, M.DELIVERED, to=M.DELIVERED, says="The freelancer submits a version."
        ),
        "request_revision": when(M.DELIVERED, to=M.IN_REVISION, says="The employer asks for changes."),
        "approve_part": stays(
            M.FUNDED, M.DELIVERED, M.IN_REVISION,
            says="The employer releases a part; state and review window do not change.",
        ),
        "approve": when(M.FUNDED, M.DELIVERED, M.IN_REVISION, to=M.APPROVED, says="The employer releases the rest."),
        "auto_approve": when(M.DELIVERED, to=M.APPROVED, says="The review window ends without an answer (automatic)."),
        "dispute": when(M.FUNDED, M.DELIVERED, M.IN_REVISION, to=M.DISPUTED, says="A party opens a dispute."),
        "resume_work": when(M.DISPUTED, to=M.FUNDED, says="The dispute is withdrawn; it was opened before a delivery."),
        "resume_review": when(
            M.DISPUTED, to=M.DELIVERED,
            says="The dispute is withdrawn; the review window continues with the remaining time."
        ),
        "resume_revision": when(
            M.DISPUTED, to=M.IN_REVISION,
            says="The dispute is withdrawn; it was opened during a revision.",
        ),
        "end_paid": when(
            M.FUNDED, M.DELIVERED, M.IN_REVISION, M.DISPUTED,
            to=M.APPROVED, says="By a dispute or an agreement, all held money goes to the freelancer.",
        ),
        "end_split": when(
            M.FUNDED, M.DELIVERED, M.IN_REVISION, M.DISPUTED,
            to=M.SPLIT, says="Nothing is held any more, and each side received a part.",
        ),
        "end_refunded": when(
            M.FUNDED, M.DELIVERED, M.IN_REVISION, M.DISPUTED,
            to=M.REFUNDED, says="Nothing is held any more, and all of it was refunded.",
        ),
        "cancel": when(
            M.PLANNED, M.AWAITING_PAYMENT, to=M.CANCELLED,
            says="Both sides agree to stop, or the freelancer leaves a contract of which nothing was paid in.",
        ),
    },
)  # fmt: skip

P = ProposalStatus
PROPOSAL = Machine(
    "cancellation_proposal",
    ProposalStatus,
    initial=P.OPEN,
    meanings={
        P.OPEN: "One side proposed to stop and how to split the held money; the other side has not answered yet.",
        P.ACCEPTED: "Accepted; the money was split as proposed.",
        P.DECLINED: "Declined; the work continues.",
        P.WITHDRAWN: "Withdrawn by the side that proposed it.",
    },
    table={
        "accept": when(P.OPEN, to=P.ACCEPTED, says="The other side accepts it."),
        "decline": when(P.OPEN, to=P.DECLINED, says="The other side declines it."),
        "withdraw": when(P.OPEN, to=P.WITHDRAWN, says="The side that proposed it withdraws it."),
    },
)

G = ChangeStatus
CHANGE = Machine(
    "change_request",
    ChangeStatus,
    initial=G.OPEN,
    meanings={
        G.OPEN: "One side proposed new terms; the other side has not answered. Review windows of the delivered "
        "milestones it is about are paused.",
        G.ACCEPTED: "Both sides agreed: the contract has a new version.",
        G.DECLINED: "Declined; the contract stays as it is.",
        G.COUNTERED: "The other side answered with terms of its own, which are a change request of their own.",
        G.WITHDRAWN: "Withdrawn by the side that proposed it.",
        G.LAPSED: "Not answered in time, or the work it is about ended first.",
    },
    table={
        "accept": when(G.OPEN, to=G.ACCEPTED, says="The other side accepts it."),
        "decline": when(G.OPEN, to=G.DECLINED, says="The other side declines it."),
        "counter": when(G.OPEN, to=G.COUNTERED, says="The other side proposes other terms."),
        "withdraw": when(G.OPEN, to=G.WITHDRAWN, says="The side that proposed it withdraws it."),
        "lapse": when(
            G.OPEN, to=G.LAPSED, says="The time for an answer ends, or a milestone that it changes ends (automatic)."
        ),
    },
)

B = BonusStatus
BONUS = Machine(
    "bonus",
    BonusStatus,
    initial=B.PLANNED,
    meanings={
        B.PLANNED: "The employer entered an amount and has not started to pay.",
        B.AWAITING_PAYMENT: "The employer started the payment; the processor has not confirmed it.",
        B.PAID: "The payment arrived and went to the freelancer at once, less fees.",
        B.CANCELLED: "The employer decided not to pay it; nothing was taken.",
    },
    table={
        "start_payment": when(
            B.PLANNED, B.AWAITING_PAYMENT, to=B.AWAITING_PAYMENT, says="The employer starts the payment."
        ),
        "payment_failed": when(
            B.AWAITING_PAYMENT, to=B.PLANNED, says="The payment page is closed and no money was taken."
        ),
        "pay": when(
            B.PLANNED, B.AWAITING_PAYMENT, to=B.PAID, says="The processor confirms the payment; it is released at once."
        ),
        "cancel": when(B.PLANNED, to=B.CANCELLED, says="The employer decides not to pay it."),
    },
)

L = NoticeStatus
NOTICE = Machine(
    "late_notice",
    NoticeStatus,
    initial=L.RUNNING,
    meanings={
        L.RUNNING: "The work is late; the employer set a last date for its delivery.",
        L.MET: "The freelancer delivered before the employer ended the work.",
        L.REPLACED: "Both sides agreed on a new date.",
        L.WITHDRAWN: "The employer withdrew it.",
        L.CLOSED: "The milestone ended in another way: by agreement, approval, dispute or the limit of holding.",
        L.ENFORCED: "The last date passed and the employer ended the work: held money was refunded. Counts as a missed "
        "deadline; no-fault ends have no such row.",
        L.APPEALED: "The freelancer says that it was not their fault; our staff has not answered.",
        L.UPHELD: "Our staff answered the appeal: it stays a missed deadline.",
        L.OVERTURNED: "Our staff answered the appeal: it was not the freelancer's fault. Money does not move.",
    },
    table={
        "meet": when(L.RUNNING, to=L.MET, says="The freelancer delivers."),
        "replace": when(L.RUNNING, to=L.REPLACED, says="A change request with a new date is accepted."),
        "withdraw": when(L.RUNNING, to=L.WITHDRAWN, says="The employer withdraws it."),
        "close": when(L.RUNNING, to=L.CLOSED, says="The milestone ends in another way, or is disputed (automatic)."),
        "enforce": when(L.RUNNING, to=L.ENFORCED, says="After the last date the employer ends the work."),
        "appeal": when(L.ENFORCED, to=L.APPEALED, says="The freelancer appeals within 14 days."),
        "uphold": when(L.APPEALED, to=L.UPHELD, says="Our staff confirms it, with reasons."),
        "overturn": when(L.APPEALED, to=L.OVERTURNED, says="Our staff decides otherwise, with reasons."),
    },
)
