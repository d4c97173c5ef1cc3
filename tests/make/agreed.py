"""Contracts made and ended by agreement, without money: for the areas that only need two parties."""

from __future__ import annotations

from datetime import datetime

from apps.contracts.models import Contract
from apps.contracts.operations import cancellations, offers
from tests.make import Make


def active_contract(make: Make) -> Contract:
    bid = make.bid()
    contract = offers.award(bid_id=bid.id, actor=make.actor(bid.task.employer), now=make.now)
    return offers.accept_offer(contract_id=contract.id, actor=make.actor(bid.bidder), now=make.now)


def ended_contract(make: Make, at: datetime | None = None) -> Contract:
    contract = active_contract(make)
    now = at or make.now
    proposal = cancellations.propose_cancellation(
        contract_id=contract.id,
        freelancer_share_bps=0,
        reason="Plans changed",
        actor=make.actor(contract.employer),
        now=now,
    )
    return cancellations.accept_cancellation(proposal_id=proposal.id, actor=make.actor(contract.freelancer), now=now)
