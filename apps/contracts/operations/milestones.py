"""Fund, deliver, request revisions, approve: each changes the milestone and its money in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.common import limits
from apps.common.actors import SYSTEM, Actor
from apps.common.errors import Conflict, Invalid
from apps.common.money import Money
from apps.common.operations import move
from apps.contracts import events, policies, rules
from apps.contracts.models import (
    CriterionCheck,
    Deliverable,
    DeliverableFile,
    Milestone,
    RevisionRequest,
)
from apps.contracts.operations import endings, pauses, reminders
from apps.contracts.queries import hand_in, milestones
from apps.contracts.states import MILESTONE, MilestoneStatus
from apps.escrow.operations import funding, releases
from apps.escrow.queries import escrows
from apps.files import queries as files
from apps.outbox import bus
from apps.spending import operations as spending
from apps.spending.models import Approval

if TYPE_CHECKING:
    from apps.payments.models import Charge


class TextMissing(Invalid):
    code = "text_missing"
    field = "note"
    message = _("Write a few words first.")


class ChecklistIncomplete(Invalid):
    code = "checklist_incomplete"
    field = "checks"
    message = _("Tick or explain each line of the checklist.")


class NothingHandedIn(Invalid):
    code = "nothing_handed_in"
    field = "files"
    message = _("Add at least one file or link: the employer has to see the work itself.")


class LinkNotReadable(Invalid):
    code = "link_not_readable"
    field = "links"
    message = _("“%(link)s” is not an address that starts with http:// or https://.")


class FileUnknown(Invalid):
    code = "file_unknown"
    field = "files"
    message = _("One of these files was not uploaded by you.")


class NothingHeld(Conflict):
    code = "nothing_held"
    message = _("No money is held for this milestone.")


class MoreThanHeld(Invalid):
    code = "more_than_held"
    field = "amount"
    message = _("At most %(most)s is still held for this milestone.")


@dataclass(frozen=True, slots=True)
class Check:
    criterion_id: UUID
    is_met: bool
    note: str = ""


# -- fund


def fund_milestone(
    *,
    milestone_id: UUID,
    actor: Actor,
    now: datetime,
    return_url: str,
    cancel_url: str = "",
    use_credit: bool = False,
    budget_id: UUID | None = None,
    purchase_order: str = "",
    method: str = "",
    despite_pending: bool = False,
) -> Charge | None:
    """
    Open the milestone's escrow and a checkout for it. Returns the charge with its `checkout_url`, or None if the
    employer's credit paid the whole amount.

    Not atomic as a whole: the payment processor is called outside any transaction.

    :param cancel_url: where the checkout redirects if the user leaves without paying; defaults to `return_url`.
    :param despite_pending: pay although another payment for this milestone is pending.
    :raises PaymentPending: if a payment is pending and `despite_pending` is not set.
    :raises ApprovalNeeded, OverMonthlyLimit, OverMemberLimit, OverBudget: by the employer's own spending rules.
    """
    milestone = milestones.milestone_by_reference(milestone_id)
    if milestone is not None and milestone.escrow_id is not None:
        funding.make_way_for_payment(
            escrow_id=milestone.escrow_id, actor=actor, now=now, method=method, despite_pending=despite_pending
        )
    escrow_id = prepare_funding(
        milestone_id=milestone_id, actor=actor, now=now, budget_id=budget_id, purchase_order=purchase_order
    )
    if use_credit and not funding.use_credit(escrow_id=escrow_id, actor=actor, now=now).to_charge:
        return None
    return funding.start_funding(
        escrow_id=escrow_id, actor=actor, now=now, return_url=return_url, cancel_url=cancel_url, method=method
    )


@transaction.atomic
def prepare_funding(
    *, milestone_id: UUID, actor: Actor, now: datetime, budget_id: UUID | None = None, purchase_order: str = ""
) -> UUID:
    """
    Open the milestone's escrow if it has none, and count it towards the employer's limits. Returns the escrow's id.
    Moves no money.
    """
    milestone = milestones.milestone_for_update(milestone_id)
    policies.check_can_fund(actor, milestone)
    purpose = _purpose(milestone, budget_id, purchase_order, actor, now)
    spending.reserve(organization_id=milestone.contract.employer_id, purpose=purpose, actor=actor, now=now)
    move(milestone, MILESTONE, "start_payment", actor=actor, now=now)
    assert milestone.escrow_id is not None
    return milestone.escrow_id


@transaction.atomic
def request_approval(
    *,
    milestone_id: UUID,
    actor: Actor,
    now: datetime,
    budget_id: UUID | None = None,
    purchase_order: str = "",
    note: str = "",
) -> Approval:
    """
    Request a second person's approval, within the employer, to fund a milestone. Its fee terms are fixed from now on.
    """
    milestone = milestones.milestone_for_update(milestone_id)
    policies.check_can_ask_to_fund(actor, milestone)
    purpose = _purpose(milestone, budget_id, purchase_order, SYSTEM, now)
    return spending.request_approval(
        organization_id=milestone.contract.employer_id, purpose=purpose, note=note, actor=actor, now=now
    )


def _purpose(
    milestone: Milestone, budget_id: UUID | None, purchase_order: str, actor: Actor, now: datetime
) -> spending.Purpose:
    """Return what would be paid, including the fee. Opens the milestone's escrow if there is none."""
    if milestone.escrow_id is None:
        held = funding.open_escrow(
            payer_id=milestone.contract.employer_id,
            payee_id=milestone.contract.freelancer_id,
            reference_id=milestone.id,
            memo=_memo(milestone),
            amount=milestone.amount,
            is_owed_back=bool(milestone.contract.terms.get("chargeback_is_owed_back", False)),
            actor=actor,
            now=now,
        )
        milestone.escrow_id = held.id
        milestone.save(update_fields=["escrow_id"])
    else:
        held = escrows.escrow_for_update(milestone.escrow_id)
    return spending.Purpose(milestone.id, held.memo, held.total, budget_id, purchase_order)


