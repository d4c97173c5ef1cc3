from celery import shared_task

from apps.common.work_queue import Step, run_steps
from apps.tasks import operations, queries


@shared_task(name="tasks.keep_deadlines")
def keep_deadlines() -> int:
    """Close bidding and expire undecided tasks when their dates pass; each task in its own transaction."""
    return run_steps(
        "tasks.keep_deadlines",
        Step("tasks.close_bidding", queries.tasks_to_close_bidding, operations.close_bidding, "task_id"),
        Step("tasks.expire", queries.tasks_to_expire, operations.expire, "task_id"),
    )
