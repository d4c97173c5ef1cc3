from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.bidding import policies
from apps.bidding.models import Bid, CriterionAnswer, ProposedMilestone
from apps.bidding.states import EDITABLE, LIVE
from apps.common.actors import Actor
from apps.tasks.models import Task
from apps.tasks.states import BidWindow, TaskStatus


def bid_for_update(bid_id: UUID) -> Bid:
    return Bid.objects.select_for_update(of=("self",)).select_related("task").get(id=bid_id)


def live_bid(task_id: UUID, organization_id: UUID | None) -> Bid | None:
    """The organization's one live bid on a task."""
    return Bid.objects.select_related("task").filter(
        task_id=task_id, bidder_id=organization_id, status__in=LIVE
    ).first()


def bids_readable_by(actor: Actor, now: datetime) -> QuerySet[Bid]:
    """One's own; those on one's own tasks unless they are sealed; staff: those not sealed."""
    sealed = Q(task__bid_window=BidWindow.SEALED, task__status=TaskStatus.OPEN, task__bidding_closes_at__gt=now)
    bids = Bid.objects.select_related("task", "bidder")
    own = Q(bidder_id=actor.organization_id) if actor.organization_id else Q(pk__in=[])
    received = Q(task__employer_id=actor.organization_id) & ~sealed if actor.organization_id else Q(pk__in=[])
    by_staff = ~sealed if actor.is_staff else Q(pk__in=[])
    return bids.filter(own | received | by_staff)


def bids_on(task: Task, actor: Actor, now: datetime) -> list[Bid]:
    """
    The bids that the employer compares, without those withdrawn.

    :raises policies.StillSealed: before a sealed window closes.
    """
    policies.check_can_judge(actor, task, now)
    bids = Bid.objects.filter(task=task).exclude(status="withdrawn").select_related("bidder", "bidder__profile")
    return list(bids.prefetch_related("milestones", "answers__criterion").order_by("submitted_at"))


def bid_count(task_id: UUID) -> int:
    return Bid.objects.filter(task_id=task_id).exclude(status="withdrawn").count()


def bid_counts(task_ids: list[UUID]) -> dict[UUID, int]:
    counts: dict[UUID, int] = {}
    for task_id in Bid.objects.filter(task_id__in=task_ids).exclude(status="withdrawn").values_list(
        "task_id", flat=True
    ):
        counts[task_id] = counts.get(task_id, 0) + 1
    return counts


def bids_of(organization_id: UUID) -> QuerySet[Bid]:
    return (
        Bid.objects.filter(bidder_id=organization_id)
        .select_related("task", "task__employer")
        .order_by("-submitted_at", "-id")
    )


def pending_bids(task_id: UUID) -> list[UUID]:
    """Bids that wait for a decision."""
    return list(Bid.objects.filter(task_id=task_id, status__in=EDITABLE).order_by("id").values_list("id", flat=True))


def bidders(task_id: UUID) -> list[UUID]:
    """Organizations with a live bid: who is told of an addendum."""
    return list(Bid.objects.filter(task_id=task_id, status__in=LIVE).values_list("bidder_id", flat=True))


def milestones(bid_id: UUID) -> list[ProposedMilestone]:
    return list(ProposedMilestone.objects.filter(bid_id=bid_id).select_related("bid").order_by("position"))


def answers(bid_id: UUID) -> list[CriterionAnswer]:
    return list(
        CriterionAnswer.objects.filter(bid_id=bid_id).select_related("criterion").order_by("criterion__position")
    )


def delivery_date(bid: Bid, now: datetime) -> datetime:
    """When the work would be done if it were awarded now."""
    return now + timedelta(days=bid.days)
