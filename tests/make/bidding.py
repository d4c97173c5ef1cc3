from __future__ import annotations

from datetime import datetime
from typing import Any

from apps.accounts.models import Organization
from apps.bidding import operations
from apps.bidding.models import Bid
from apps.bidding.rules import Answer, BidDraft
from apps.common.actors import Actor
from apps.common.money import Money
from apps.tasks import queries as tasks
from apps.tasks.models import Task


class MakeBids:
    now: datetime

    def task(self, *, status: str = "open", **fields: Any) -> Task:
        raise NotImplementedError

    def freelancer(self, name: str = "", **fields: Any) -> Organization:
        raise NotImplementedError

    def actor(self, organization: Organization, role: str = "owner") -> Actor:
        raise NotImplementedError

    def bid_draft(self, task: Task, **fields: Any) -> BidDraft:
        answers = tuple(Answer(criterion.id, True, "Yes") for criterion in tasks.criteria(task.id))
        options = {"amount": Money.of("900.00", task.currency), "days": 10, "cover_note": "I have done this before."}
        return BidDraft(**({"answers": answers} | options | fields))  # type: ignore[arg-type]

    def bid(
        self, *, task: Task | None = None, bidder: Organization | None = None, status: str = "submitted", **fields: Any
    ) -> Bid:
        task = task or self.task()
        bidder = bidder or self.freelancer()
        actor, employer = self.actor(bidder), self.actor(task.employer)
        bid = operations.submit_bid(task_id=task.id, draft=self.bid_draft(task, **fields), actor=actor, now=self.now)
        if status == "shortlisted":
            bid = operations.shortlist(bid_id=bid.id, actor=employer, now=self.now)
        elif status == "declined":
            bid = operations.decline_bid(bid_id=bid.id, reason="price", note="", actor=employer, now=self.now)
        elif status == "withdrawn":
            bid = operations.withdraw_bid(bid_id=bid.id, actor=actor, now=self.now)
        assert bid.status == status
        return bid
