from celery import shared_task
from django.utils import timezone

from apps.notifications import operations


@shared_task(name="notifications.send_emails")
def send_emails() -> int:
    return operations.send_pending_emails(now=timezone.now())


@shared_task(name="notifications.queue_digests")
def queue_digests() -> int:
    return operations.queue_digests(now=timezone.now())
