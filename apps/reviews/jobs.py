from celery import shared_task

from apps.common.work_queue import Step, run_steps
from apps.reviews import operations, queries


@shared_task(name="reviews.publish_due")
def publish_due() -> int:
    """Publish the sealed reviews of contracts whose 14 days are over; each contract in its own transaction."""
    return run_steps(
        "reviews.publish_due",
        Step("reviews.publish_due", queries.contracts_to_publish, operations.publish_due, "contract_id"),
    )
