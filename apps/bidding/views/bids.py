"""Pages of one bid: place it, change it, read it; and the list of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor
from apps.accounts.models import Organization
from apps.accounts.queries import organizations
from apps.bidding import operations, policies, queries
from apps.bidding.forms import BidForm, MilestoneFormSet, initial_of, milestones_initial, suggested_milestones
from apps.bidding.models import Bid
from apps.bidding.states import ExchangeBearer
from apps.common import currencies, fmt, keyset
from apps.common.errors import DomainError, Invalid
from apps.common.money import Money
from apps.compliance import policies as compliance
from apps.reviews import queries as reviews
from apps.tasks import policies as tasks_policies
from apps.tasks import queries as tasks
from apps.tasks.models import Task
from apps.track_records import queries as track_records


def _readable(request: HttpRequest) -> QuerySet[Bid]:
    return queries.bids_readable_by(actor(request), timezone.now())


def _bidder(request: HttpRequest) -> Organization | None:
    organization_id = actor(request).organization_id
    return organizations.organization(organization_id) if organization_id else None


# -- breakdown


def receive_context(
    task: Task,
    bidder: Organization,
    amount: Money | None,
    now: datetime,
    bearer: str = ExchangeBearer.FREELANCER,
    milestones: Sequence[int] = (),
) -> dict[str, Any]:
    """Return the context of the breakdown for an amount, or the reason why there is none."""
    if amount is None or amount.amount_minor <= 0:
        return {"receive": None}
    try:
        preview = queries.preview(task, bidder, amount, now, bearer, milestones=milestones)
    except DomainError as error:
        return {"receive": None, "receive_refusal": str(error)}
    return {
        "receive": preview.received,
        "binding": preview.binding,
        "exchange": preview.exchange,
        "price_alone": preview.binding - preview.exchange,
        "previewed": _shown_as(preview.typed, bearer),
        "binding_rate": preview.binding_rate,
        "typed": preview.typed,
    }


def _typed_amount(text: str, currency: str) -> Money | None:
    if currency not in currencies.exponents():
        return None
    try:
        return Money.of(fmt.parse_decimal(text), currency)
    except (fmt.NotANumber, ValueError):
        return None


@login_required
@require_safe
def preview(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Show only the breakdown, for an amount that is being typed."""
    task = get_object_or_404(tasks.tasks_visible_to(actor(request)), id=task_id)
    bidder = _bidder(request)
    if bidder is None:
        return HttpResponse(status=204)
    amount = _typed_amount(request.GET.get("amount", "")[:24], request.GET.get("currency", ""))
    context = receive_context(task, bidder, amount, timezone.now(), request.GET.get("exchange_bearer", ""))
    return render(request, "bidding/_receive.html", context)


# -- place and change


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, task_id: UUID) -> HttpResponse:
    task, now = get_object_or_404(tasks.tasks_visible_to(actor(request)), id=task_id), timezone.now()
    bidder = _bidder(request)
    if bidder is None:
        return redirect("accounts:organizations")
    if mine := queries.live_bid(task.id, bidder.id):
        return redirect("bidding:edit", mine.id)
    invited = tasks.is_invited(task.id, bidder.id)
    tasks_policies.check_can_bid(actor(request), task, now, is_invited=invited)
    compliance.check_can_be_paid(payer_country=task.employer.country, payee_country=bidder.country, on=now.date())
    initial = {"currency": task.currency, "source_language": get_language() or "en"}
    form = BidForm(request.POST or None, task=task, bidder=bidder, initial=initial)
    plan = suggested_milestones(task) if request.GET.get("plan") == "1" else []
    formset = MilestoneFormSet(request.POST or None, prefix="milestones", initial=plan)
    return _bid_page(request, task, bidder, form, formset, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, bid_id: UUID) -> HttpResponse:
    bid = get_object_or_404(_readable(request).filter(bidder_id=actor(request).organization_id), id=bid_id)
    policies.check_can_change(actor(request), bid, timezone.now())
    form = BidForm(request.POST or None, task=bid.task, bidder=bid.bidder, initial=initial_of(bid))
    formset = MilestoneFormSet(request.POST or None, prefix="milestones", initial=milestones_initial(bid))
    return _bid_page(request, bid.task, bid.bidder, form, formset, bid)