def _memo(milestone: Milestone) -> str:
    """The payment's description on statements; a single milestone often has the same title as the contract."""
    titles = dict.fromkeys([milestone.contract.title, milestone.title])
    return ": ".join(titles)


@transaction.atomic
def milestone_funded(*, milestone_id: UUID, now: datetime) -> Milestone | None:
    """Handle the arrival of the money: the time to deliver runs from now. Safe to call twice."""
    if milestones.milestone_by_reference(milestone_id) is None:
        return None
    milestone = milestones.milestone_for_update(milestone_id)
    if MILESTONE.allows(milestone.status, "fund"):
        due_at = now + timedelta(days=milestone.days)
        move(milestone, MILESTONE, "fund", actor=SYSTEM, now=now, changes={"due_at": due_at})
        reminders.work_is_funded(milestone.contract)
        bus.publish(events.MilestoneFunded(contract_id=milestone.contract_id, milestone_id=milestone.id), now=now)
    return milestone


@transaction.atomic
def milestone_payment_failed(*, milestone_id: UUID, now: datetime, is_cancelled: bool = False) -> Milestone | None:
    """The payment page closed and no money was taken. The employer is notified, unless they cancelled it themselves."""
    if milestones.milestone_by_reference(milestone_id) is None:
        return None
    milestone = milestones.milestone_for_update(milestone_id)
    if not MILESTONE.allows(milestone.status, "payment_failed"):
        return milestone
    move(milestone, MILESTONE, "cancel_payment" if is_cancelled else "payment_failed", actor=SYSTEM, now=now)
    if not is_cancelled:
        event = events.MilestonePaymentFailed(contract_id=milestone.contract_id, milestone_id=milestone.id)
        bus.publish(event, now=now)
    return milestone


@transaction.atomic
def milestone_hold_ended(*, milestone_id: UUID, now: datetime) -> Milestone | None:
    """The legal holding limit was reached and the money was refunded; the milestone ends."""
    if milestones.milestone_by_reference(milestone_id) is None:
        return None
    milestone = milestones.milestone_for_update(milestone_id)
    if endings.can_end(milestone):
        endings.end_milestone(milestone, actor=SYSTEM, now=now)
    return milestone


# -- deliver and revise


@transaction.atomic
def deliver(
    *,
    milestone_id: UUID,
    note: str,
    source_language: str,
    checks: Sequence[Check],
    file_ids: Sequence[UUID],
    links: Sequence[str] = (),
    actor: Actor,
    now: datetime,
) -> Deliverable:
    """
    Deliver a version with every checklist line answered. The review window starts again. The findings of the hand-in
    checks are kept with it; they refuse nothing.

    :param links: URLs (http or https) of work stored elsewhere, at most `rules.LINKS_MAX`.
    :raises NothingHandedIn: if there is neither a file nor a link.
    :raises LinkNotReadable: if a link is not a web address.
    :raises ChecklistIncomplete: if a line of the checklist is neither ticked nor explained.
    """
    milestone = milestones.milestone_for_update(milestone_id)
    policies.check_can_deliver(actor, milestone)
    limits.spend("deliver", actor.user_id, now=now)
    if not note.strip():
        raise TextMissing
    values_list = set(milestone.contract.criteria.values_list("id", flat=True))
    if {check.criterion_id for check in checks} != values_list or len(checks) != len(values_list):
        raise ChecklistIncomplete
    if not all(check.is_met or check.note.strip() for check in checks):
        raise ChecklistIncomplete
    addresses = _addresses(links)
    if not file_ids and not addresses:
        raise NothingHandedIn
    if not files.all_uploaded_by(file_ids, actor.user_id):
        raise FileUnknown
    findings = hand_in.check(milestone, file_ids=file_ids, links=addresses, user_id=actor.user_id)
    deliverable = Deliverable.objects.create(
        milestone=milestone,
        version=milestone.deliverables.count() + 1,
        note=note.strip(),
        source_language=source_language,
        links=addresses,
        findings=[finding.plain() for finding in findings],
        submitted_by_id=actor.person_id,
        submitted_at=now,
    )
    CriterionCheck.objects.bulk_create(
        CriterionCheck(
            deliverable=deliverable, criterion_id=check.criterion_id, is_met=check.is_met, note=check.note[:400]
        )
        for check in checks
    )
    DeliverableFile.objects.bulk_create(
        DeliverableFile(deliverable=deliverable, file_id=file_id) for file_id in file_ids
    )
    due_at = milestones.review_due_at(milestone.contract, now)
    changes = {
        "review_due_at": due_at,
        "reminders_sent": 0,
        "paused_at": pauses.paused_on_delivery(milestone, now),
        "employer_has_paused": False,
    }
    move(milestone, MILESTONE, "deliver", actor=actor, now=now, changes=changes)
    pauses.end_notice(milestone, "meet", now=now)
    bus.publish(
        events.WorkDelivered(
            contract_id=milestone.contract_id, milestone_id=milestone.id, deliverable_id=deliverable.id
        ),
        now=now,
    )
    return deliverable


