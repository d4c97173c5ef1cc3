"""
From the facts of every area to notifications: who is told, and which values the sentence needs.

What a fact tells of may have gone on since; the rows are read as they are now, and a row that is gone tells nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from apps.accounts import events as accounts
from apps.accounts import queries as people
from apps.accounts import rules as roles
from apps.accounts.models import MembershipInvitation, Organization, User
from apps.bidding import events as bidding
from apps.bidding import queries as bids
from apps.bidding.models import Bid
from apps.common.money import Money
from apps.contracts import events as contracts
from apps.contracts.models import CancellationProposal, Contract, Deliverable, Milestone, RevisionRequest
from apps.contracts.states import ContractStatus
from apps.disputes import events as disputes
from apps.disputes.models import Dispute, DisputeStatement, SplitProposal
from apps.disputes.states import DisputeStatus
from apps.escrow import events as escrow
from apps.escrow.models import Escrow, Release
from apps.matching import events as matching
from apps.messaging import events as messaging
from apps.messaging.models import Message
from apps.moderation import events as moderation
from apps.moderation.models import Objection, Report, Statement
from apps.notifications import operations, rules
from apps.outbox import bus
from apps.payments import events as payments
from apps.payments import queries as payment_queries
from apps.reviews import events as reviews
from apps.spending import events as spending
from apps.spending.models import Approval
from apps.spending.states import ApprovalStatus
from apps.tasks import events as tasks
from apps.tasks.models import Addendum, Question, Task, TaskInvitation
from apps.tasks.states import BidWindow, TaskStatus


def _tell(
    organization_id: UUID,
    kind: str,
    key: object,
    now: datetime,
    route: str,
    *route_args: object,
    capability: str = roles.VIEW,
    anchor: str = "",
    replaces_unread: bool = False,
    **params: Any,
) -> None:
    operations.notify(
        users=people.users_to_tell(organization_id, capability),
        organization_id=organization_id,
        kind=kind,
        key=key,
        params=params,
        route=route,
        route_args=route_args,
        anchor=anchor,
        now=now,
        replaces_unread=replaces_unread,
    )


def _name(organization_id: UUID) -> str:
    return str(Organization.objects.values_list("display_name", flat=True).get(id=organization_id))


# --- tasks ----------------------------------------------------------------------------------------------------------


@bus.subscribe(matching.TaskSuits, name="notifications.task_suits")
def task_suits(event: matching.TaskSuits, now: datetime) -> None:
    task = Task.objects.filter(id=event.task_id, status=TaskStatus.OPEN).first()
    if task is None or task.budget_max is None:
        return
    for organization_id in event.organization_ids:
        _tell(
            organization_id, "task_suits", task.id, now, "tasks:detail", task.id, capability=roles.BID,
            task=task.title, budget=rules.money(task.budget_max), closes_at=rules.moment(task.bidding_closes_at),
        )  # fmt: skip


@bus.subscribe(tasks.FreelancerInvited, name="notifications.freelancer_invited")
def freelancer_invited(event: tasks.FreelancerInvited, now: datetime) -> None:
    invitation = TaskInvitation.objects.select_related("task__employer").get(id=event.invitation_id)
    _tell(
        event.organization_id, "task_invitation", invitation.id, now, "tasks:detail", event.task_id,
        who=invitation.task.employer.display_name, task=invitation.task.title,
        closes_at=rules.moment(invitation.task.bidding_closes_at),
    )  # fmt: skip


@bus.subscribe(tasks.AddendumAdded, name="notifications.addendum_added")
def addendum_added(event: tasks.AddendumAdded, now: datetime) -> None:
    addendum = Addendum.objects.select_related("task").get(id=event.addendum_id)
    for organization_id in bids.bidders(event.task_id):
        _tell(
            organization_id, "task_addendum", addendum.id, now, "tasks:detail", event.task_id,
            task=addendum.task.title, text=rules.text(addendum.text),
        )  # fmt: skip


@bus.subscribe(tasks.QuestionAsked, name="notifications.question_asked")
def question_asked(event: tasks.QuestionAsked, now: datetime) -> None:
    question = Question.objects.select_related("task", "asked_by").get(id=event.question_id)
    _tell(
        question.task.employer_id, "question_asked", question.id, now, "tasks:detail", event.task_id,
        capability=roles.POST_TASK, who=question.asked_by.display_name, task=question.task.title,
        text=rules.text(question.text),
    )  # fmt: skip


@bus.subscribe(tasks.QuestionAnswered, name="notifications.question_answered")
def question_answered(event: tasks.QuestionAnswered, now: datetime) -> None:
    question = Question.objects.select_related("task").get(id=event.question_id)
    for organization_id in {question.asked_by_id, *bids.bidders(event.task_id)}:
        _tell(
            organization_id, "question_answered", question.id, now, "tasks:detail", event.task_id,
            task=question.task.title, text=rules.text(question.answer),
        )  # fmt: skip


@bus.subscribe(tasks.BiddingClosed, name="notifications.bidding_closed")
def bidding_closed(event: tasks.BiddingClosed, now: datetime) -> None:
    task = Task.objects.get(id=event.task_id)
    _tell(
        task.employer_id, "bidding_closed", task.id, now, "bidding:compare", task.id, capability=roles.POST_TASK,
        task=task.title, count=bids.bid_count(task.id), decision_at=rules.moment(task.decision_due_at),
    )  # fmt: skip


@bus.subscribe(tasks.TaskEnded, name="notifications.task_ended")
def task_ended(event: tasks.TaskEnded, now: datetime) -> None:
    """The employer is told when the clock did it; bidders learn it through their bids."""
    if event.status == TaskStatus.EXPIRED:
        task = Task.objects.get(id=event.task_id)
        _tell(
            task.employer_id, "task_expired", task.id, now, "tasks:detail", task.id, capability=roles.POST_TASK,
            task=task.title,
        )  # fmt: skip


# --- bids -----------------------------------------------------------------------------------------------------------


def _bid(bid_id: UUID) -> Bid:
    return Bid.objects.select_related("task", "bidder").get(id=bid_id)


@bus.subscribe(bidding.BidSubmitted, name="notifications.bid_submitted")
def bid_submitted(event: bidding.BidSubmitted, now: datetime) -> None:
    """A sealed bid says nothing of itself: neither who nor how much."""
    bid = _bid(event.bid_id)
    task = bid.task
    if task.bid_window == BidWindow.SEALED:
        _tell(
            task.employer_id, "bid_received_sealed", bid.id, now, "tasks:detail", task.id, capability=roles.POST_TASK,
            task=task.title, closes_at=rules.moment(task.bidding_closes_at),
        )  # fmt: skip
    else:
        _tell(
            task.employer_id, "bid_received", bid.id, now, "bidding:compare", task.id, capability=roles.POST_TASK,
            who=bid.bidder.display_name, task=task.title, amount=rules.money(bid.binding_amount), days=bid.days,
        )  # fmt: skip


@bus.subscribe(bidding.BidShortlisted, name="notifications.bid_shortlisted")
def bid_shortlisted(event: bidding.BidShortlisted, now: datetime) -> None:
    bid = _bid(event.bid_id)
    _tell(bid.bidder_id, "bid_shortlisted", bid.id, now, "bidding:detail", bid.id, task=bid.task.title)


@bus.subscribe(bidding.BidDeclined, name="notifications.bid_declined")
def bid_declined(event: bidding.BidDeclined, now: datetime) -> None:
    bid = _bid(event.bid_id)
    _tell(
        bid.bidder_id, "bid_declined", bid.id, now, "bidding:detail", bid.id, task=bid.task.title,
        reason=rules.choice("decline_reason", event.reason),
    )  # fmt: skip


@bus.subscribe(bidding.BidNotTaken, name="notifications.bid_not_taken")
def bid_not_taken(event: bidding.BidNotTaken, now: datetime) -> None:
    bid = _bid(event.bid_id)
    _tell(bid.bidder_id, "bid_not_taken", bid.id, now, "bidding:detail", bid.id, task=bid.task.title)


# --- contracts ------------------------------------------------------------------------------------------------------


def _contract(contract_id: UUID) -> Contract:
    return Contract.objects.select_related("employer", "freelancer").get(id=contract_id)


def _milestone(milestone_id: UUID) -> Milestone:
    return Milestone.objects.select_related("contract__employer", "contract__freelancer").get(id=milestone_id)


def _other_party(contract: Contract, organization_id: UUID) -> Organization:
    return contract.freelancer if organization_id == contract.employer_id else contract.employer


@bus.subscribe(contracts.ContractOffered, name="notifications.contract_offered")
def contract_offered(event: contracts.ContractOffered, now: datetime) -> None:
    contract = _contract(event.contract_id)
    _tell(
        contract.freelancer_id, "contract_offered", contract.id, now, "contracts:room", contract.id,
        who=contract.employer.display_name, contract=contract.title, amount=rules.money(contract.amount),
        respond_by=rules.moment(contract.respond_by),
    )  # fmt: skip


@bus.subscribe(contracts.ContractAccepted, name="notifications.contract_accepted")
def contract_accepted(event: contracts.ContractAccepted, now: datetime) -> None:
    contract = _contract(event.contract_id)
    _tell(
        contract.employer_id, "contract_accepted", contract.id, now, "contracts:room", contract.id,
        who=contract.freelancer.display_name, contract=contract.title,
    )  # fmt: skip


@bus.subscribe(contracts.OfferEnded, name="notifications.offer_ended")
def offer_ended(event: contracts.OfferEnded, now: datetime) -> None:
    contract = _contract(event.contract_id)
    told = {
        ContractStatus.DECLINED: [("offer_declined", contract.employer_id)],
        ContractStatus.LAPSED: [("offer_lapsed", contract.employer_id), ("offer_lapsed", contract.freelancer_id)],
        ContractStatus.TAKEN_BACK: [("offer_taken_back", contract.freelancer_id)],
    }
    for kind, organization_id in told.get(ContractStatus(event.status), []):
        _tell(
            organization_id, kind, contract.id, now, "contracts:room", contract.id,
            who=contract.freelancer.display_name, contract=contract.title,
        )  # fmt: skip


def _tell_of_milestone(
    milestone: Milestone,
    to: UUID,
    kind: str,
    key: object,
    now: datetime,
    *,
    capability: str = roles.VIEW,
    **params: Any,
) -> None:
    _tell(
        to, kind, key, now, "contracts:room", milestone.contract_id, capability=capability,
        anchor=f"milestone-{milestone.position}", milestone=milestone.title, **params,
    )  # fmt: skip


@bus.subscribe(contracts.MilestoneFunded, name="notifications.milestone_funded")
def milestone_funded(event: contracts.MilestoneFunded, now: datetime) -> None:
    milestone = _milestone(event.milestone_id)
    to = milestone.contract.freelancer_id
    _tell_of_milestone(
        milestone, to, "milestone_funded", milestone.escrow_id, now, amount=rules.money(milestone.amount)
    )


@bus.subscribe(contracts.MilestonePaymentFailed, name="notifications.milestone_payment_failed")
def milestone_payment_failed(event: contracts.MilestonePaymentFailed, now: datetime) -> None:
    milestone = _milestone(event.milestone_id)
    to = milestone.contract.employer_id
    key = f"{milestone.id}:{now.isoformat()}"
    _tell_of_milestone(milestone, to, "milestone_payment_failed", key, now, capability=roles.FUND)


@bus.subscribe(contracts.WorkDelivered, name="notifications.work_delivered")
def work_delivered(event: contracts.WorkDelivered, now: datetime) -> None:
    milestone = _milestone(event.milestone_id)
    # The milestone's own date is gone when the work was answered before this is told.
    submitted_at = Deliverable.objects.get(id=event.deliverable_id).submitted_at
    due_at = milestone.review_due_at or submitted_at + timedelta(days=milestone.contract.review_days)
    _tell_of_milestone(
        milestone, milestone.contract.employer_id, "work_delivered", event.deliverable_id, now,
        who=milestone.contract.freelancer.display_name, review_due_at=rules.moment(due_at),
    )  # fmt: skip


@bus.subscribe(contracts.RevisionRequested, name="notifications.revision_requested")
def revision_requested(event: contracts.RevisionRequested, now: datetime) -> None:
    milestone = _milestone(event.milestone_id)
    asked = RevisionRequest.objects.filter(deliverable__milestone=milestone, number=event.number).first()
    _tell_of_milestone(
        milestone, milestone.contract.freelancer_id, "revision_requested", f"{milestone.id}:{event.number}", now,
        who=milestone.contract.employer.display_name, text=rules.text(asked.text) if asked else "",
    )  # fmt: skip


@bus.subscribe(contracts.MilestoneApproved, name="notifications.milestone_approved")
def milestone_approved(event: contracts.MilestoneApproved, now: datetime) -> None:
    milestone = _milestone(event.milestone_id)
    amount = rules.money(Money(event.amount_minor, event.currency))
    key = f"{milestone.id}:{now.isoformat()}" if not event.is_whole else milestone.id
    kind = "milestone_approved" if event.is_whole else "milestone_part_approved"
    if event.by_clock:
        kind = "milestone_approved_by_clock"
        _tell_of_milestone(milestone, milestone.contract.employer_id, kind, key, now, amount=amount)
    _tell_of_milestone(milestone, milestone.contract.freelancer_id, kind, key, now, amount=amount)


@bus.subscribe(contracts.ReviewReminder, name="notifications.review_reminder")
def review_reminder(event: contracts.ReviewReminder, now: datetime) -> None:
    milestone = _milestone(event.milestone_id)
    key = f"{milestone.id}:{milestone.review_due_at}:{event.days_left}"
    to = milestone.contract.employer_id
    _tell_of_milestone(milestone, to, "review_reminder", key, now, capability=roles.APPROVE, days=event.days_left)


@bus.subscribe(contracts.CancellationProposed, name="notifications.cancellation_proposed")
def cancellation_proposed(event: contracts.CancellationProposed, now: datetime) -> None:
    contract = _contract(event.contract_id)
    proposal = CancellationProposal.objects.select_related("proposed_by").get(id=event.proposal_id)
    _tell(
        _other_party(contract, proposal.proposed_by_id).id, "cancellation_proposed", proposal.id, now,
        "contracts:room", contract.id, who=proposal.proposed_by.display_name, contract=contract.title,
    )  # fmt: skip


@bus.subscribe(contracts.CancellationAnswered, name="notifications.cancellation_answered")
def cancellation_answered(event: contracts.CancellationAnswered, now: datetime) -> None:
    contract = _contract(event.contract_id)
    proposal = CancellationProposal.objects.get(id=event.proposal_id)
    kind = "cancellation_accepted" if event.is_accepted else "cancellation_declined"
    _tell(
        proposal.proposed_by_id, kind, proposal.id, now, "contracts:room", contract.id,
        who=_other_party(contract, proposal.proposed_by_id).display_name, contract=contract.title,
    )  # fmt: skip


@bus.subscribe(contracts.ContractCompleted, name="notifications.contract_completed")
def contract_completed(event: contracts.ContractCompleted, now: datetime) -> None:
    _tell_both(event.contract_id, "contract_completed", now)


@bus.subscribe(contracts.ContractCancelled, name="notifications.contract_cancelled")
def contract_cancelled(event: contracts.ContractCancelled, now: datetime) -> None:
    _tell_both(event.contract_id, "contract_cancelled", now)


def _tell_both(contract_id: UUID, kind: str, now: datetime) -> None:
    contract = _contract(contract_id)
    for to in (contract.employer_id, contract.freelancer_id):
        _tell(
            to, kind, contract.id, now, "contracts:room", contract.id, contract=contract.title,
            who=_other_party(contract, to).display_name,
        )  # fmt: skip


# --- disputes -------------------------------------------------------------------------------------------------------


def _tell_of_dispute(dispute: Dispute, to: UUID, kind: str, key: object, now: datetime, **params: Any) -> None:
    _tell(to, kind, key, now, "disputes:room", dispute.id, milestone=dispute.milestone.title, **params)


def _dispute(dispute_id: UUID) -> Dispute:
    return Dispute.objects.select_related("milestone", "opened_by", "respondent").get(id=dispute_id)


@bus.subscribe(disputes.DisputeOpened, name="notifications.dispute_opened")
def dispute_opened(event: disputes.DisputeOpened, now: datetime) -> None:
    dispute = _dispute(event.dispute_id)
    _tell_of_dispute(
        dispute, event.respondent_id, "dispute_opened", dispute.id, now, who=dispute.opened_by.display_name,
        amount=rules.money(dispute.amount), answer_due_at=rules.moment(dispute.answer_due_at),
    )  # fmt: skip


@bus.subscribe(disputes.DisputeSaid, name="notifications.dispute_said")
def dispute_said(event: disputes.DisputeSaid, now: datetime) -> None:
    said = DisputeStatement.objects.select_related("organization").get(id=event.statement_id)
    _tell_of_dispute(
        _dispute(event.dispute_id), event.to_id, "dispute_said", said.id, now, who=said.organization.display_name,
        text=rules.text(said.text),
    )  # fmt: skip


@bus.subscribe(disputes.SplitProposed, name="notifications.split_proposed")
def split_proposed(event: disputes.SplitProposed, now: datetime) -> None:
    proposal = SplitProposal.objects.select_related("organization", "dispute").get(id=event.proposal_id)
    _tell_of_dispute(
        _dispute(event.dispute_id), event.to_id, "split_proposed", proposal.id, now,
        who=proposal.organization.display_name, freelancer=rules.money(proposal.freelancer_part),
        employer=rules.money(proposal.employer_part),
    )  # fmt: skip


_DISPUTE_ENDS = {
    DisputeStatus.SETTLED: "dispute_settled",
    DisputeStatus.DECIDED: "dispute_decided",
    DisputeStatus.WITHDRAWN: "dispute_withdrawn",
    DisputeStatus.LAPSED: "dispute_lapsed",
}


@bus.subscribe(disputes.DisputeEnded, name="notifications.dispute_ended")
def dispute_ended(event: disputes.DisputeEnded, now: datetime) -> None:
    dispute = _dispute(event.dispute_id)
    parts = {}
    if dispute.freelancer_part is not None and dispute.employer_part is not None:
        parts = {"freelancer": rules.money(dispute.freelancer_part), "employer": rules.money(dispute.employer_part)}
    for to in (dispute.opened_by_id, dispute.respondent_id):
        _tell_of_dispute(dispute, to, _DISPUTE_ENDS[DisputeStatus(event.status)], dispute.id, now, **parts)


# --- money ----------------------------------------------------------------------------------------------------------


@bus.subscribe(escrow.EscrowReleased, name="notifications.escrow_released")
def escrow_released(event: escrow.EscrowReleased, now: datetime) -> None:
    memo = Escrow.objects.values_list("memo", flat=True).get(id=event.escrow_id)
    _tell(
        event.payee_id, "funds_released", event.release_id, now, "payments:wallet",
        amount=rules.money(Money(event.net_minor, event.currency)), memo=memo,
    )  # fmt: skip


@bus.subscribe(escrow.EscrowRefunded, name="notifications.escrow_refunded")
def escrow_refunded(event: escrow.EscrowRefunded, now: datetime) -> None:
    memo = Escrow.objects.values_list("memo", flat=True).get(id=event.escrow_id)
    _tell(
        event.payer_id, "escrow_refunded", event.refund_id, now, "payments:wallet",
        amount=rules.money(Money(event.amount_minor, event.currency)), memo=memo,
    )  # fmt: skip


@bus.subscribe(escrow.EscrowCredited, name="notifications.escrow_credited")
def escrow_credited(event: escrow.EscrowCredited, now: datetime) -> None:
    memo = Escrow.objects.values_list("memo", flat=True).get(id=event.escrow_id)
    amount = rules.money(Money(event.amount_minor, event.currency))
    key = f"{event.escrow_id}:{now.isoformat()}"
    _tell(event.payer_id, "escrow_credited", key, now, "payments:wallet", amount=amount, memo=memo)


@bus.subscribe(escrow.GoodwillGiven, name="notifications.goodwill_given")
def goodwill_given(event: escrow.GoodwillGiven, now: datetime) -> None:
    memo = Release.objects.values_list("escrow__memo", flat=True).get(id=event.release_id)
    amount = rules.money(Money(event.amount_minor, event.currency))
    _tell(
        event.organization_id, "goodwill_given", event.goodwill_id, now, "payments:wallet", amount=amount, memo=memo,
        reason=rules.text(event.reason),
    )  # fmt: skip


@bus.subscribe(escrow.EscrowHoldEnding, name="notifications.hold_ending")
def hold_ending(event: escrow.EscrowHoldEnding, now: datetime) -> None:
    memo = Escrow.objects.values_list("memo", flat=True).get(id=event.escrow_id)
    for to in (event.payer_id, event.payee_id):
        _tell(
            to, "hold_ending", event.escrow_id, now, "contracts:list", memo=memo,
            hold_until=rules.moment(event.hold_until),
        )  # fmt: skip


@bus.subscribe(escrow.EscrowHoldEnded, name="notifications.hold_ended")
def hold_ended(event: escrow.EscrowHoldEnded, now: datetime) -> None:
    held = Escrow.objects.get(id=event.escrow_id)
    for to in (held.payer_id, held.payee_id):
        _tell(to, "hold_ended", event.escrow_id, now, "contracts:list", memo=held.memo)


@bus.subscribe(escrow.EscrowClaimed, name="notifications.money_claimed")
def money_claimed(event: escrow.EscrowClaimed, now: datetime) -> None:
    kind = "money_doubted" if event.kind == "warning" else "money_claimed"
    _tell_parties(event.payer_id, event.payee_id, kind, event.claim_id, event.escrow_id, now)


@bus.subscribe(escrow.EscrowClaimEnded, name="notifications.claim_ended")
def claim_ended(event: escrow.EscrowClaimEnded, now: datetime) -> None:
    _tell_parties(event.payer_id, event.payee_id, "claim_ended", event.claim_id, event.escrow_id, now)


@bus.subscribe(escrow.EscrowChargedBack, name="notifications.charged_back")
def charged_back(event: escrow.EscrowChargedBack, now: datetime) -> None:
    memo = Escrow.objects.values_list("memo", flat=True).get(id=event.escrow_id)
    amount, borne = (Money(minor, event.currency) for minor in (event.amount_minor, event.from_payee_minor))
    _tell(
        event.payee_id, "charged_back", event.chargeback_id, now, "payments:wallet", memo=memo,
        amount=rules.money(amount), borne=rules.money(borne),
    )  # fmt: skip


def _tell_parties(payer: UUID, payee: UUID, kind: str, key: UUID, escrow_id: UUID, now: datetime) -> None:
    memo = Escrow.objects.values_list("memo", flat=True).get(id=escrow_id)
    for to in (payer, payee):
        _tell(to, kind, key, now, "payments:wallet", memo=memo)


@bus.subscribe(payments.ReconciliationDiffered, name="notifications.books_differ")
def books_differ(event: payments.ReconciliationDiffered, now: datetime) -> None:
    operations.notify(
        users=people.staff_to_tell(),
        organization_id=None,
        kind="books_differ",
        key=event.run_id,
        params={"gateway": event.gateway, "count": event.items},
        route="payments:reconciliation",
        route_args=[],
        now=now,
    )


@bus.subscribe(payments.ChargebackOpened, name="notifications.chargeback_due")
def chargeback_due(event: payments.ChargebackOpened, now: datetime) -> None:
    """Staff answer the bank, and there is a deadline: they are told."""
    number = payment_queries.chargeback_number(event.chargeback_id)
    operations.notify(
        users=people.staff_to_tell(),
        organization_id=None,
        kind="chargeback_due",
        key=event.chargeback_id,
        params={
            "number": number, "who": _name(event.payer_id),
            "amount": rules.money(Money(event.amount_minor, event.currency)),
        },
        route="payments:chargeback",
        route_args=[event.chargeback_id],
        now=now,
    )  # fmt: skip


def _tell_of_payout(
    to: UUID, kind: str, key: object, now: datetime, amount_minor: int, currency: str, *, capability: str
) -> None:
    amount = rules.money(Money(amount_minor, currency))
    _tell(to, kind, key, now, "payments:wallet", capability=capability, amount=amount)


@bus.subscribe(payments.RefundSucceeded, name="notifications.refund_succeeded")
def refund_succeeded(event: payments.RefundSucceeded, now: datetime) -> None:
    _tell_of_payout(
        event.payer_id, "refund_succeeded", event.refund_id, now, event.amount_minor, event.currency,
        capability=roles.FUND,
    )  # fmt: skip


@bus.subscribe(payments.RefundFailed, name="notifications.refund_failed")
def refund_failed(event: payments.RefundFailed, now: datetime) -> None:
    _tell_of_payout(
        event.payer_id, "refund_failed", event.refund_id, now, event.amount_minor, event.currency,
        capability=roles.FUND,
    )  # fmt: skip


@bus.subscribe(payments.PayoutPaid, name="notifications.payout_paid")
def payout_paid(event: payments.PayoutPaid, now: datetime) -> None:
    _tell_of_payout(
        event.organization_id, "payout_paid", event.payout_id, now, event.amount_minor, event.currency,
        capability=roles.WITHDRAW,
    )  # fmt: skip


@bus.subscribe(payments.PayoutFailed, name="notifications.payout_failed")
def payout_failed(event: payments.PayoutFailed, now: datetime) -> None:
    _tell_of_payout(
        event.organization_id, "payout_failed", event.payout_id, now, event.amount_minor, event.currency,
        capability=roles.WITHDRAW,
    )  # fmt: skip


@bus.subscribe(payments.PayoutAccountChanged, name="notifications.payout_account_changed")
def payout_account_changed(event: payments.PayoutAccountChanged, now: datetime) -> None:
    _tell(
        event.organization_id, "payout_account_changed", f"{event.organization_id}:{now.isoformat()}", now,
        "payments:wallet", capability=roles.WITHDRAW, organization=_name(event.organization_id), last4=event.last4,
    )  # fmt: skip


# --- messages, reviews, moderation, people --------------------------------------------------------------------------


@bus.subscribe(messaging.MessageSent, name="notifications.message_sent")
def message_sent(event: messaging.MessageSent, now: datetime) -> None:
    message = Message.objects.select_related("contract", "sender_organization").get(id=event.message_id)
    _tell(
        event.recipient_organization_id, "message_received", message.id, now, "messaging:thread", event.contract_id,
        capability=roles.MESSAGE, replaces_unread=True, who=message.sender_organization.display_name,
        contract=message.contract.title, text="" if message.hidden_at else rules.text(message.text),
    )  # fmt: skip


@bus.subscribe(reviews.ReviewSubmitted, name="notifications.review_submitted")
def review_submitted(event: reviews.ReviewSubmitted, now: datetime) -> None:
    contract = _contract(event.contract_id)
    if not contract.reviews.filter(author_id=event.subject_id).exists():  # else both are in, and published
        _tell(
            event.subject_id, "review_submitted", event.contract_id, now, "reviews:new", event.contract_id,
            who=_name(event.author_id), contract=contract.title,
        )  # fmt: skip


@bus.subscribe(reviews.ReviewPublished, name="notifications.review_published")
def review_published(event: reviews.ReviewPublished, now: datetime) -> None:
    _tell(
        event.subject_id, "review_published", event.review_id, now, "reviews:list", who=_name(event.author_id),
        contract=_contract(event.contract_id).title,
    )  # fmt: skip


@bus.subscribe(reviews.ReviewReplied, name="notifications.review_replied")
def review_replied(event: reviews.ReviewReplied, now: datetime) -> None:
    contract = Contract.objects.get(reviews__id=event.review_id)
    _tell(
        event.author_id, "review_replied", event.review_id, now, "reviews:list", who=_name(event.subject_id),
        contract=contract.title,
    )  # fmt: skip


@bus.subscribe(moderation.StatementIssued, name="notifications.statement_issued")
def statement_issued(event: moderation.StatementIssued, now: datetime) -> None:
    title = Statement.objects.values_list("title", flat=True).get(id=event.statement_id)
    _tell(
        event.organization_id, "statement_issued", event.statement_id, now, "moderation:statement",
        event.statement_id, title=title,
    )  # fmt: skip


@bus.subscribe(moderation.ObjectionAnswered, name="notifications.objection_answered")
def objection_answered(event: moderation.ObjectionAnswered, now: datetime) -> None:
    objection = Objection.objects.get(id=event.objection_id)
    _tell(
        event.organization_id, "objection_answered", event.objection_id, now, "moderation:statement",
        objection.statement_id,
    )  # fmt: skip


@bus.subscribe(moderation.ReportDecided, name="notifications.report_decided")
def report_decided(event: moderation.ReportDecided, now: datetime) -> None:
    report = Report.objects.get(id=event.report_id)
    _tell_people(
        User.objects.filter(pk=event.reporter_id), report.reporter_organization_id,
        "report_upheld" if event.is_upheld else "report_dismissed", event.report_id, now,
    )  # fmt: skip


def _tell_people(
    users: Iterable[User], organization_id: UUID | None, kind: str, key: object, now: datetime, **params: Any
) -> None:
    operations.notify(
        users=users, organization_id=organization_id, kind=kind, key=key, params=params, route="notifications:list",
        now=now,
    )  # fmt: skip


# --- spending -------------------------------------------------------------------------------------------------------


@bus.subscribe(spending.ApprovalAsked, name="notifications.approval_asked")
def approval_asked(event: spending.ApprovalAsked, now: datetime) -> None:
    """Whoever may pay for the organization, but not the person who asks."""
    asked = Approval.objects.select_related("asked_by").get(id=event.approval_id)
    users = [one for one in people.users_to_tell(event.organization_id, roles.FUND) if one.pk != asked.asked_by_id]
    _tell_of_approval(asked, users, "approval_asked", asked.asked_by.display_name, now)


@bus.subscribe(spending.ApprovalDecided, name="notifications.approval_decided")
def approval_decided(event: spending.ApprovalDecided, now: datetime) -> None:
    asked = Approval.objects.select_related("asked_by", "decided_by").get(id=event.approval_id)
    who = asked.decided_by.display_name if asked.decided_by else ""
    kind = "approval_refused" if asked.status == ApprovalStatus.REFUSED else "approval_granted"
    _tell_of_approval(asked, [asked.asked_by], kind, who, now, text=asked.reason)


def _tell_of_approval(
    asked: Approval, users: Iterable[User], kind: str, who: str, now: datetime, **params: Any
) -> None:
    operations.notify(
        users=users, organization_id=asked.organization_id, kind=kind, key=asked.id,
        params={"who": who, "amount": rules.money(asked.amount), "memo": asked.memo, **params},
        route="spending:approval", route_args=(asked.id,), now=now,
    )  # fmt: skip


@bus.subscribe(accounts.MemberInvited, name="notifications.member_invited")
def member_invited(event: accounts.MemberInvited, now: datetime) -> None:
    invitation = MembershipInvitation.objects.select_related("organization", "invited_by").get(id=event.invitation_id)
    known = User.objects.filter(email__iexact=invitation.email).first()
    operations.invite_by_email(
        key=f"member-invited:{invitation.id}",
        address=invitation.email,
        language=known.language if known else invitation.invited_by.language,
        params={
            "who": invitation.invited_by.display_name, "organization": invitation.organization.display_name,
            "role": invitation.role, "token": event.token, "expires_at": invitation.expires_at.isoformat(),
        },
        now=now,
    )  # fmt: skip
