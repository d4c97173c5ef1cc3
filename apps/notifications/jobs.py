from celery import shared_task
from django.utils import timezone

from apps.common.jobs import hint
from apps.common.work_queue import one_at_a_time
from apps.notifications import operations


@shared_task(name="notifications.send_emails")
def send_emails() -> int:
    return operations.send_pending_emails(now=timezone.now())


@shared_task(name="notifications.queue_digests", time_limit=300)
def queue_digests() -> int:
    with one_at_a_time("notifications.queue_digests") as is_ours:
        return operations.queue_digests(now=timezone.now()) if is_ours else 0


def wake() -> None:
    """After a commit: somebody waits for a code."""
    hint(send_emails)


operations.on_account_mail(wake)
