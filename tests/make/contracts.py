from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from apps.accounts.models import Organization
from apps.bidding.models import Bid
from apps.common.actors import Actor
from apps.contracts.models import Contract, Deliverable, Milestone
from apps.contracts.operations import milestones, offers
from apps.contracts.operations.milestones import Check
from apps.escrow.models import Escrow
from apps.payments.models import Charge

WORK = "https://files.example.org/work/1"


class MakeContracts:
    now: datetime

    def bid(self, **fields: Any) -> Bid:
        raise NotImplementedError

    def actor(self, organization: Organization, role: str = "owner") -> Actor:
        raise NotImplementedError

    def contract(self, *, bid: Bid | None = None, status: str = "active", **fields: Any) -> Contract:
        bid = bid or self.bid(**fields)
        contract = offers.award(bid_id=bid.id, actor=self.actor(bid.task.employer), now=self.now)
        if status == "active":
            contract = offers.accept_offer(contract_id=contract.id, actor=self.actor(bid.bidder), now=self.now)
        elif status == "declined":
            contract = offers.decline_offer(contract_id=contract.id, actor=self.actor(bid.bidder), now=self.now)
        elif status == "completed":
            milestone = self.milestone(bid=bid, contract=contract, status="approved")
            contract = milestone.contract
            contract.refresh_from_db()
        assert contract.status == status
        return contract

    def charge_of(self, escrow: Escrow) -> Charge:
        raise NotImplementedError  # by MakeMoney

    def paid(self, charge: Charge, card: str = "4242424242424242") -> Charge:
        raise NotImplementedError  # by MakeMoney

    def fund(self, milestone: Milestone) -> Milestone:
        """The employer pays at the processor, and everybody is notified of it."""
        employer = self.actor(milestone.contract.employer)
        escrow_id = milestones.prepare_funding(milestone_id=milestone.id, actor=employer, now=self.now)
        self.paid(self.charge_of(Escrow.objects.get(id=escrow_id)))
        return Milestone.objects.select_related("contract").get(id=milestone.id)

    def deliver(self, milestone: Milestone, **fields: Any) -> Deliverable:
        checks = [Check(criterion.id, True) for criterion in milestone.contract.criteria.all()]
        options = {
            "note": "All twelve pages.",
            "source_language": "en",
            "checks": checks,
            "file_ids": [],
            "links": [WORK],
        }
        return milestones.deliver(
            milestone_id=milestone.id,
            actor=self.actor(milestone.contract.freelancer),
            now=self.now,
            **(options | fields),  # type: ignore[arg-type]
        )

    def milestone(
        self, *, contract: Contract | None = None, bid: Bid | None = None, status: str = "planned", **fields: Any
    ) -> Milestone:
        if contract is None:
            contract = self.contract(bid=bid, **fields)
        elif contract.status == "offered":
            freelancer = self.actor(contract.freelancer)
            contract = offers.accept_offer(contract_id=contract.id, actor=freelancer, now=self.now)
        milestone = contract.milestones.get(position=1)
        employer = self.actor(contract.employer)
        if status != "planned":
            milestone = self.fund(milestone)
        if status in ("delivered", "in_revision", "approved"):
            self.deliver(milestone)
        if status == "in_revision":
            milestones.request_revision(
                milestone_id=milestone.id, text="Page 3", source_language="en", actor=employer, now=self.now
            )
        elif status == "approved":
            milestones.approve_milestone(milestone_id=milestone.id, amount=None, actor=employer, now=self.now)
        milestone = Milestone.objects.select_related("contract").get(id=milestone.id)
        assert milestone.status == status
        return milestone

    def later(self, **span: float) -> datetime:
        return self.now + timedelta(**span)
