"""What may become a freelancer's income: bids and offers that nobody has decided yet, and how earlier ones ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Min, Q

from apps.bidding.models import Bid
from apps.bidding.states import BidStatus
from apps.common.money import Money
from apps.contracts.models import Contract
from apps.dashboard.queries.estimates import Estimates
from apps.tasks.states import TaskStatus

UNDECIDED_MAX = 200
"""Of bids and of offers, the newest so many are counted."""
WON = (BidStatus.ACCEPTED, BidStatus.REPLACED)
LOST = (BidStatus.DECLINED, BidStatus.NOT_TAKEN)


@dataclass(frozen=True, slots=True)
class Stage:
    """
    Undecided work in one currency.

    :ivar name: "bids", "shortlist" or "offers". :ivar net: after fee and tax of today, if all of it is won.
    """

    name: str
    count: int
    net: Money


@dataclass(frozen=True, slots=True)
class Record:
    """
    :ivar first_award: from the first bid to the first accepted contract; None before that. :ivar decided: bids that
        were chosen or passed over. :ivar won: those chosen.
    """

    first_award: timedelta | None
    won: int
    decided: int


def undecided(organization_id: UUID, today: date) -> dict[str, list[Stage]]:
    """Return the stages that have something, by currency, the least certain first."""
    bids = list(
        Bid.objects.filter(
            bidder_id=organization_id,
            status__in=[BidStatus.SUBMITTED, BidStatus.SHORTLISTED],
            task__status__in=[TaskStatus.OPEN, TaskStatus.DECIDING],
        )
        .select_related("task__employer", "bidder")
        .order_by("-submitted_at", "-id")[:UNDECIDED_MAX]
    )
    offers = list(
        Contract.objects.filter(freelancer_id=organization_id, status="offered")
        .select_related("employer", "freelancer")
        .order_by("-offered_at", "-id")[:UNDECIDED_MAX]
    )
    if not bids and not offers:
        return {}
    payers = [bid.task.employer for bid in bids] + [offer.employer for offer in offers]
    estimates = Estimates(payers, bids[0].bidder if bids else offers[0].freelancer, today)
    nets: dict[tuple[str, str], list[Money]] = {}
    for bid in bids:
        gross = Money(bid.binding_amount_minor, bid.binding_currency)
        if net := estimates.net(gross, bid.task.employer):
            name = "shortlist" if bid.status == BidStatus.SHORTLISTED else "bids"
            nets.setdefault((gross.currency, name), []).append(net)
    for offer in offers:
        if net := estimates.net(offer.amount, offer.employer):
            nets.setdefault((offer.currency, "offers"), []).append(net)
    stages: dict[str, list[Stage]] = {}
    for name in ("bids", "shortlist", "offers"):
        for currency in sorted({currency for currency, stage in nets if stage == name}):
            rows = nets[currency, name]
            stages.setdefault(currency, []).append(Stage(name, len(rows), Money.total(rows, currency)))
    return stages


def record_of(organization_id: UUID) -> Record:
    """How long the first award took, and how many decided bids were chosen, in two queries."""
    bids = Bid.objects.filter(bidder_id=organization_id).aggregate(
        first=Min("submitted_at"),
        won=Count("pk", filter=Q(status__in=WON)),
        decided=Count("pk", filter=Q(status__in=WON + LOST)),
    )
    accepted = Contract.objects.filter(freelancer_id=organization_id, bid__isnull=False).aggregate(
        at=Min("accepted_at")
    )
    took = accepted["at"] - bids["first"] if accepted["at"] and bids["first"] else None
    return Record(took, bids["won"], bids["decided"])
