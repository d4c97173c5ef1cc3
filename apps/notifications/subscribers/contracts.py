"""Notifications of contracts and their milestones."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from apps.accounts import rules as roles
from apps.accounts.models import Organization
from apps.common.money import Money
from apps.contracts import events as contracts
from apps.contracts.models import (
    Bonus,
    CancellationProposal,
    ChangeRequest,
    Contract,
    Deliverable,
    LateNotice,
    Milestone,
    RevisionRequest,
)
from apps.contracts.queries import milestones as milestone_queries
from apps.contracts.states import ChangeStatus, ContractStatus, NoticeStatus
from apps.notifications import rules
from apps.notifications.subscribers.recipients import contract_of, notify_organization
from apps.outbox import bus


def _milestone(milestone_id: UUID) -> Milestone:
    return Milestone.objects.select_related("contract__employer", "contract__freelancer").get(id=milestone_id)


def _other_party(contract: Contract, organization_id: UUID) -> Organization:
    return contract.freelancer if organization_id == contract.employer_id else contract.employer


@bus.subscribe(contracts.ContractOffered, name="notifications.contract_offered")
def contract_offered(event: contracts.ContractOffered, now: datetime) -> None:
    contract = contract_of(event.contract_id)
    notify_organization(
        contract.freelancer_id, "contract_offered", contract.id, now, "contracts:room", contract.id,
        who=contract.employer.display_name, contract=contract.title, amount=rules.money(contract.amount),
        respond_by=rules.moment(contract.respond_by),
    )  # fmt: skip


@bus.subscribe(contracts.ContractAccepted, name="notifications.contract_accepted")
def contract_accepted(event: contracts.ContractAccepted, now: datetime) -> None:
    contract = contract_of(event.contract_id)
    notify_organization(
        contract.employer_id, "contract_accepted", contract.id, now, "contracts:room", contract.id,
        who=contract.freelancer.display_name, contract=contract.title,
    )  # fmt: skip


@bus.subscribe(contracts.OfferEnded, name="notifications.offer_ended")
def offer_ended(event: contracts.OfferEnded, now: datetime) -> None:
    contract = contract_of(event.contract_id)
    recipients = {
        ContractStatus.DECLINED: [("offer_declined", contract.employer_id)],
        ContractStatus.LAPSED: [("offer_lapsed", contract.employer_id), ("offer_lapsed", contract.freelancer_id)],
        ContractStatus.TAKEN_BACK: [("offer_taken_back", contract.freelancer_id)],
    }
    for kind, organization_id in recipients.get(ContractStatus(event.status), []):
        notify_organization(
            organization_id, kind, contract.id, now, "contracts:room", contract.id,
            who=contract.freelancer.display_name, contract=contract.title,
        )  # fmt: skip


def _notify_of_milestone(
    milestone: Milestone,
    to: UUID,
    kind: str,
    key: object,
    now: datetime,
    *,
    capability: str = roles.VIEW,
    **params: Any,
) -> None:
    notify_organization(
        to, kind, key, now, "contracts:room", milestone.contract_id, capability=capability,
        anchor=f"milestone-{milestone.position}", milestone=milestone.title, **params,
    )  # fmt: skip


@bus.subscribe(contracts.MilestoneFunded, name="notifications.milestone_funded")
def milestone_funded(event: contracts.MilestoneFunded, now: datetime) -> None:
    milestone = _milestone(event.milestone_id)
    to = milestone.contract.freelancer_id
    _notify_of_milestone(
        milestone, to, "milestone_funded", milestone.escrow_id, now, amount=rules.money(milestone.amount)
    )


@bus.subscribe(contracts.MilestonePaymentFailed, name="notifications.milestone_payment_failed")
def milestone_payment_failed(event: contracts.MilestonePaymentFailed, now: datetime) -> None:
    milestone = _milestone(event.milestone_id)
    to = milestone.contract.employer_id
    key = f"{milestone.id}:{now.isoformat()}"
    _notify_of_milestone(milestone, to, "milestone_payment_failed", key, now, capability=roles.FUND)


@bus.subscribe(contracts.WorkDelivered, name="notifications.work_delivered")
def work_delivered(event: contracts.WorkDelivered, now: datetime) -> None:
    milestone = _milestone(event.milestone_id)
    # The milestone's own date is already cleared if the work was answered before this runs.
    submitted_at = Deliverable.objects.get(id=event.deliverable_id).submitted_at
    due_at = milestone.review_due_at or milestone_queries.review_due_at(milestone.contract, submitted_at)
    _notify_of_milestone(
        milestone, milestone.contract.employer_id, "work_delivered", event.deliverable_id, now,
        who=milestone.contract.freelancer.display_name, review_due_at=rules.moment(due_at),
    )  # fmt: skip


@bus.subscribe(contracts.RevisionRequested, name="notifications.revision_requested")
def revision_requested(event: contracts.RevisionRequested, now: datetime) -> None:
    milestone = _milestone(event.milestone_id)
    revision = RevisionRequest.objects.filter(deliverable__milestone=milestone, number=event.number).first()
    _notify_of_milestone(
        milestone, milestone.contract.freelancer_id, "revision_requested", f"{milestone.id}:{event.number}", now,
        who=milestone.contract.employer.display_name, text=rules.text(revision.text) if revision else "",
    )  # fmt: skip


@bus.subscribe(contracts.MilestoneApproved, name="notifications.milestone_approved")
def milestone_approved(event: contracts.MilestoneApproved, now: datetime) -> None:
    milestone = _milestone(event.milestone_id)
    amount = rules.money(Money(event.amount_minor, event.currency))
    key = f"{milestone.id}:{now.isoformat()}" if not event.is_whole else milestone.id
    kind = "milestone_approved" if event.is_whole else "milestone_part_approved"
    if event.by_clock:
        kind = "milestone_approved_by_clock"
        _notify_of_milestone(milestone, milestone.contract.employer_id, kind, key, now, amount=amount)
    _notify_of_milestone(milestone, milestone.contract.freelancer_id, kind, key, now, amount=amount)


@bus.subscribe(contracts.FundingReminder, name="notifications.funding_reminder")
def funding_reminder(event: contracts.FundingReminder, now: datetime) -> None:
    milestone = _milestone(event.milestone_id)
    contract, key = milestone.contract, f"{milestone.id}:{milestone.contract.unfunded_since}:{event.days}"
    _notify_of_milestone(
        milestone, contract.employer_id, "funding_reminder", key, now, capability=roles.FUND,
        who=contract.freelancer.display_name, days=event.days,
    )  # fmt: skip
    if event.is_last:
        _notify_of_milestone(
            milestone, contract.freelancer_id, "not_funded", key, now, who=contract.employer.display_name,
            days=event.days,
        )  # fmt: skip


@bus.subscribe(contracts.ReviewReminder, name="notifications.review_reminder")
def review_reminder(event: contracts.ReviewReminder, now: datetime) -> None:
    milestone = _milestone(event.milestone_id)
    key = f"{milestone.id}:{milestone.review_due_at}:{event.days_left}"
    to = milestone.contract.employer_id
    _notify_of_milestone(milestone, to, "review_reminder", key, now, capability=roles.APPROVE, days=event.days_left)


@bus.subscribe(contracts.MilestoneOverdue, name="notifications.milestone_overdue")
def milestone_overdue(event: contracts.MilestoneOverdue, now: datetime) -> None:
    milestone = _milestone(event.milestone_id)
    employer, freelancer = milestone.contract.employer, milestone.contract.freelancer
    for to, other, side in ((employer, freelancer, "employer"), (freelancer, employer, "freelancer")):
        _notify_of_milestone(
            milestone, to.id, f"milestone_overdue_to_{side}", milestone.id, now, who=other.display_name,
            due_at=rules.moment(milestone.due_at),
        )  # fmt: skip


@bus.subscribe(contracts.CancellationProposed, name="notifications.cancellation_proposed")
def cancellation_proposed(event: contracts.CancellationProposed, now: datetime) -> None:
    contract = contract_of(event.contract_id)
    proposal = CancellationProposal.objects.select_related("proposed_by").get(id=event.proposal_id)
    notify_organization(
        _other_party(contract, proposal.proposed_by_id).id, "cancellation_proposed", proposal.id, now,
        "contracts:room", contract.id, who=proposal.proposed_by.display_name, contract=contract.title,
    )  # fmt: skip


@bus.subscribe(contracts.CancellationAnswered, name="notifications.cancellation_answered")
def cancellation_answered(event: contracts.CancellationAnswered, now: datetime) -> None:
    contract = contract_of(event.contract_id)
    proposal = CancellationProposal.objects.get(id=event.proposal_id)
    kind = "cancellation_accepted" if event.is_accepted else "cancellation_declined"
    notify_organization(
        proposal.proposed_by_id, kind, proposal.id, now, "contracts:room", contract.id,
        who=_other_party(contract, proposal.proposed_by_id).display_name, contract=contract.title,
    )  # fmt: skip


@bus.subscribe(contracts.ChangeProposed, name="notifications.change_proposed")
def change_proposed(event: contracts.ChangeProposed, now: datetime) -> None:
    contract = contract_of(event.contract_id)
    change = ChangeRequest.objects.select_related("proposed_by").get(id=event.change_id)
    notify_organization(
        _other_party(contract, change.proposed_by_id).id,
        "change_countered" if event.is_counter else "change_proposed",
        change.id, now, "contracts:change", change.id, who=change.proposed_by.display_name, contract=contract.title,
        respond_by=rules.moment(change.respond_by),
    )  # fmt: skip


_CHANGE_ANSWERS = {
    ChangeStatus.ACCEPTED: "change_accepted",
    ChangeStatus.DECLINED: "change_declined",
    ChangeStatus.WITHDRAWN: "change_withdrawn",
    ChangeStatus.LAPSED: "change_lapsed",
}


@bus.subscribe(contracts.ChangeAnswered, name="notifications.change_answered")
def change_answered(event: contracts.ChangeAnswered, now: datetime) -> None:
    """The proposer is notified of the answer, the other side if the proposal was withdrawn, both if it lapsed."""
    contract = contract_of(event.contract_id)
    change = ChangeRequest.objects.select_related("proposed_by").get(id=event.change_id)
    status, proposer = ChangeStatus(event.status), change.proposed_by
    other = _other_party(contract, proposer.id)
    recipients = {ChangeStatus.WITHDRAWN: [other], ChangeStatus.LAPSED: [proposer, other]}.get(status, [proposer])
    for to in recipients:
        notify_organization(
            to.id, _CHANGE_ANSWERS[status], f"{change.id}:{status}", now, "contracts:change", change.id,
            who=_other_party(contract, to.id).display_name, contract=contract.title,
        )  # fmt: skip


@bus.subscribe(contracts.NoticeGiven, name="notifications.notice_given")
def notice_given(event: contracts.NoticeGiven, now: datetime) -> None:
    notice = LateNotice.objects.get(id=event.notice_id)
    _notify_of_notice(notice, "notice_given", ["freelancer"], now, deliver_by=rules.moment(notice.deliver_by))


_NOTICE_ENDS = {
    NoticeStatus.WITHDRAWN: ["freelancer"],
    NoticeStatus.ENFORCED: ["freelancer"],
    NoticeStatus.APPEALED: ["employer"],
    NoticeStatus.UPHELD: ["freelancer", "employer"],
    NoticeStatus.OVERTURNED: ["freelancer", "employer"],
}


@bus.subscribe(contracts.NoticeEnded, name="notifications.notice_ended")
def notice_ended(event: contracts.NoticeEnded, now: datetime) -> None:
    notice = LateNotice.objects.get(id=event.notice_id)
    _notify_of_notice(notice, f"notice_{event.status}", _NOTICE_ENDS[NoticeStatus(event.status)], now)


def _notify_of_notice(notice: LateNotice, kind: str, sides: list[str], now: datetime, **params: Any) -> None:
    milestone = _milestone(notice.milestone_id)
    contract = milestone.contract
    for side in sides:
        to, other = contract.freelancer, contract.employer
        if side == "employer":
            to, other = other, to
        notify_organization(
            to.id, kind, notice.id, now, "contracts:notice", notice.id, who=other.display_name,
            milestone=milestone.title, **params,
        )  # fmt: skip


@bus.subscribe(contracts.BonusPaid, name="notifications.bonus_paid")
def bonus_paid(event: contracts.BonusPaid, now: datetime) -> None:
    contract, bonus = contract_of(event.contract_id), Bonus.objects.get(id=event.bonus_id)
    notify_organization(
        contract.freelancer_id, "bonus_received", bonus.id, now, "contracts:room", contract.id,
        who=contract.employer.display_name, contract=contract.title, amount=rules.money(bonus.amount),
    )  # fmt: skip


@bus.subscribe(contracts.ContractCompleted, name="notifications.contract_completed")
def contract_completed(event: contracts.ContractCompleted, now: datetime) -> None:
    _notify_both(event.contract_id, "contract_completed", now)


_CONTRACT_ENDS = {
    ContractStatus.ENDED_EARLY: "contract_ended_early",
    ContractStatus.SPLIT: "contract_split",
    ContractStatus.REFUNDED: "contract_refunded",
    ContractStatus.CANCELLED: "contract_cancelled",
    ContractStatus.LEFT: "contract_left",
}


@bus.subscribe(contracts.ContractEnded, name="notifications.contract_ended")
def contract_ended(event: contracts.ContractEnded, now: datetime) -> None:
    went = milestone_queries.money_of_contract(contract_of(event.contract_id))
    _notify_both(
        event.contract_id, _CONTRACT_ENDS[ContractStatus(event.status)], now,
        freelancer=rules.money(went.released), employer=rules.money(went.refunded),
    )  # fmt: skip


def _notify_both(contract_id: UUID, kind: str, now: datetime, **params: Any) -> None:
    contract = contract_of(contract_id)
    for to in (contract.employer_id, contract.freelancer_id):
        notify_organization(
            to, kind, contract.id, now, "contracts:room", contract.id, contract=contract.title,
            who=_other_party(contract, to).display_name, **params,
        )  # fmt: skip
