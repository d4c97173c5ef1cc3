"""The employer compares the bids on a task, and chooses or declines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.middleware import actor
from apps.accounts.models import User
from apps.bidding import operations, policies, queries, rules
from apps.bidding.models import Bid, CriterionAnswer
from apps.bidding.states import EDITABLE, LIVE, DeclineReason
from apps.choosing import queries as choosing
from apps.common import caches, fmt
from apps.common.errors import DomainError
from apps.common.ids import uuid_or_none
from apps.common.money import Money
from apps.matching.queries import recommendations
from apps.pricing.queries import previews
from apps.pricing.queries import rates as rate_queries
from apps.reviews import queries as reviews
from apps.tasks import queries as tasks
from apps.tasks.models import Task
from apps.track_records import queries as track_records

PINNED_MAX = 2


@dataclass(frozen=True, slots=True)
class ComparedBid:
    """A bid as the employer compares it; `explanation` says why the freelancer suits the task."""

    bid: Bid
    delivery: datetime
    answers: list[CriterionAnswer | None]
    """In the order of the task's criteria."""
    met: int
    criteria: int
    against_budget: str
    against_median: str
    explanation: Any
    record: Any
    rating: Any
    cost: previews.EmployerCost
    also: Money | None
    """
    The total cost in the reader's currency, for orientation; None if that is the task's currency or there is no rate.
    """
    is_pinned: bool
    pin_url: str
    """Pins the bid, or takes the pin off."""
    may_judge: bool
    may_explain: bool


SORTS: dict[str, Callable[[ComparedBid], Any]] = {
    "arrival": lambda row: row.bid.submitted_at,
    "amount": lambda row: row.cost.total.amount_minor,
    "days": lambda row: row.bid.days,
    "criteria": lambda row: -row.met,
    "match": lambda row: -(row.explanation.score if row.explanation else 0),
}


