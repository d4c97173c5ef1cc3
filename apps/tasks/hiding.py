"""Operations of staff: hide a task, and show it again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.common.actors import Actor
from apps.outbox import bus
from apps.tasks import events, policies, queries
from apps.tasks.models import Task


@transaction.atomic
def take_down(*, task_id: UUID, reason_code: str, actor: Actor, now: datetime) -> Task:
    """Hide a task from everyone but its owner and staff (staff only); bidding stops while it is hidden."""
    policies.check_can_hide(actor)
    task = queries.task_for_update(task_id)
    task.hidden_at, task.hidden_reason = now, reason_code
    task.save(update_fields=["hidden_at", "hidden_reason"])
    bus.publish(events.TaskTakenDown(task_id=task.id, reason_code=reason_code), now=now)
    return task


@transaction.atomic
def restore(*, task_id: UUID, actor: Actor, now: datetime) -> Task:
    """Show a hidden task again (staff only). Scheduled changes made meanwhile, such as an expiry, stay in effect."""
    policies.check_can_hide(actor)
    task = queries.task_for_update(task_id)
    task.hidden_at, task.hidden_reason = None, ""
    task.save(update_fields=["hidden_at", "hidden_reason"])
    return task
