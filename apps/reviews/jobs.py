from celery import shared_task
from django.utils import timezone

from apps.reviews import operations, queries


@shared_task(name="reviews.publish_due")
def publish_due() -> int:
    """Open the sealed reviews of contracts whose 14 days are over; each contract in its own transaction."""
    now = timezone.now()
    return sum(
        operations.publish_due(contract_id=contract_id, now=now) for contract_id in queries.contracts_to_publish(now)
    )
