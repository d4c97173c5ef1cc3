from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from apps.common.jobs import hint
from apps.common.work_queue import delete_old, one_at_a_time
from apps.notifications import operations, pushes
from apps.notifications.models import EmailDelivery, Notification, PushDelivery


@shared_task(name="notifications.send_emails")
def send_emails() -> int:
    return operations.send_pending_emails(now=timezone.now())


@shared_task(name="notifications.send_pushes")
def send_pushes() -> int:
    return pushes.send_pending(now=timezone.now())


@shared_task(name="notifications.queue_digests", time_limit=300)
def queue_digests() -> int:
    with one_at_a_time("notifications.queue_digests") as is_ours:
        return operations.queue_digests(now=timezone.now()) if is_ours else 0


@shared_task(name="notifications.prune", time_limit=120)
def prune() -> int:
    """Delete old e-mails and notifications, and push messages that expired; failed and pending e-mails are kept."""
    now, days = timezone.now(), settings.RETENTION_DAYS
    sent = EmailDelivery.objects.filter(status="sent", sent_at__lt=now - timedelta(days=days["emails"]))
    old = Notification.objects.filter(happened_at__lt=now - timedelta(days=days["notifications"]))
    late = PushDelivery.objects.filter(expires_at__lt=now)
    return sum(delete_old(rows, seconds_max=25) for rows in (sent, old, late))


def wake() -> None:
    """After a commit: send now, because a user is waiting for a code."""
    hint(send_emails)


operations.on_account_mail(wake)
