"""Disputes: just opened, answered, decided by staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.accounts.queries import actors
from apps.contracts.models import Milestone
from apps.demo.seeding.background import run_jobs
from apps.demo.steps import days, owner_of
from apps.disputes import operations as disputes
from apps.disputes import rules


def add(milestone: Milestone, row: dict[str, Any], stage: str, moderator: User, offered_at: datetime) -> None:
    """:param row: who opens it and why, the other side's answer, and the decision of staff."""
    contract = milestone.contract
    opener, other = contract.employer, contract.freelancer
    if row["by"] == "freelancer":
        opener, other = other, opener
    opened_at = offered_at + days(11 if row["by"] == "freelancer" else 8)
    run_jobs(opened_at)
    dispute = disputes.open_dispute(
        milestone_id=milestone.id,
        reason=row["reason"],
        text=row["text"],
        source_language=row["lang"],
        freelancer_part=rules.part_of(milestone.amount, row["asks_bps"]),
        actor=owner_of(opener),
        now=opened_at,
    )
    if stage == "disputed":
        return
    disputes.say(
        dispute_id=dispute.id,
        text=row["answer"]["text"],
        source_language=row["answer"]["lang"],
        actor=owner_of(other),
        now=opened_at + days(1),
    )
    if stage == "answered":
        return
    disputes.decide(
        dispute_id=dispute.id,
        freelancer_part=rules.part_of(dispute.amount, row["decision"]["bps"]),
        reasons=row["decision"]["reasons"],
        actor=actors.actor_for(moderator, has_fresh_login=True),
        now=opened_at + days(5),
    )
