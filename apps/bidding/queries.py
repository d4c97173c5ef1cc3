from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Count, Max, Min, Q, QuerySet, Value, When

from apps.accounts.models import Organization
from apps.bidding import rules
from apps.bidding.models import Bid, CriterionAnswer, ProposedMilestone
from apps.bidding.states import EDITABLE, LIVE, NOT_CHOSEN, BidStatus, ExchangeBearer
from apps.common.actors import Actor
from apps.common.money import Money
from apps.common.prepared import prepared
from apps.compliance import queries as compliance
from apps.pricing.queries import fees, previews, rates
from apps.tasks.models import Task
from apps.tasks.states import BidWindow, TaskStatus


def bid_for_update(bid_id: UUID) -> Bid:
    return Bid.objects.select_for_update(of=("self",)).select_related("task").get(id=bid_id)


def live_bid(task_id: UUID, organization_id: UUID | None) -> Bid | None:
    """Return the organization's live bid on a task, if any; there is at most one."""
    return (
        Bid.objects.select_related("task").filter(task_id=task_id, bidder_id=organization_id, status__in=LIVE).first()
    )


def bids_readable_by(actor: Actor, now: datetime) -> QuerySet[Bid]:
    """The actor's own bids; those on their own tasks unless sealed; for staff, all that are not sealed."""
    sealed = Q(task__bid_window=BidWindow.SEALED, task__status=TaskStatus.OPEN, task__bidding_closes_at__gt=now)
    bids = Bid.objects.select_related("task__employer", "bidder")
    own = Q(bidder_id=actor.organization_id) if actor.organization_id else Q(pk__in=[])
    received = Q(task__employer_id=actor.organization_id) & ~sealed if actor.organization_id else Q(pk__in=[])
    by_staff = ~sealed if actor.is_staff else Q(pk__in=[])
    return bids.filter(own | received | by_staff)


def is_sealed(task: Task, now: datetime) -> bool:
    """Return whether only the bidders may read the task's bids now."""
    window_is_over = task.bidding_closes_at is not None and now >= task.bidding_closes_at
    return task.bid_window == BidWindow.SEALED and task.status == TaskStatus.OPEN and not window_is_over


COMPARED_MAX = 100


def bids_on(task: Task, now: datetime) -> list[Bid]:
    """
    Return the bids the employer compares, as they came in, without withdrawn ones; empty while bids are sealed. At most
    `COMPARED_MAX`, those that can still be chosen before the others.
    """
    if is_sealed(task, now):
        return []
    bids = Bid.objects.filter(task=task).exclude(status="withdrawn").select_related("bidder", "bidder__profile")
    is_over = Case(When(status__in=LIVE, then=0), default=1)
    rows = bids.prefetch_related("milestones", "answers").order_by(is_over, "submitted_at", "id")[:COMPARED_MAX]
    return sorted(rows, key=lambda bid: (bid.submitted_at, bid.id))


def bid_count(task_id: UUID) -> int:
    return Bid.objects.filter(task_id=task_id).exclude(status="withdrawn").count()


def count_and_own(task_id: UUID, organization_id: UUID | None) -> tuple[int, UUID | None]:
    """The number of bids on a task that are not withdrawn, and the id of the organization's live bid. One query."""
    rows = _count_and_own(task_id, organization_id)
    return (rows[0][1], next(iter(rows[0][2]), None)) if rows else (0, None)


@prepared
def _count_and_own(task_id: UUID, organization_id: UUID | None) -> QuerySet[Bid, tuple[UUID, int, list[UUID]]]:
    bids = Bid.objects.filter(task_id=task_id).order_by().values_list("task_id")
    own = Q(bidder_id=organization_id, status__in=LIVE) if organization_id else Q(pk__in=[])
    return bids.annotate(
        count=Count("id", filter=~Q(status="withdrawn")), own=ArrayAgg("id", filter=own, default=Value([]))
    )


def bid_counts(task_ids: list[UUID]) -> dict[UUID, int]:
    live = Bid.objects.filter(task_id__in=task_ids).exclude(status="withdrawn")
    return dict(live.values_list("task_id").annotate(count=Count("id")))


def bids_of(organization_id: UUID) -> QuerySet[Bid]:
    return (
        Bid.objects.filter(bidder_id=organization_id)
        .select_related("task", "task__employer")
        .order_by("-submitted_at", "-id")
    )


@prepared
def newest_bids_of(organization_id: UUID, limit: int) -> QuerySet[Bid]:
    """With what a list shows of each task."""
    bids = bids_of(organization_id).select_related(None).select_related("task")
    return bids.only("status", "task_id", "task__title", "task__source_language")[:limit]


def pending_bids(task_id: UUID) -> list[UUID]:
    """The ids of bids waiting for a decision."""
    return list(Bid.objects.filter(task_id=task_id, status__in=EDITABLE).order_by("id").values_list("id", flat=True))


def bidders(task_id: UUID) -> list[UUID]:
    """Organizations with a live bid; they are notified of an addendum."""
    return list(Bid.objects.filter(task_id=task_id, status__in=LIVE).values_list("bidder_id", flat=True))


def own_bids(organization_id: UUID, task_ids: list[UUID]) -> dict[UUID, UUID]:
    """The ids of the organization's live bids on these tasks, by task."""
    live = Bid.objects.filter(bidder_id=organization_id, task_id__in=task_ids, status__in=LIVE)
    return dict(live.values_list("task_id", "id"))


def milestones(bid_id: UUID) -> list[ProposedMilestone]:
    return list(ProposedMilestone.objects.filter(bid_id=bid_id).select_related("bid").order_by("position"))


