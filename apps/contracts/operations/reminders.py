"""Reminders of contracts: money that is missing, deliveries to review, late work. Each is sent once."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from apps.contracts import events, rules
from apps.contracts.models import Contract
from apps.contracts.queries import contracts, milestones
from apps.contracts.states import ContractStatus, MilestoneStatus
from apps.outbox import bus


def work_is_funded(contract: Contract) -> None:
    """A locked contract has a funded milestone: nobody waits for money."""
    _set_unfunded_since(contract, None)


def work_has_ended(contract: Contract, now: datetime) -> None:
    """A milestone of a locked contract ended: if no other one has money, the next one waits for it from now on."""
    statuses = set(contract.milestones.values_list("status", flat=True))
    if contract.unfunded_since is None and rules.waits_for_money(statuses):
        _set_unfunded_since(contract, now)


def _set_unfunded_since(contract: Contract, since: datetime | None) -> None:
    contract.unfunded_since, contract.funding_reminders_sent = since, 0
    contract.save(update_fields=["unfunded_since", "funding_reminders_sent"])


@transaction.atomic
def remind_of_funding(*, contract_id: UUID, now: datetime) -> None:
    """Remind the employer that the freelancer waits for money; with the last reminder notify the freelancer too."""
    contract = contracts.contract_for_update(contract_id)
    sent, since = contract.funding_reminders_sent, contract.unfunded_since
    if contract.status != ContractStatus.ACTIVE or since is None or sent >= len(rules.FUNDING_REMINDER_DAYS):
        return
    milestone = milestones.next_to_fund(contract.id)
    if milestone is None or since + timedelta(days=rules.FUNDING_REMINDER_DAYS[sent]) > now:
        return
    contract.funding_reminders_sent += 1
    contract.save(update_fields=["funding_reminders_sent"])
    event = events.FundingReminder(
        contract_id=contract.id,
        milestone_id=milestone.id,
        days=rules.FUNDING_REMINDER_DAYS[sent],
        is_last=contract.funding_reminders_sent == len(rules.FUNDING_REMINDER_DAYS),
    )
    bus.publish(event, now=now)


@transaction.atomic
def remind_of_review(*, milestone_id: UUID, now: datetime) -> None:
    """Notify the employer that the review window is about to end; each reminder once."""
    milestone = milestones.milestone_for_update(milestone_id)
    if milestone.status != MilestoneStatus.DELIVERED or milestone.review_due_at is None or milestone.paused_at:
        return
    if milestone.reminders_sent >= len(milestones.REMINDER_DAYS):
        return
    milestone.reminders_sent += 1
    milestone.save(update_fields=["reminders_sent"])
    days_left = max(1, -(-(milestone.review_due_at - now) // timedelta(days=1)))
    bus.publish(
        events.ReviewReminder(contract_id=milestone.contract_id, milestone_id=milestone.id, days_left=days_left),
        now=now,
    )


@transaction.atomic
def notify_overdue(*, milestone_id: UUID, now: datetime) -> None:
    """Notify both sides, once, that the due date of a funded milestone passed without a delivery."""
    milestone = milestones.milestone_for_update(milestone_id)
    is_waiting = milestone.status == MilestoneStatus.FUNDED and milestone.overdue_notified_at is None
    if not is_waiting or not rules.is_late(due_at=milestone.due_at, delivered_at=None, now=now):
        return
    milestone.overdue_notified_at = now
    milestone.save(update_fields=["overdue_notified_at"])
    bus.publish(events.MilestoneOverdue(contract_id=milestone.contract_id, milestone_id=milestone.id), now=now)
