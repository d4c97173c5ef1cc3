from celery import shared_task
from django.utils import timezone

from apps.tasks import operations, queries


@shared_task(name="tasks.keep_deadlines")
def keep_deadlines() -> int:
    """Close bid windows and expire undecided tasks; each task in its own transaction."""
    now = timezone.now()
    closing, expiring = queries.tasks_to_close_bidding(now), queries.tasks_to_expire(now)
    for task_id in closing:
        operations.close_bidding(task_id=task_id, now=now)
    for task_id in expiring:
        operations.expire(task_id=task_id, now=now)
    return len(closing) + len(expiring)
