from celery import shared_task
from django.utils import timezone

from apps.common.work_queue import each_row, one_at_a_time
from apps.reviews import operations, queries


@shared_task(name="reviews.publish_due")
def publish_due() -> int:
    """Open the sealed reviews of contracts whose 14 days are over; each contract in its own transaction."""
    now = timezone.now()
    with one_at_a_time("reviews.publish_due") as is_ours:
        if not is_ours:
            return 0
        return each_row(
            "reviews.publish_due",
            queries.contracts_to_publish(now),
            lambda row_id: operations.publish_due(contract_id=row_id, now=now),
            now=now,
        )
