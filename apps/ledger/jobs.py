from celery import shared_task
from django.utils import timezone

from apps.ledger import operations


@shared_task(name="ledger.seal_chain", time_limit=1800)
def seal_chain() -> int:
    """Add the day's entries to the hash chain."""
    return operations.seal_chain(now=timezone.now())
