"""Disputes at a status, reached through the real operations."""

from __future__ import annotations

from typing import Any

from apps.common.money import Money
from apps.contracts.models import Milestone
from apps.disputes import operations
from apps.disputes.models import Dispute
from tests.make import Make


def dispute(
    make: Make, *, by: str = "employer", status: str = "open", part: str = "100.00", **milestone: Any
) -> Dispute:
    """:param status: open, answered, settled, decided, withdrawn. :param part: what the opener leaves the freelancer."""
    result: Milestone = make.milestone(**({"status": "delivered"} | milestone))
    contract = result.contract
    sides = {"employer": make.actor(contract.employer), "freelancer": make.actor(contract.freelancer)}
    opener = sides[by]
    other = sides["freelancer" if by == "employer" else "employer"]
    created = operations.open_dispute(
        milestone_id=result.id,
        reason="not_as_agreed",
        text="Three of twelve pages are missing.",
        source_language="en",
        freelancer_part=Money.of(part, result.currency),
        actor=opener,
        now=make.now,
    )
    if status == "answered":
        operations.say(
            dispute_id=created.id, text="They are in version 2.", source_language="en", actor=other, now=make.now
        )
    elif status == "settled":
        operations.accept_split(proposal_id=created.proposals.get().id, actor=other, now=make.now)
    elif status == "withdrawn":
        operations.withdraw(dispute_id=created.id, actor=opener, now=make.now)
    elif status == "decided":
        operations.decide(
            dispute_id=created.id,
            freelancer_part=Money.of(part, result.currency),
            reasons="Nine of twelve pages meet the checklist.",
            actor=make.staff_actor(),
            now=created.answer_due_at,
        )
    created.refresh_from_db()
    assert created.status == status
    return created
