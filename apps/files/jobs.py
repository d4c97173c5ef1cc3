from celery import shared_task
from django.utils import timezone

from apps.files import operations


@shared_task(name="files.forget_unattached")
def forget_unattached() -> int:
    """Delete uploads that were not attached to anything within two days."""
    return operations.forget_unattached(now=timezone.now())
