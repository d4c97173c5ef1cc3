"""The contract page."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.middleware import actor
from apps.accounts.rules import Side
from apps.bidding import queries as bids
from apps.bidding.models import Bid
from apps.common.actors import Actor
from apps.common.money import Money
from apps.common.working_hours import common_hours
from apps.contracts import policies, rules, terms
from apps.contracts.forms import EXTENSION_DAYS, CancellationForm
from apps.contracts.models import Bonus, ChangeRequest, Contract, Deliverable, DeliverableFile, LateNotice, Milestone
from apps.contracts.queries import contracts, milestones, notices, timeline
from apps.contracts.queries.timeline import TimelineItem
from apps.contracts.states import (
    AT_FAULT,
    BONUS_STARTED,
    MILESTONE_ENDS,
    BonusStatus,
    ChangeStatus,
    ContractStatus,
    MilestoneStatus,
    NoticeStatus,
    ProposalStatus,
)
from apps.contracts.views.payments import paid_again, payment_of
from apps.disputes import queries as disputes
from apps.escrow.queries import escrows
from apps.files.views import serve, serve_preview
from apps.frameworks import policies as framework_policies
from apps.messaging import queries as messaging
from apps.payments import policies as payments
from apps.payments.queries import charges as charge_queries
from apps.reviews import queries as reviews
from apps.tasks import queries as task_queries
from apps.tasks.models import TaskInvitation
from apps.tasks.states import TaskStatus

EXTENDABLE = (MilestoneStatus.FUNDED, MilestoneStatus.IN_REVISION)
NEVER_BEGAN = ("declined", "taken_back", "lapsed")  # an offer that ended without a contract: messages are not possible


@login_required
@require_safe
def room(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    contract = contracts.contract_page(contract_id, actor(request))
    if contract is None:
        raise Http404
    return render(request, "contracts/contract_room.html", room_context(request, contract))


def room_context(request: HttpRequest, contract: Contract) -> dict[str, Any]:
    """Return the contract as this side sees it: next action, milestones, timeline."""
    asker, now = actor(request), timezone.now()
    history = timeline.history(contract)
    steps = history.steps
    is_employer = asker.acts_for(contract.employer_id)
    is_party = is_employer or asker.acts_for(contract.freelancer_id)
    other = contract.freelancer if is_employer else contract.employer
    disputed = [step.id for step in steps if step.status == MilestoneStatus.DISPUTED]
    running = disputes.open_of_milestones(disputed) if disputed else {}
    # Only the employer sees what was paid and how.
    paid = charge_queries.charges_for([step.escrow_id for step in steps if step.escrow_id]) if is_employer else []
    charges, again = charge_queries.last_of_each(paid), paid_again(steps, paid)
    chargebacks = history.chargebacks_by_milestone()
    change = next((item for item in history.changes if item.status == ChangeStatus.OPEN), None)
    may_change = change is None and policies.can_propose_change(asker, contract)
    rows = [
        _milestone_row(asker, contract, step, history.versions(step), now)
        | {
            "dispute": running.get(step.id),
            "chargeback": chargebacks.get(step.id),
            "payment": payment_of(asker, step, charges),
            "paid_again": again.get(step.escrow_id) if step.escrow_id else None,
            **_notice_of(asker, contract, step, history.notices, now),
            "may_extend": may_change and step.status in EXTENDABLE,
        }
        for step in steps
    ]
    proposal = next((item for item in history.proposals if item.status == ProposalStatus.OPEN), None)
    return {
        "contract": contract,
        "is_employer": is_employer,
        "is_party": is_party,
        "may_write": is_party and contract.status not in NEVER_BEGAN,
        "other": other,
        "rows": rows,
        "held_total": Money.total((milestones.held(step) for step in steps), contract.currency),
        "next_step": next((_next_step(row) for row in rows if _is_next(row)), None),
        "waiting": _waiting(contract, rows, is_employer=is_employer) if is_party else None,
        "dispute": next((row["dispute"] for row in rows if row["dispute"]), None) if is_party else None,
        "may_see_money": asker.organization_id is not None
        and is_party
        and payments.can_see_money(asker, asker.organization_id),
        "may_leave": _may_leave(asker, history),
        "may_hire_again": policies.can_hire_again(asker, contract),
        "may_offer_again": policies.can_offer_directly(asker),
        "framework_url": _framework_url(asker, contract),
        "note": _note_of_offer(contract) if is_party else None,
        "common_hours": _common_hours(contract, is_employer, now) if is_party else [],
        "timeline": _timeline(request, history),
        "proposal": proposal,
        "stop_rows": _stop_rows(steps, proposal.freelancer_share_bps) if proposal else [],
        "may_answer_proposal": proposal is not None and policies.can_answer_cancellation(asker, proposal),
        "runners_up": _runners_up(asker, contract),
        "end_kind": _end_kind(contract, history) if is_party or asker.is_staff else "",
        "may_change": may_change,
        "may_give_notice": policies.may_give_notices(asker, contract),
        "notice_until": notices.last_date(contract, now),
        "bonuses": [bonus for bonus in history.bonuses if _shows(bonus, is_employer=is_employer)],
        "may_give_bonus": is_employer and policies.can_give_bonus(asker, contract),
        "extension_days": EXTENSION_DAYS,
        **_change_of(asker, contract, change),
        "may_review": contract.ended_at is not None and _may_review(asker, contract, now),
        "may_stop": proposal is None and policies.can_propose_cancellation(asker, contract),
        "cancellation_form": CancellationForm(),
        "now": now,
    }


def _framework_url(asker: Actor, contract: Contract) -> str:
    """After a completed contract, where this side proposes terms for the next ones; empty if it may not."""
    if contract.status != ContractStatus.COMPLETED:
        return ""
    if asker.acts_for(contract.employer_id) and framework_policies.may_propose_as(asker, Side.EMPLOYER):
        return reverse("frameworks:propose-to-freelancer", args=[contract.freelancer.handle])
    if asker.acts_for(contract.freelancer_id) and framework_policies.may_propose_as(asker, Side.FREELANCER):
        return reverse("frameworks:propose-to-employer", args=[contract.employer.handle])
    return ""


def _note_of_offer(contract: Contract) -> TaskInvitation | None:
    """What the employer wrote with an offer that was made directly, while it waits for an answer."""
    if contract.bid_id is not None or contract.status != ContractStatus.OFFERED:
        return None
    return task_queries.invitations_to(contract.task_id).exclude(message="").first()


def _may_leave(asker: Actor, history: timeline.History) -> bool:
    has_bonus = any(bonus.status in BONUS_STARTED for bonus in history.bonuses)
    statuses = [step.status for step in history.steps]
    return policies.can_leave(asker, history.contract, statuses, has_bonus=has_bonus)


def _end_kind(contract: Contract, history: timeline.History) -> str:
    """Return how a contract ended that was not completed: `fault`, `agreement`, `left`, or empty."""
    if contract.status not in policies.OFFERED_AGAIN:
        return ""
    if contract.status == ContractStatus.LEFT:
        return "left"
    if any(notice.status in AT_FAULT for notice in history.notices):
        return "fault"
    is_agreed = any(proposal.status == ProposalStatus.ACCEPTED for proposal in history.proposals)
    return "agreement" if is_agreed else ""


def _runners_up(asker: Actor, contract: Contract) -> list[Bid]:
    """Return the bids that the employer could choose now, after an early end."""
    if not policies.can_offer_again(asker, contract) or contract.task.status != TaskStatus.CLOSED:
        return []
    return bids.runners_up(contract.task_id)


def _notice_of(
    asker: Actor, contract: Contract, step: Milestone, rows: list[LateNotice], now: datetime
) -> dict[str, Any]:
    """Return the newest last date of a milestone, and what this side can do about its delay."""
    step.contract = contract
    notice = next((item for item in reversed(rows) if item.milestone_id == step.id), None)
    is_running = notice is not None and notice.status == NoticeStatus.RUNNING
    if notice is not None:
        notice.milestone = step
    return {
        "notice": notice,
        "may_give_notice": not is_running and policies.can_give_notice(asker, step, now),
        "may_enforce": notice is not None and is_running and policies.can_enforce_notice(asker, notice, now),
        "may_appeal": notice is not None
        and notice.status == NoticeStatus.ENFORCED
        and policies.can_appeal_notice(asker, notice, now),
    }


def _shows(bonus: Bonus, *, is_employer: bool) -> bool:
    """The freelancer sees a bonus only when it is paid; a cancelled one is not shown."""
    return bonus.status == BonusStatus.PAID or (is_employer and bonus.status != BonusStatus.CANCELLED)


def _change_of(asker: Actor, contract: Contract, change: ChangeRequest | None) -> dict[str, Any]:
    """Return the open change request, and what this side can do with it."""
    if change is None:
        return {"change_request": None}
    change.contract = contract
    delta = Money(terms.from_json(change.change).delta_minor, contract.currency)
    return {
        "change_request": change,
        "change_delta": delta,
        "change_amount": contract.amount + delta,
        "may_answer_change": policies.can_answer_change(asker, change),
    }


def _may_review(asker: Actor, contract: Contract, now: datetime) -> bool:
    """Return whether the review window is open and this side has not written a review yet."""
    return reviews.contracts_to_review(asker.organization_id, now).filter(id=contract.id).exists()


def _is_next(row: dict[str, Any]) -> bool:
    """
    Return whether this side must act on the milestone. After sending a payment it need not, until the money arrives.
    """
    has_paid = row["payment"] is not None and row["payment"].is_on_its_way
    return bool(row["action"]) and not (row["action"] == "fund" and has_paid)


def _waiting(contract: Contract, rows: list[dict[str, Any]], *, is_employer: bool) -> dict[str, Any] | None:
    """Return the milestone for which the other side must act, most urgent first; None if there is none."""
    if contract.status != ContractStatus.ACTIVE:
        return None
    others = _FREELANCER_ACTS if is_employer else _EMPLOYER_ACTS
    for statuses in others:
        for row in rows:
            if row["milestone"].status in statuses:
                return row
    return None


_FREELANCER_ACTS = ((MilestoneStatus.FUNDED, MilestoneStatus.IN_REVISION),)
_EMPLOYER_ACTS = ((MilestoneStatus.DELIVERED,), (MilestoneStatus.PLANNED, MilestoneStatus.AWAITING_PAYMENT))


def _common_hours(contract: Contract, is_employer: bool, now: datetime) -> list[tuple[datetime, datetime]]:
    employer, freelancer = (
        contracts.working_hours(contract, "employer"),
        contracts.working_hours(contract, "freelancer"),
    )
    return common_hours(employer, freelancer, now) if is_employer else common_hours(freelancer, employer, now)


def _next_step(row: dict[str, Any]) -> dict[str, Any]:
    """Return this side's next action on a milestone, and its URL."""
    labels = {"fund": _("Fund milestone"), "approve": _("Review and approve"), "deliver": _("Deliver")}
    action, step = row["action"], row["milestone"]
    return {
        "action": action,
        "milestone": step,
        "label": labels[action],
        "url": reverse(f"contracts:{action}", args=[step.id]),
    }


