"""
What ends or stands still with the work: review windows while a change request about delivered work is open, change
requests and last dates when the work that they are about ends.
"""

from __future__ import annotations

from datetime import datetime

from apps.common.actors import SYSTEM
from apps.common.operations import move
from apps.contracts import events, terms
from apps.contracts.models import ChangeRequest, Contract, Milestone
from apps.contracts.queries import milestones, notices
from apps.contracts.states import CHANGE, NOTICE, ChangeStatus, MilestoneStatus
from apps.outbox import bus


def pause(contract: Contract, change: terms.Change, *, by_employer: bool, now: datetime) -> None:
    """
    Pause the delivered milestones that the request is about. A request of the employer does so once per delivered
    version, so that nobody can put off the payment of finished work again and again.
    """
    delivered = Milestone.objects.select_for_update().filter(
        contract=contract, status=MilestoneStatus.DELIVERED, paused_at=None
    )
    for milestone in delivered.order_by("position"):
        if change.is_about(milestone.id) and not (by_employer and milestone.employer_has_paused):
            milestone.paused_at = now
            milestone.employer_has_paused = milestone.employer_has_paused or by_employer
            milestone.save(update_fields=["paused_at", "employer_has_paused"])


def resume(contract: Contract, *, now: datetime) -> None:
    """Let the paused review windows of a contract go on with the time that was left."""
    paused = Milestone.objects.select_for_update().filter(contract=contract, paused_at__isnull=False)
    for milestone in paused.order_by("position"):
        milestone.contract = contract
        milestone.review_due_at = milestones.resumed_review(milestone, since=milestone.paused_at, now=now)
        milestone.paused_at = None
        milestone.save(update_fields=["review_due_at", "paused_at"])


def paused_on_delivery(milestone: Milestone, now: datetime) -> datetime | None:
    """Return since when the review window of the version just delivered is paused."""
    change = _open_change(milestone.contract)
    return now if change is not None and terms.from_json(change.change).is_about(milestone.id) else None


def lapse_if_about(milestone: Milestone, *, now: datetime) -> None:
    """End an open request that changes a milestone which has ended or is in dispute, and a last date for it."""
    end_notice(milestone, "close", now=now)
    change = _open_change(milestone.contract)
    if change is not None and any(
        milestone.id in (step.id, step.extra_for) for step in terms.from_json(change.change).steps
    ):
        _lapse(change, milestone.contract, now)


def end_notice(milestone: Milestone, verb: str, *, now: datetime) -> None:
    """End a running notice about late work, because it was delivered (`meet`), has a new date or ended otherwise."""
    notice = notices.running_for_update(milestone.id)
    if notice is not None:
        move(notice, NOTICE, verb, actor=SYSTEM, now=now, changes={"ended_at": now})


def lapse_all(contract: Contract, *, now: datetime) -> None:
    """End an open request of a contract that has ended."""
    change = _open_change(contract)
    if change is not None:
        _lapse(change, contract, now)


def _open_change(contract: Contract) -> ChangeRequest | None:
    return ChangeRequest.objects.select_for_update().filter(contract=contract, status=ChangeStatus.OPEN).first()


def _lapse(change: ChangeRequest, contract: Contract, now: datetime) -> None:
    move(change, CHANGE, "lapse", actor=SYSTEM, now=now, changes={"answered_at": now})
    resume(contract, now=now)
    bus.publish(events.ChangeAnswered(contract_id=contract.id, change_id=change.id, status=change.status), now=now)
