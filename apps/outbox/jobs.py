from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.common.jobs import hint
from apps.common.work_queue import delete_old
from apps.outbox import bus
from apps.outbox.models import Delivery, DeliveryStatus, Event


@shared_task(name="outbox.deliver")
def deliver() -> int:
    """Handle the due deliveries; started by beat, and after each commit that published an event."""
    return bus.deliver_pending(now=timezone.now())


@shared_task(name="outbox.prune", time_limit=120)
def prune() -> int:
    """Delete domain events that all subscribers have handled. Failed deliveries are kept until staff decide."""
    before = timezone.now() - timedelta(days=settings.RETENTION_DAYS["outbox"])
    done = Delivery.objects.filter(status=DeliveryStatus.DONE, done_at__lt=before)
    handled = delete_old(done, seconds_max=30)
    waiting = Delivery.objects.filter(event=OuterRef("pk"))
    return handled + delete_old(Event.objects.filter(~Exists(waiting), happened_at__lt=before), seconds_max=30)


def wake() -> None:
    """Start the worker after a commit. A lost message costs two seconds, never an event."""
    hint(deliver)


bus.on_published(wake)