def _stop_rows(steps: list[Milestone], share_bps: int) -> list[dict[str, Any]]:
    """Return the exact effect of a cancellation proposal on each milestone with held money."""
    rows = []
    for step in steps:
        if step.escrow_id is None or not (held := milestones.held(step)):
            continue
        part = rules.split_held(held, share_bps)[0]
        rows.append({"milestone": step, "held": held, "outcome": escrows.outcome(step.escrow_id, part)})
    return rows


def _milestone_row(
    asker: Actor, contract: Contract, step: Milestone, versions: list[Deliverable], now: datetime
) -> dict[str, Any]:
    step.contract = contract
    return {
        "milestone": step,
        "held": milestones.held(step),
        "released": step.escrow.released if step.escrow else None,
        "refunded": step.escrow.refunded if step.escrow else None,
        "is_owed_back": bool(step.escrow and step.escrow.is_owed_back),
        "is_over": step.status in MILESTONE_ENDS,
        "is_late": rules.is_late(
            due_at=step.due_at, delivered_at=versions[0].submitted_at if versions else None, now=now
        )
        and step.status in ("funded", "in_revision", "delivered", "disputed"),
        "action": policies.needs_action(asker, step),
        "may_fund": policies.can(asker, step, "fund"),
        "may_deliver": policies.can(asker, step, "deliver"),
        "may_revise": policies.can(asker, step, "request_revision"),
        "may_approve": policies.can(asker, step, "approve"),
        "may_dispute": policies.can(asker, step, "dispute"),
        "revisions_left": contract.revisions_included - step.revisions_used,
        "latest": versions[-1] if versions else None,
    }


def _timeline(request: HttpRequest, history: timeline.History) -> list[TimelineItem]:
    """Return the contract's history, merged with the messages."""
    items = timeline.timeline(history.contract, history)
    for message in messaging.messages_of(history.contract.id, actor(request)):
        items.append(TimelineItem(message.sent_at, "message", message, message.sender_organization_id))
    return sorted(items, key=lambda item: item.at)


@login_required
@require_safe
def file(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """Serve a delivered file to the contract's parties and to staff; `?play` for a player in the page."""
    return serve(_file_or_404(request, file_id).file, inline="play" in request.GET)


@login_required
@require_safe
def preview(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """Serve the small picture of a delivered file, to the same people."""
    row = _file_or_404(request, file_id)
    if not row.preview_key:
        raise Http404
    return serve_preview(row.file, row.preview_key)


def _file_or_404(request: HttpRequest, file_id: UUID) -> DeliverableFile:
    deliverable_file = get_object_or_404(
        DeliverableFile.objects.select_related("file", "deliverable__milestone"), id=file_id
    )
    contract_id = deliverable_file.deliverable.milestone.contract_id
    if not contracts.contracts_visible_to(actor(request)).filter(id=contract_id).exists():
        raise Http404
    return deliverable_file
