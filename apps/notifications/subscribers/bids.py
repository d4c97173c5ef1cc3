"""Notifications of bids."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from apps.accounts import rules as roles
from apps.bidding import events as bidding
from apps.bidding.models import Bid
from apps.notifications import rules
from apps.notifications.subscribers.recipients import notify_organization
from apps.outbox import bus
from apps.tasks.states import BidWindow


def _bid(bid_id: UUID) -> Bid:
    return Bid.objects.select_related("task", "bidder").get(id=bid_id)


@bus.subscribe(bidding.BidSubmitted, name="notifications.bid_submitted")
def bid_submitted(event: bidding.BidSubmitted, now: datetime) -> None:
    """The notification of a sealed bid names neither the bidder nor the amount."""
    bid = _bid(event.bid_id)
    task = bid.task
    if task.bid_window == BidWindow.SEALED:
        notify_organization(
            task.employer_id, "bid_received_sealed", bid.id, now, "tasks:detail", task.id, capability=roles.POST_TASK,
            task=task.title, closes_at=rules.moment(task.bidding_closes_at),
        )  # fmt: skip
    else:
        notify_organization(
            task.employer_id, "bid_received", bid.id, now, "bidding:compare", task.id, capability=roles.POST_TASK,
            who=bid.bidder.display_name, task=task.title, amount=rules.money(bid.binding_amount), days=bid.days,
        )  # fmt: skip


@bus.subscribe(bidding.BidShortlisted, name="notifications.bid_shortlisted")
def bid_shortlisted(event: bidding.BidShortlisted, now: datetime) -> None:
    bid = _bid(event.bid_id)
    notify_organization(bid.bidder_id, "bid_shortlisted", bid.id, now, "bidding:detail", bid.id, task=bid.task.title)


@bus.subscribe(bidding.BidDeclined, name="notifications.bid_declined")
def bid_declined(event: bidding.BidDeclined, now: datetime) -> None:
    bid = _bid(event.bid_id)
    notify_organization(
        bid.bidder_id, "bid_declined", bid.id, now, "bidding:detail", bid.id, task=bid.task.title,
        reason=rules.choice("decline_reason", event.reason),
    )  # fmt: skip


@bus.subscribe(bidding.BidExplained, name="notifications.bid_explained")
def bid_explained(event: bidding.BidExplained, now: datetime) -> None:
    bid = _bid(event.bid_id)
    notify_organization(
        bid.bidder_id, "bid_explained", bid.id, now, "bidding:detail", bid.id, task=bid.task.title,
        reason=rules.choice("decline_reason", event.reason),
    )  # fmt: skip


@bus.subscribe(bidding.BidNotTaken, name="notifications.bid_not_taken")
def bid_not_taken(event: bidding.BidNotTaken, now: datetime) -> None:
    bid = _bid(event.bid_id)
    notify_organization(bid.bidder_id, "bid_not_taken", bid.id, now, "bidding:detail", bid.id, task=bid.task.title)