def _addresses(links: Sequence[str]) -> list[str]:
    fromkeys = list(dict.fromkeys(link.strip() for link in links if link.strip()))
    for link in fromkeys[: rules.LINKS_MAX]:
        if not rules.is_web_address(link):
            raise LinkNotReadable(link=link[:100])
    return fromkeys[: rules.LINKS_MAX]


@transaction.atomic
def request_revision(
    *, milestone_id: UUID, text: str, source_language: str, actor: Actor, now: datetime
) -> RevisionRequest:
    """
    Request changes; counted against the revisions the contract includes.

    :raises NoRevisionsLeft: if all included revisions are used.
    """
    milestone = milestones.milestone_for_update(milestone_id)
    policies.check_can_request_revision(actor, milestone)
    limits.spend("request_revision", actor.user_id, now=now)
    if not text.strip():
        raise TextMissing(field="text")
    latest = milestone.deliverables.order_by("-version").first()
    assert latest is not None, "a delivered milestone has a version"
    number = milestone.revisions_used + 1
    request = RevisionRequest.objects.create(
        deliverable=latest,
        number=number,
        text=text.strip(),
        source_language=source_language,
        requested_by_id=actor.person_id,
        requested_at=now,
    )
    changes = {"revisions_used": number, "review_due_at": None, "paused_at": None}
    move(milestone, MILESTONE, "request_revision", actor=actor, now=now, changes=changes)
    bus.publish(
        events.RevisionRequested(contract_id=milestone.contract_id, milestone_id=milestone.id, number=number), now=now
    )
    return request


# -- approve


@transaction.atomic
def approve_milestone(*, milestone_id: UUID, amount: Money | None, actor: Actor, now: datetime) -> Milestone:
    """
    Release all or part of the held money. After a partial release the milestone keeps its status: delivered work stays
    delivered, and the review window continues for the rest.

    :raises NothingHeld: if no money is held.
    :raises MoreThanHeld: if the amount is more than what is held.
    """
    milestone = milestones.milestone_for_update(milestone_id)
    policies.check_can_approve(actor, milestone)
    return _release(milestone, amount, actor, now, by_clock=False)


@transaction.atomic
def approve_by_clock(*, milestone_id: UUID, now: datetime) -> Milestone:
    """Approve automatically: the review window ended without an answer, as both sides agreed beforehand."""
    milestone = milestones.milestone_for_update(milestone_id)
    due = milestone.review_due_at is not None and milestone.review_due_at <= now and milestone.paused_at is None
    if milestone.status == MilestoneStatus.DELIVERED and due:
        _release(milestone, None, SYSTEM, now, by_clock=True)
    return milestone


def _release(milestone: Milestone, amount: Money | None, actor: Actor, now: datetime, *, by_clock: bool) -> Milestone:
    if milestone.escrow_id is None:
        raise NothingHeld
    held = escrows.held(milestone.escrow_id)
    released = held if amount is None else amount
    if not held:
        raise NothingHeld
    if released.currency != held.currency or released > held:
        raise MoreThanHeld(most=held)
    is_whole = released == held
    kind = "auto" if by_clock else "manual"
    releases.release(escrow_id=milestone.escrow_id, amount=released, actor=actor, now=now, kind=kind)
    if not is_whole:
        move(milestone, MILESTONE, "approve_part", actor=actor, now=now)
    bus.publish(
        events.MilestoneApproved(
            contract_id=milestone.contract_id,
            milestone_id=milestone.id,
            amount_minor=released.amount_minor,
            currency=released.currency,
            is_whole=is_whole,
            by_clock=by_clock,
        ),
        now=now,
    )
    if is_whole:
        by_approval = "auto_approve" if by_clock else "approve"
        verb = by_approval if endings.end_verb(milestone) == "end_paid" else ""
        endings.end_milestone(milestone, actor=actor, now=now, verb=verb)
    return milestone