@login_required
@require_safe
def compare(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Show all bids in the task's currency, in the order that the reader chooses; up to two are pinned side by side."""
    asker, now = actor(request), timezone.now()
    task = get_object_or_404(tasks.tasks_visible_to(asker).filter(employer_id=asker.organization_id), id=task_id)
    if queries.is_sealed(task, now):
        return render(request, "bidding/sealed.html", {"task": task, "bid_count": task.bid_count})
    bids, criteria = queries.bids_on(task, now), list(tasks.criteria(task.id))
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else "arrival"
    pinned = _pinned(request, bids)
    rows = _compared(request, task, bids, criteria, sort, pinned, now)
    rows.sort(key=SORTS[sort])
    rows.sort(key=lambda row: row.bid.status not in LIVE)
    context = {
        "task": task,
        "rows": rows,
        "pinned": [row for row in rows if row.is_pinned],
        "criteria": criteria,
        "median": rules.median([bid.binding_amount for bid in bids]),
        "is_cut": task.bid_count > len(bids),
        "sort": sort,
        "sorts": _sorts(request, task, pinned),
        "reasons": DeclineReason.choices,
        "sums": choosing.sums_on(task.id, asker.user_id),
        "here": request.get_full_path(),
    }
    return render(request, "bidding/compare.html", context)


def _pinned(request: HttpRequest, bids: Sequence[Bid]) -> list[UUID]:
    """The bids pinned in the address, the newest pin last."""
    listed = {bid.id for bid in bids}
    in_address = dict.fromkeys(uuid_or_none(text) for text in request.GET.getlist("pin")[:PINNED_MAX])
    return [bid_id for bid_id in in_address if bid_id in listed and bid_id is not None]


def _address(task: Task, sort: str, pinned: Sequence[UUID]) -> str:
    fields = [("sort", sort)] if sort != "arrival" else []
    query = urlencode([*fields, *(("pin", str(bid_id)) for bid_id in pinned)])
    return reverse("bidding:compare", args=[task.id]) + (f"?{query}" if query else "")


def _sorts(request: HttpRequest, task: Task, pinned: Sequence[UUID]) -> list[tuple[str, str, str]]:
    labels = {
        "arrival": _("Arrival"),
        "amount": _("Price"),
        "days": _("Delivery"),
        "criteria": _("Criteria met"),
        "match": _("Match"),
    }
    return [(value, label, _address(task, value, pinned)) for value, label in labels.items()]


def _compared(
    request: HttpRequest,
    task: Task,
    bids: Sequence[Bid],
    criteria: Sequence[Any],
    sort: str,
    pinned: Sequence[UUID],
    now: datetime,
) -> list[ComparedBid]:
    asker, user = actor(request), request.user
    bidder_ids = [bid.bidder_id for bid in bids]
    explained = recommendations.explanations_for_task(task.id, bidder_ids)
    costs = queries.employer_costs(task, bids, now)
    records, ratings = track_records.kept_records(bidder_ids), reviews.ratings(bidder_ids)
    currency = user.display_currency if isinstance(user, User) else task.currency
    rates = _rates_for_orientation(task.currency, currency, now)
    median = rules.median([bid.binding_amount for bid in bids])
    may_judge = policies.can_judge(asker, task, now) and task.status in ("open", "deciding")
    rows = []
    for bid in bids:
        by_criterion = {answer.criterion_id: answer for answer in bid.answers.all()}
        cost = costs[bid.id]
        also = rates.convert(cost.total, currency) if currency != cost.total.currency else None
        is_pinned = bid.id in pinned
        others = [bid_id for bid_id in pinned if bid_id != bid.id]
        pins = others if is_pinned else [*others[-(PINNED_MAX - 1) :], bid.id]
        bid.task = task  # policies and amounts read the task, which is here
        rows.append(
            ComparedBid(
                bid=bid,
                delivery=queries.delivery_date(bid, now),
                answers=[by_criterion.get(criterion.id) for criterion in criteria],
                met=sum(answer.will_meet for answer in by_criterion.values()),
                criteria=len(criteria),
                against_budget=_against_budget(bid, task),
                against_median=_against_median(bid, median),
                explanation=explained.get(bid.bidder_id),
                record=records[bid.bidder_id],
                rating=ratings.get(bid.bidder_id),
                cost=cost,
                also=also.amount if also else None,
                is_pinned=is_pinned,
                pin_url=_address(task, sort, pins),
                may_judge=may_judge and bid.status in EDITABLE,
                may_explain=policies.can_explain(asker, bid),
            )
        )
    return rows


_rates: caches.ProcessMemory[tuple[date, str, str], rate_queries.RateTable] = caches.ProcessMemory(
    lambda: settings.REFERENCE_MEMORY_SECONDS
)


def _rates_for_orientation(from_currency: str, to_currency: str, now: datetime) -> rate_queries.RateTable:
    day = now.date()
    return _rates.get(
        (day, from_currency, to_currency), lambda: rate_queries.rate_table(day, {from_currency, to_currency})
    )


def _against_budget(bid: Bid, task: Task) -> str:
    difference = rules.outside_budget_bps(bid.binding_amount, task.budget_min, task.budget_max)
    if difference > 0:
        return _("%(share)s above the budget") % {"share": _share(difference)}
    if difference < 0:
        return _("%(share)s below the budget") % {"share": _share(difference)}
    return _("within the budget")


def _against_median(bid: Bid, median: Money | None) -> str:
    if median is None:
        return ""
    difference = rules.difference_bps(bid.binding_amount, median)
    if difference > 0:
        return _("%(share)s above the median") % {"share": _share(difference)}
    if difference < 0:
        return _("%(share)s below the median") % {"share": _share(difference)}
    return _("at the median")


def _share(difference_bps: int) -> str:
    return fmt.percent_bps(abs(difference_bps))


def _received(request: HttpRequest, bid_id: UUID) -> Bid:
    bids = queries.bids_readable_by(actor(request), timezone.now())
    return get_object_or_404(bids.filter(task__employer_id=actor(request).organization_id), id=bid_id)


def _back(request: HttpRequest, bid: Bid) -> HttpResponse:
    """To the comparison as it was: its order and its pins are in the address."""
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
    return redirect(address) if address and is_ours else redirect("bidding:compare", bid.task_id)


@login_required
@require_POST
def shortlist(request: HttpRequest, bid_id: UUID) -> HttpResponse:
    bid = _received(request, bid_id)
    verb = operations.unshortlist if bid.status == "shortlisted" else operations.shortlist
    verb(bid_id=bid.id, actor=actor(request), now=timezone.now())
    return _back(request, bid)


@login_required
@require_POST
def decline(request: HttpRequest, bid_id: UUID) -> HttpResponse:
    return _with_reason(request, bid_id, operations.decline_bid, _("Bid declined. The freelancer gets your reason."))


@login_required
@require_POST
def explain(request: HttpRequest, bid_id: UUID) -> HttpResponse:
    """Give the reason afterwards."""
    return _with_reason(request, bid_id, operations.explain_bid, _("The freelancer gets your reason."))


def _with_reason(request: HttpRequest, bid_id: UUID, verb: Callable[..., Bid], done: str) -> HttpResponse:
    bid = _received(request, bid_id)
    reason, note = request.POST.get("reason", ""), request.POST.get("note", "")
    try:
        verb(bid_id=bid.id, reason=reason, note=note, actor=actor(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return _back(request, bid)
