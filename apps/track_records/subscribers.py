"""What changes a record marks it as due; the job counts it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from apps.contracts import events as contracts
from apps.contracts.models import Contract
from apps.messaging import events as messaging
from apps.outbox import bus
from apps.reviews import events as reviews
from apps.tasks import events as tasks
from apps.tasks.models import Task
from apps.track_records import operations


def _both(contract_id: UUID, now: datetime) -> None:
    parties = Contract.objects.values_list("employer_id", "freelancer_id").get(id=contract_id)
    operations.mark_due(organization_ids=parties, now=now)


def _employer(task_id: UUID, now: datetime) -> None:
    ids = Task.objects.filter(id=task_id).values_list("employer_id", flat=True)
    operations.mark_due(organization_ids=ids, now=now)


@bus.subscribe(contracts.ContractAccepted, name="track_records.contract_accepted")
def contract_accepted(event: contracts.ContractAccepted, now: datetime) -> None:
    _both(event.contract_id, now)


@bus.subscribe(contracts.WorkDelivered, name="track_records.work_delivered")
def work_delivered(event: contracts.WorkDelivered, now: datetime) -> None:
    _both(event.contract_id, now)


@bus.subscribe(contracts.MilestoneApproved, name="track_records.milestone_approved")
def milestone_approved(event: contracts.MilestoneApproved, now: datetime) -> None:
    _both(event.contract_id, now)


@bus.subscribe(contracts.ContractCompleted, name="track_records.contract_completed")
def contract_completed(event: contracts.ContractCompleted, now: datetime) -> None:
    _both(event.contract_id, now)


@bus.subscribe(contracts.ContractEnded, name="track_records.contract_ended")
def contract_ended(event: contracts.ContractEnded, now: datetime) -> None:
    _both(event.contract_id, now)


@bus.subscribe(reviews.ReviewPublished, name="track_records.review_published")
def review_published(event: reviews.ReviewPublished, now: datetime) -> None:
    operations.mark_due(organization_ids=[event.subject_id], now=now)


@bus.subscribe(messaging.MessageSent, name="track_records.message_sent")
def message_sent(event: messaging.MessageSent, now: datetime) -> None:
    operations.mark_due(organization_ids=[event.sender_organization_id, event.recipient_organization_id], now=now)


@bus.subscribe(tasks.TaskPublished, name="track_records.task_published")
def task_published(event: tasks.TaskPublished, now: datetime) -> None:
    _employer(event.task_id, now)


@bus.subscribe(tasks.TaskEnded, name="track_records.task_ended")
def task_ended(event: tasks.TaskEnded, now: datetime) -> None:
    _employer(event.task_id, now)
