from celery import shared_task
from django.utils import timezone

from apps.common.work_queue import each_row, one_at_a_time
from apps.tasks import operations, queries


@shared_task(name="tasks.keep_deadlines")
def keep_deadlines() -> int:
    """Close bid windows and expire undecided tasks; each task in its own transaction."""
    now = timezone.now()
    with one_at_a_time("tasks.keep_deadlines") as is_ours:
        if not is_ours:
            return 0
        closed = each_row(
            "tasks.close_bidding",
            queries.tasks_to_close_bidding(now),
            lambda row_id: operations.close_bidding(task_id=row_id, now=now),
            now=now,
        )
        expired = each_row(
            "tasks.expire",
            queries.tasks_to_expire(now),
            lambda row_id: operations.expire(task_id=row_id, now=now),
            now=now,
        )
    return closed + expired
