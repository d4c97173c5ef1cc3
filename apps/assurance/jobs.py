from datetime import UTC, timedelta

from celery import shared_task
from django.utils import timezone

from apps.assurance import operations


@shared_task(name="assurance.publish", time_limit=1800)
def publish() -> str:
    """Publish the night that has just ended (UTC)."""
    now = timezone.now()
    report = operations.publish(night=(now.astimezone(UTC) - timedelta(hours=1)).date(), now=now)
    return report.night.isoformat()
