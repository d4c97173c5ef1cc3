from celery import shared_task
from django.utils import timezone

from apps.quality import operations


@shared_task(name="quality.draw_samples")
def draw_samples() -> int:
    """Draw a sample of what was delivered since the last time, for our staff to look at."""
    return operations.draw_samples(now=timezone.now())
