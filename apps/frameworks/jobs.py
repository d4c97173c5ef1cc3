from celery import shared_task

from apps.common.work_queue import Step, run_steps
from apps.frameworks import operations
from apps.frameworks.queries import frameworks as queries


@shared_task(name="frameworks.keep_dates")
def keep_dates() -> int:
    """End framework agreements after their notice period, and let those expire whose time is over."""
    return run_steps(
        "frameworks.keep_dates",
        Step("frameworks.end", queries.frameworks_to_end, operations.end, "framework_id"),
        Step("frameworks.expire", queries.frameworks_to_expire, operations.expire, "framework_id"),
    )
