"""How an employer compares bids: award criteria, the points of two members, a note, a bid declined with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apps.accounts.queries import actors
from apps.bidding import operations as bidding
from apps.bidding.models import Bid
from apps.bidding.states import DeclineReason
from apps.choosing import operations as choosing
from apps.choosing.rules import AwardCriterion
from apps.demo.seeding.participants import Participants
from apps.demo.steps import days, owner_of
from apps.tasks.models import Task

Row = dict[str, Any]


def publish_criteria(task: Task, row: Row, now: datetime) -> None:
    choosing.set_criteria(
        task_id=task.id,
        criteria=[AwardCriterion(name, weight) for name, weight in row["criteria"].items()],
        is_blind=False,
        is_published=True,
        actor=owner_of(task.employer),
        now=now,
    )


def score(participants: Participants, bids: list[Bid], row: Row, now: datetime) -> None:
    """Owner and colleague score the first bids, and the last one is declined."""
    employer = bids[0].task.employer
    members = (owner_of(employer), actors.actor_for(participants.colleague, employer.id))
    for member, sheets in zip(members, row["sheets"], strict=True):
        for bid, sheet in zip(bids[: len(sheets)], sheets, strict=True):
            choosing.score(bid_id=bid.id, **sheet, actor=member, now=now)
    choosing.write_note(bid_id=bids[1].id, text=row["note"], actor=members[1], now=now + days(0.1))
    bidding.decline_bid(
        bid_id=bids[-1].id, reason=DeclineReason.SKILLS, note=row["declined"], actor=members[0], now=now + days(0.2)
    )
