from celery import shared_task

from apps.common.work_queue import Step, run_steps
from apps.track_records import operations, queries


@shared_task(name="track_records.count_due")
def count_due() -> int:
    """Count the records of organizations where something happened, and of all others once a day."""
    return run_steps(
        "track_records.count_due",
        Step("track_records.count_due", queries.records_due, operations.count_again, "record_id"),
    )
