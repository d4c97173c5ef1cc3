from celery import shared_task
from django.utils import timezone

from apps.matching import operations


@shared_task(name="matching.refresh")
def refresh() -> int:
    """Match what has changed since the last run."""
    return operations.refresh_pending(now=timezone.now())