def answers(bid_id: UUID) -> list[CriterionAnswer]:
    return list(
        CriterionAnswer.objects.filter(bid_id=bid_id).select_related("criterion").order_by("criterion__position")
    )


def delivery_date(bid: Bid, now: datetime) -> datetime:
    """Return the delivery date if the bid were awarded now."""
    return now + timedelta(days=bid.days)


def employer_costs(task: Task, bids: Sequence[Bid], now: datetime) -> dict[UUID, previews.EmployerCost]:
    """
    Return, by bid, what the employer would pay if it were chosen now: price and service fee. A fixed number of queries.
    """
    offers = [
        (
            bid.bidder_id,
            bid.bidder.country,
            [milestone.binding_amount for milestone in bid.milestones.all()] or [bid.binding_amount],
        )
        for bid in bids
    ]
    costs = previews.employer_costs(task.employer.country, now.date(), offers, payer_id=task.employer_id)
    return {bid.id: cost for bid, cost in zip(bids, costs, strict=True)}


@dataclass(frozen=True, slots=True)
class BidPreview:
    """A typed price, its binding amount in the task's currency, and what the bidder would receive."""

    typed: Money
    binding: Money
    binding_rate: rates.Rate | None
    exchange: Money
    """What the employer adds for the exchange margin; included in `binding`."""
    received: previews.ReceivePreview


def preview(
    task: Task,
    bidder: Organization,
    amount: Money,
    now: datetime,
    exchange_bearer: str = ExchangeBearer.FREELANCER,
    *,
    milestones: Sequence[int] = (),
) -> BidPreview:
    """
    Return the breakdown shown before a bid is sent: fee, withholding, exchange into the bidder's payout currency. The
    fee
    is the one that an escrow opened now between these two would use.

    :param milestones: the typed amount of each, in minor units of the typed currency; each is held and paid separately.
    :raises pricing.NoRate: :raises pricing.RateTooOld: if the typed currency cannot be converted.
    """
    day = now.date()
    rate = None if amount.currency == task.currency else rates.mid_rate(amount.currency, task.currency, day)
    binding = rules.binding_amount(amount, rate.value if rate else None, task.currency)
    exchange = exchange_of(binding, bidder, exchange_bearer, now)
    binding += exchange
    received = previews.receive_preview(
        binding,
        task.employer.country,
        bidder.country,
        payout_currency(bidder),
        day,
        paid_before=fees.paid_between(task.employer_id, bidder.id),
        parts=binding.allocate(milestones) if sum(milestones) == amount.amount_minor else (),
    )
    return BidPreview(amount, binding, rate, exchange, received)


def exchange_of(binding: Money, bidder: Organization, exchange_bearer: str, now: datetime) -> Money:
    """
    Return what the employer adds to cover the bidder's exchange margin; 0 if the bidder pays it or nothing is
    exchanged.
    """
    if exchange_bearer != ExchangeBearer.EMPLOYER or payout_currency(bidder) == binding.currency:
        return Money.zero(binding.currency)
    return rules.exchange_part(binding, fees.exchange_margin_bps(bidder.country, now.date()))


def payout_currency(bidder: Organization) -> str:
    """Return the payout currency: the bidder's own if a rail pays it, else the first currency of the country."""
    offered = compliance.payout_currencies(bidder.country)
    return bidder.currency if bidder.currency in offered or not offered else offered[0]


def accepted_bid(task_id: UUID) -> Bid | None:
    """The bid whose contract was accepted last, also after the contract has ended."""
    return Bid.objects.filter(task_id=task_id, status=BidStatus.ACCEPTED).first()


def runners_up(task_id: UUID, limit: int = 5) -> list[Bid]:
    """Bids that were not taken because of another one, the lowest price first."""
    rows = Bid.objects.filter(task_id=task_id, status=BidStatus.NOT_TAKEN).select_related("bidder", "task")
    return list(rows.order_by("binding_amount_minor", "submitted_at", "id")[:limit])


@dataclass(frozen=True, slots=True)
class Debrief:
    """What a freelancer who was not chosen learns about it."""

    reason: str
    """The employer's reason in the reader's language; "" if none was given."""
    note: str
    bids: int
    """How many bids came in that were not withdrawn."""
    lowest: Money | None
    highest: Money | None


def debrief(bid: Bid, now: datetime) -> Debrief | None:
    """
    Return the debrief of a bid that was not chosen, for its bidder; None for others. Prices are shown only when nobody
    can bid on the task any more, of sealed bids only once the task was awarded, and never of fewer than
    `rules.RANGE_OF_MIN` bids.
    """
    if bid.status not in NOT_CHOSEN:
        return None
    counted = (
        Bid.objects.filter(task_id=bid.task_id)
        .exclude(status=BidStatus.WITHDRAWN)
        .aggregate(bids=Count("id"), lowest=Min("binding_amount_minor"), highest=Max("binding_amount_minor"))
    )
    shows_prices = counted["bids"] >= rules.RANGE_OF_MIN and _are_prices_shown(bid.task, now)
    return Debrief(
        reason=str(bid.get_decline_reason_display()) if bid.decline_reason else "",
        note=bid.decline_note,
        bids=counted["bids"],
        lowest=Money(counted["lowest"], bid.binding_currency) if shows_prices else None,
        highest=Money(counted["highest"], bid.binding_currency) if shows_prices else None,
    )


def _are_prices_shown(task: Task, now: datetime) -> bool:
    if task.bid_window == BidWindow.SEALED:
        return task.status in (TaskStatus.AWARDED, TaskStatus.COMPLETED)
    is_open = task.status == TaskStatus.OPEN and (task.bidding_closes_at is None or now < task.bidding_closes_at)
    return not is_open