def _bid_page(
    request: HttpRequest, task: Task, bidder: Organization, form: BidForm, formset: Any, bid: Bid | None
) -> HttpResponse:
    """Show the form. On POST, validate it, show what would be received, and send it after the freelancer confirms."""
    now, status, confirm = timezone.now(), 200, False
    is_sent = request.method == "POST"
    typed = [milestone.amount_minor for milestone in queries.milestones(bid.id)] if bid and not is_sent else []
    if is_sent:
        status = 422
        both_valid = form.is_valid() & formset.is_valid()
        if both_valid and form.price is not None:
            milestones = formset.drafts(form.price.currency)
            typed = [milestone.amount_minor for milestone in milestones]
            if not formset.has_errors():
                if "send" in request.POST and _was_shown(request, form):
                    sent = _send(request, task, form, milestones, bid, now)
                    if sent is not None:
                        return redirect(sent)
                elif _is_ready(task, bidder, form, milestones):
                    confirm, status = True, 200
    amount = getattr(form, "price", None) or (bid.amount if bid and not is_sent else None)
    context = {
        "task": task,
        "bid": bid,
        "form": form,
        "formset": formset,
        "confirm": confirm,
        "bidder": bidder,
        **receive_context(task, bidder, amount if isinstance(amount, Money) else None, now, _bearer(form, bid), typed),
    }
    return render(request, "bidding/bid_form.html", context, status=status)


def _is_ready(task: Task, bidder: Organization, form: BidForm, milestones: Any) -> bool:
    """
    Return whether the bid would be accepted as it is. Otherwise report errors, before the user is asked to confirm.
    """
    try:
        operations.check_draft(form.draft(milestones), task, bidder)
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    return True


def _bearer(form: BidForm, bid: Bid | None) -> str:
    if form.is_bound:
        return str(getattr(form, "cleaned_data", {}).get("exchange_bearer") or ExchangeBearer.FREELANCER)
    return bid.exchange_bearer if bid else ExchangeBearer.FREELANCER


def _shown_as(price: Money, bearer: str) -> str:
    """
    Return the value a page sends back after showing a breakdown: the price, and whether the employer pays the exchange.
    """
    return f"{price.amount_minor} {price.currency}" + (" employer" if bearer == ExchangeBearer.EMPLOYER else "")


def _was_shown(request: HttpRequest, form: BidForm) -> bool:
    """
    Return whether the submitted page showed the breakdown for this price and this choice of who pays the exchange.
    """
    assert form.price is not None
    return _shown_as(form.price, _bearer(form, None)) in request.POST.getlist("previewed")


def _send(
    request: HttpRequest, task: Task, form: BidForm, milestones: Any, bid: Bid | None, now: datetime
) -> Bid | None:
    draft = form.draft(milestones)
    try:
        if bid is None:
            sent = operations.submit_bid(task_id=task.id, draft=draft, actor=actor(request), now=now)
            messages.success(request, _("Your bid is sent. You can change it until bidding closes."))
        else:
            sent = operations.edit_bid(bid_id=bid.id, draft=draft, actor=actor(request), now=now)
            messages.success(request, _("Your bid is changed. The employer sees the new version."))
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None
    return sent


@login_required
@require_POST
def withdraw(request: HttpRequest, bid_id: UUID) -> HttpResponse:
    bid = get_object_or_404(_readable(request), id=bid_id)
    operations.withdraw_bid(bid_id=bid.id, actor=actor(request), now=timezone.now())
    messages.success(request, _("Your bid is withdrawn. You can bid again while bidding is open."))
    return redirect(bid.task)


@login_required
@require_safe
def detail(request: HttpRequest, bid_id: UUID) -> HttpResponse:
    bid, now = get_object_or_404(_readable(request), id=bid_id), timezone.now()
    is_mine, milestones = actor(request).acts_for(bid.bidder_id), queries.milestones(bid.id)
    typed = [milestone.amount_minor for milestone in milestones]
    context = {
        "bid": bid,
        "task": bid.task,
        "is_mine": is_mine,
        "record": None if is_mine else track_records.record(bid.bidder_id),
        "rating": None if is_mine else reviews.rating(bid.bidder_id),
        "milestones": milestones,
        "answers": queries.answers(bid.id),
        "cost": None if is_mine else queries.employer_costs(bid.task, [bid], now)[bid.id],
        "may_change": policies.can_change(actor(request), bid, now),
        "may_withdraw": policies.can_withdraw(actor(request), bid),
        "may_judge": policies.can_judge(actor(request), bid.task, now) and bid.status in ("submitted", "shortlisted"),
        "debrief": queries.debrief(bid, now) if is_mine else None,
        "delivery": queries.delivery_date(bid, now),
        **(receive_context(bid.task, bid.bidder, bid.amount, now, bid.exchange_bearer, typed) if is_mine else {}),
    }
    return render(request, "bidding/bid_detail.html", context)


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    organization_id = actor(request).organization_id
    if organization_id is None:
        return redirect("accounts:organizations")
    page = keyset.page(queries.bids_of(organization_id), order="-submitted_at", cursor=request.GET.get("cursor", ""))
    return render(request, "bidding/my_bids.html", {"bids": page.rows, "next_cursor": page.next_cursor})
