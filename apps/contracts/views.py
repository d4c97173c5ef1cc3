"""The contract room and the steps taken in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from apps.accounts.middleware import actor
from apps.bidding import queries as bids
from apps.common import fmt, keyset
from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid, Unavailable
from apps.common.money import Money
from apps.contracts import operations, policies, queries, rules
from apps.contracts.forms import ApprovalForm, CancellationForm, DeliveryForm, RevisionForm
from apps.contracts.models import CancellationProposal, Contract, DeliverableFile, Milestone
from apps.contracts.queries import TimelineItem
from apps.contracts.states import ContractStatus
from apps.disputes import queries as disputes
from apps.escrow import queries as escrow_queries
from apps.files import operations as files
from apps.files.models import StoredFile
from apps.files.views import serve
from apps.invoicing import queries as documents
from apps.messaging import queries as messaging
from apps.payments import policies as payment_policies
from apps.payments import queries as payment_queries
from apps.payments.models import Charge
from apps.payments.states import ChargeStatus
from apps.pricing import queries as pricing
from apps.reviews import queries as reviews
from apps.spending import queries as spending_queries
from apps.spending.forms import PurposeForm

CONTRACT_FILTERS: dict[str, list[ContractStatus]] = {
    "offered": [ContractStatus.OFFERED],
    "active": [ContractStatus.ACTIVE],
    "ended": [one for one in ContractStatus if one not in (ContractStatus.OFFERED, ContractStatus.ACTIVE)],
}


def _contract(request: HttpRequest, contract_id: UUID) -> Contract:
    return get_object_or_404(queries.contracts_visible_to(actor(request)), id=contract_id)


def _next_steps(asker: Actor, contracts: Sequence[Contract]) -> dict[UUID, str]:
    """What this side owes each contract next, in words; nothing where it is the other's turn. One query."""
    words = {"fund": _("Fund a milestone"), "approve": _("Review the delivery"), "deliver": _("Deliver the work")}
    found: dict[UUID, str] = {
        one.id: _("Answer the offer")
        for one in contracts
        if one.status == ContractStatus.OFFERED and asker.acts_for(one.freelancer_id)
    }
    active = [one.id for one in contracts if one.status == ContractStatus.ACTIVE]
    steps = queries.milestones_visible_to(asker).filter(contract_id__in=active).order_by("contract_id", "position")
    for step in steps:
        if step.contract_id not in found and (action := policies.needs_action(asker, step)):
            found[step.contract_id] = words[action]
    return found


def _milestone(request: HttpRequest, milestone_id: UUID) -> Milestone:
    return get_object_or_404(queries.milestones_visible_to(actor(request)), id=milestone_id)


@login_required
@require_safe
def contract_list(request: HttpRequest) -> HttpResponse:
    asker = actor(request)
    if asker.organization_id is None:
        return redirect("accounts:organizations")
    status = request.GET.get("status", "")
    status = status if status in CONTRACT_FILTERS else ""
    contracts = queries.contracts_visible_to(asker)
    if status:
        contracts = contracts.filter(status__in=CONTRACT_FILTERS[status])
    page = keyset.page(contracts, order="-offered_at", cursor=request.GET.get("cursor", ""))
    steps = _next_steps(asker, page.rows)
    rows = [
        {
            "contract": one,
            "is_employer": asker.acts_for(one.employer_id),
            "is_party": asker.acts_for(one.employer_id) or asker.acts_for(one.freelancer_id),
            "action": steps.get(one.id, ""),
        }
        for one in page.rows
    ]
    tabs = [("", _("All")), ("offered", _("Offers")), ("active", _("Active")), ("ended", _("Ended"))]
    context = {"rows": rows, "next_cursor": page.next_cursor, "status": status, "tabs": tabs}
    return render(request, "contracts/contract_list.html", context)


# -- the offer


@login_required
@require_POST
def award(request: HttpRequest, bid_id: UUID) -> HttpResponse:
    bid = get_object_or_404(bids.bids_readable_by(actor(request), timezone.now()), id=bid_id)
    contract = operations.award(bid_id=bid.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("The offer is made. You are told as soon as it is answered."))
    return redirect(contract)


