from datetime import datetime

from apps.bidding import operations
from apps.outbox import bus
from apps.tasks.events import TaskEnded


@bus.subscribe(TaskEnded, name="bidding.pass_over")
def pass_over(event: TaskEnded, now: datetime) -> None:
    """When a task ends without an award, no bid stays pending."""
    operations.pass_over_rest(task_id=event.task_id, now=now)