@login_required
@require_POST
def accept(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    contract = _contract(request, contract_id)
    operations.accept_offer(contract_id=contract.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("You accepted. Begin when the first milestone is funded."))
    return redirect(contract)


@login_required
@require_POST
def decline(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    contract = _contract(request, contract_id)
    reason = request.POST.get("reason", "")[:1000]
    operations.decline_offer(contract_id=contract.id, actor=actor(request), now=timezone.now(), reason=reason)
    messages.success(request, _("You declined the offer."))
    return redirect(contract)


@login_required
@require_POST
def take_back(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    contract = _contract(request, contract_id)
    operations.take_back_offer(contract_id=contract.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("The offer is withdrawn. You can choose another bid."))
    return redirect("bidding:compare", contract.task_id)


# -- the room


@login_required
@require_safe
def room(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    contract = _contract(request, contract_id)
    return render(request, "contracts/contract_room.html", room_context(request, contract))


def room_context(request: HttpRequest, contract: Contract) -> dict[str, Any]:
    """The contract as this side sees it: what to do next, the milestones, one timeline."""
    asker, now = actor(request), timezone.now()
    steps = queries.milestones(contract.id)
    is_employer = asker.acts_for(contract.employer_id)
    other = contract.freelancer if is_employer else contract.employer
    running = disputes.open_of_milestones(step.id for step in steps)
    charges = payment_queries.last_charges_of(step.escrow_id for step in steps if step.escrow_id)
    again = _paid_again(steps) if is_employer else {}
    rows = [
        _milestone_row(asker, contract, step, now)
        | {
            "dispute": running.get(step.id),
            "payment": _payment(asker, step, charges),
            "paid_again": again.get(step.escrow_id) if step.escrow_id else None,
        }
        for step in steps
    ]
    proposal = queries.open_proposal(contract.id)
    return {
        "contract": contract,
        "is_employer": is_employer,
        "is_party": is_employer or asker.acts_for(contract.freelancer_id),
        "other": other,
        "rows": rows,
        "held_total": Money.total((queries.held(step) for step in steps), contract.currency),
        "next_row": next((row for row in rows if _is_next(row)), None),
        "timeline": _timeline(request, contract),
        "proposal": proposal,
        "stop_rows": _stop_rows(steps, proposal.freelancer_share_bps) if proposal else [],
        "may_answer_proposal": proposal is not None and policies.can_answer_cancellation(asker, proposal),
        "may_review": contract.ended_at is not None and _may_review(asker, contract, now),
        "may_stop": proposal is None and policies.can_propose_cancellation(asker, contract),
        "cancellation_form": CancellationForm(),
        "now": now,
    }


def _paid_again(steps: list[Milestone]) -> dict[UUID, Money]:
    """By escrow: money that came beside the payment that funded it, which the employer may use or take back."""
    escrows = [step.escrow for step in steps if step.escrow is not None]
    return payment_queries.paid_again({one.id: one.funding_charge_id for one in escrows})


def _may_review(asker: Actor, contract: Contract, now: datetime) -> bool:
    """Is the window open, and has this side not written yet?"""
    return reviews.contracts_to_review(asker, now).filter(id=contract.id).exists()


def _is_next(row: dict[str, Any]) -> bool:
    """Does this side owe the milestone something? Who has sent the money owes nothing until it arrives."""
    has_paid = row["payment"] is not None and row["payment"].is_on_its_way
    return bool(row["action"]) and not (row["action"] == "fund" and has_paid)


@dataclass(frozen=True, slots=True)
class Payment:
    """The payment of a milestone that is not paid in yet, as its employer sees it."""

    charge: Charge
    is_on_its_way: bool
    was_declined: bool
    method: str
    may_cancel: bool


def _payment(asker: Actor, step: Milestone, charges: dict[UUID, Charge]) -> Payment | None:
    charge = charges.get(step.escrow_id) if step.escrow_id else None
    if charge is None or step.status not in ("planned", "awaiting_payment"):
        return None
    if not asker.acts_for(step.contract.employer_id) or charge.status not in payment_queries.UNFINISHED:
        return None
    return Payment(
        charge=charge,
        is_on_its_way=payment_queries.is_on_its_way(charge),
        was_declined=bool(charge.decline_code),
        method=str(payment_queries.label_of(charge.gateway)),
        may_cancel=payment_policies.can_cancel_charge(asker, charge),
    )


def _stop_rows(steps: list[Milestone], share_bps: int) -> list[dict[str, Any]]:
    """What a proposal to stop would do to each milestone that holds money, to the last digit."""
    rows = []
    for step in steps:
        if step.escrow_id is None or not (held := queries.held(step)):
            continue
        part = rules.split_held(held, share_bps)[0]
        rows.append({"milestone": step, "held": held, "outcome": escrow_queries.outcome(step.escrow_id, part)})
    return rows


def _milestone_row(asker: Actor, contract: Contract, step: Milestone, now: datetime) -> dict[str, Any]:
    step.contract = contract
    versions = sorted(step.deliverables.all(), key=lambda one: one.version)
    return {
        "milestone": step,
        "held": queries.held(step),
        "released": step.escrow.released if step.escrow else None,
        "refunded": step.escrow.refunded if step.escrow else None,
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


def _timeline(request: HttpRequest, contract: Contract) -> list[TimelineItem]:
    """The contract's history with the messages between."""
    items = queries.timeline(contract)
    for message in messaging.thread(contract.id, actor(request)):
        items.append(TimelineItem(message.sent_at, "message", message, message.sender_organization_id))
    return sorted(items, key=lambda item: item.at)


@login_required
@require_safe
def terms(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """What both agreed to, in the words they wrote, with its fingerprint."""
    contract = _contract(request, contract_id)
    is_employer = actor(request).acts_for(contract.employer_id)
    context = {
        "contract": contract,
        "terms": contract.terms,
        "cost": queries.employer_cost(contract, timezone.now()) if is_employer else None,
    }
    return render(request, "contracts/terms.html", context)


# -- pay in


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def fund(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    """What will be paid, before it is paid; the POST goes to the checkout."""
    milestone = _milestone(request, milestone_id)
    policies.check_can_ask_to_fund(actor(request), milestone)
    may_pay = policies.can_fund(actor(request), milestone)
    is_asking = request.method == "POST" and request.POST.get("step") == "ask"
    if may_pay and not is_asking and documents.needs_billing_details(milestone.contract.employer):
        onward = urlencode({"next": reverse("contracts:fund", args=[milestone.id])})
        return redirect(f"{reverse('invoicing:details')}?{onward}")
    budgets = spending_queries.open_budgets(milestone.contract.employer_id)
    approval = spending_queries.open_approval(milestone.id)
    asked = {"budget": approval.budget_id, "purchase_order": approval.purchase_order} if approval else {}
    form = PurposeForm(request.POST if request.method == "POST" else None, budgets=budgets, initial=asked)
    refusal: str = ""
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("step") == "ask":
                return _ask(request, milestone, form)
            return _pay(request, milestone, form)
        except Unavailable as problem:
            messages.error(request, str(problem))
            return redirect("contracts:fund", milestone.id)
        except Conflict as problem:
            refusal = str(problem)  # a limit of the employer's own: what was filled in stays
    charges = payment_queries.last_charges_of([milestone.escrow_id] if milestone.escrow_id else [])
    context = _what_is_paid(milestone) | {
        "form": form,
        "payment": _payment(actor(request), milestone, charges),
        "methods": _methods(milestone),
        "refusal": refusal,
        "approval": approval,
        "may_pay": may_pay,
        "lacks_details": may_pay and documents.lacks_billing_details(milestone.contract.employer),
        "rule": spending_queries.rule_of(milestone.contract.employer_id, timezone.now()),
    }
    return render(request, "contracts/fund.html", context, status=409 if refusal else 422 if form.errors else 200)


def _pay(request: HttpRequest, milestone: Milestone, form: PurposeForm) -> HttpResponse:
    budget = form.cleaned_data.get("budget")
    back = request.build_absolute_uri(reverse("contracts:paid", args=[milestone.id]))
    charge = operations.fund_milestone(
        milestone_id=milestone.id,
        actor=actor(request),
        now=timezone.now(),
        return_url=f"{back}?result=done",
        cancel_url=f"{back}?result=left",
        despite_pending=request.POST.get("despite_pending") == "yes",
        use_credit=request.POST.get("use_credit") == "yes",
        budget_id=budget.id if budget else None,
        purchase_order=form.cleaned_data["purchase_order"],
        method=request.POST.get("method", ""),
    )
    if charge is None:
        messages.success(request, _("Paid from your credit. The milestone is funded and work can begin."))
        return redirect(milestone.contract)
    if charge.gateway != request.POST.get("method", charge.gateway):
        label = next((one.label for one in _methods(milestone) if one.name == charge.gateway), charge.gateway)
        text = _("The way you chose to pay does not answer just now. Nothing was charged. You can pay so: %(method)s.")
        messages.warning(request, text % {"method": label})
    return redirect(charge.checkout_url)


def _methods(milestone: Milestone) -> list[payment_queries.Method]:
    """How the employer can pay today."""
    country, today = milestone.contract.employer.country, timezone.now().date()
    return payment_queries.methods_for(country=country, currency=milestone.currency, on=today)


def _ask(request: HttpRequest, milestone: Milestone, form: PurposeForm) -> HttpResponse:
    budget = form.cleaned_data.get("budget")
    approval = operations.ask_approval(
        milestone_id=milestone.id,
        actor=actor(request),
        now=timezone.now(),
        budget_id=budget.id if budget else None,
        purchase_order=form.cleaned_data["purchase_order"],
        note=request.POST.get("note", "")[:2000],
    )
    messages.success(request, _("A second person was asked. You are told when they have decided."))
    return redirect("spending:approval", approval.id)


def _what_is_paid(milestone: Milestone) -> dict[str, Any]:
    """The lines of the bill, by the terms of the escrow where there is one already."""
    contract = milestone.contract
    together = pricing.paid_between(contract.employer_id, contract.freelancer_id)
    fees = pricing.fee_terms(
        contract.employer.country, contract.freelancer.country, timezone.now().date(), paid_before=together
    )
    fee = milestone.amount.share_bps(fees.employer_fee_bps)
    total = milestone.amount + fee
    credit = escrow_queries.usable_credit(contract.employer_id, amount=milestone.amount, total=total)
    return {
        "milestone": milestone,
        "contract": contract,
        "exchange": rules.part_of_exchange(contract.exchange, whole=contract.amount, part=milestone.amount),
        "fee": fee,
        "fee_bps": fees.employer_fee_bps,
        "total": total,
        "credit": credit,
        "rest": total - credit,
    }


@login_required
@require_safe
def back_from_checkout(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    """
    Where the checkout sends people back to; only the processor's signed word funds the milestone.

    `?result=done` is where it leads after a payment, `?result=left` without one. What is shown is what the processor
    has said: paid, on its way, declined with the page still open, closed; until it has, that we wait for it.
    """
    milestone = _milestone(request, milestone_id)
    waiting_page = request.htmx  # type: ignore[attr-defined]
    if milestone.status not in ("planned", "awaiting_payment"):
        again = _paid_again([milestone]).get(milestone.escrow_id) if milestone.escrow_id else None
        if again:
            text = _("This milestone was paid twice. %(amount)s is your credit: use it, or have it refunded.")
            messages.warning(request, text % {"amount": fmt.money(again)})
        elif milestone.status == "funded":
            messages.success(request, _("The milestone is funded. Work can begin."))
        address = milestone.contract.get_absolute_url()
        return HttpResponseClientRedirect(address) if waiting_page else redirect(address)
    charge = next(iter(payment_queries.last_charges_of([milestone.escrow_id or milestone.id]).values()), None)
    state = _payment_state(charge, request.GET.get("result", ""))
    if waiting_page and state != "waiting":
        return HttpResponseClientRefresh()
    context = {
        "milestone": milestone,
        "contract": milestone.contract,
        "charge": charge,
        "state": state,
        "payment": _payment(actor(request), milestone, {charge.reference_id: charge} if charge else {}),
    }
    return render(request, "contracts/paid.html", context)


def _payment_state(charge: Charge | None, result: str) -> str:
    """One of waiting, on_its_way, declined, left, closed. A decline before a payment that went through is over."""
    if charge is None or charge.status in (ChargeStatus.EXPIRED, ChargeStatus.CANCELLED):
        return "closed"
    if charge.status == ChargeStatus.SUCCEEDED:
        return "waiting"
    if payment_queries.is_on_its_way(charge):
        return "on_its_way"
    if result == "done":
        return "waiting"
    if charge.decline_code:
        return "declined"
    return "left" if result == "left" else "waiting"


# -- deliver, revise, approve


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def deliver(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    milestone, now = _milestone(request, milestone_id), timezone.now()
    policies.check_can_deliver(actor(request), milestone)
    form = DeliveryForm(
        request.POST or None,
        request.FILES or None,
        milestone=milestone,
        user_id=actor(request).user_id,
        initial={"source_language": get_language() or "en"},
    )
    if request.method == "POST":
        is_valid, stored = form.is_valid(), _store_uploads(request, form, now)
        if is_valid and form.is_valid() and _deliver(request, milestone, form, stored, now):
            messages.success(request, _("Delivered. The employer has been told and the review window runs."))
            return redirect(milestone.contract)
        form.keep(stored)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "milestone": milestone, "contract": milestone.contract}
    return render(request, "contracts/deliver.html", context, status=status)


def _store_uploads(request: HttpRequest, form: DeliveryForm, now: datetime) -> list[StoredFile]:
    """Every upload that can be kept is kept, also when the form is wrong elsewhere; each other is said at the field."""
    user_id = actor(request).user_id
    assert user_id is not None
    stored = []
    for upload in form.cleaned_data.get("files") or []:
        try:
            stored.append(files.store(upload=upload, uploaded_by_id=user_id, now=now))
        except Invalid as refusal:
            form.add_error("files", str(refusal))
    return stored


def _deliver(
    request: HttpRequest, milestone: Milestone, form: DeliveryForm, stored: list[StoredFile], now: datetime
) -> bool:
    try:
        operations.deliver(
            milestone_id=milestone.id,
            note=form.cleaned_data["note"],
            source_language=form.cleaned_data["source_language"],
            checks=form.checks(),
            file_ids=list(dict.fromkeys(one.id for one in [*form.cleaned_data["kept"], *stored])),
            links=form.links_given(),
            actor=actor(request),
            now=now,
        )
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def request_revision(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    milestone = _milestone(request, milestone_id)
    policies.check_can_request_revision(actor(request), milestone)
    form = RevisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.request_revision(
            milestone_id=milestone.id,
            text=form.cleaned_data["text"],
            source_language=get_language() or "en",
            actor=actor(request),
            now=timezone.now(),
        )
        messages.success(request, _("Your request is sent. The review window starts anew with the next version."))
        return redirect(milestone.contract)
    context = {"form": form, "milestone": milestone, "contract": milestone.contract}
    status = 422 if request.method == "POST" else 200
    return render(request, "contracts/revision.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    """Release held money: what goes where is shown before anything moves."""
    milestone = _milestone(request, milestone_id)
    policies.check_can_approve(actor(request), milestone)
    held = escrow_queries.held(milestone.escrow_id) if milestone.escrow_id else None
    form = ApprovalForm(request.POST if request.method == "POST" else None, currency=milestone.currency)
    if request.method == "POST" and form.is_valid():
        try:
            operations.approve_milestone(
                milestone_id=milestone.id, amount=form.part, actor=actor(request), now=timezone.now()
            )
        except (Invalid, Conflict) as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Approved. The money is released to the freelancer."))
            return redirect(milestone.contract)
    context = {
        "form": form,
        "milestone": milestone,
        "contract": milestone.contract,
        "held": held,
        "latest": milestone.deliverables.order_by("-version")
        .prefetch_related("checks__criterion", "files__file")
        .first(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "contracts/approve.html", context, status=status)


# -- stop by agreement


@login_required
@require_POST
def propose_cancellation(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    contract = _contract(request, contract_id)
    form = CancellationForm(request.POST)
    if not form.is_valid():
        context = room_context(request, contract) | {"cancellation_form": form, "open_stop": True}
        return render(request, "contracts/contract_room.html", context, status=422)
    operations.propose_cancellation(
        contract_id=contract.id,
        freelancer_share_bps=form.cleaned_data["freelancer_share"] * 100,
        reason=form.cleaned_data["reason"],
        actor=actor(request),
        now=timezone.now(),
    )
    messages.success(request, _("Your proposal is sent. Nothing changes until the other side agrees."))
    return redirect(contract)


_ANSWERS = {
    "accept": operations.accept_cancellation,
    "decline": operations.decline_cancellation,
    "withdraw": operations.withdraw_cancellation,
}


@login_required
@require_POST
def answer_cancellation(request: HttpRequest, proposal_id: UUID, verb: str) -> HttpResponse:
    proposals = CancellationProposal.objects.filter(contract__in=queries.contracts_visible_to(actor(request)))
    proposal = get_object_or_404(proposals.select_related("contract"), id=proposal_id)
    if verb not in _ANSWERS:
        raise Http404
    _ANSWERS[verb](proposal_id=proposal.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("Your answer is recorded."))
    return redirect(proposal.contract)


@login_required
@require_safe
def file(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """A delivered file goes to the contract's parties, and to staff."""
    found = get_object_or_404(DeliverableFile.objects.select_related("file", "deliverable__milestone"), id=file_id)
    contract_id = found.deliverable.milestone.contract_id
    if not queries.contracts_visible_to(actor(request)).filter(id=contract_id).exists():
        raise Http404
    return serve(found.file)
