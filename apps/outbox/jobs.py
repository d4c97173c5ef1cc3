from celery import shared_task
from django.utils import timezone

from apps.common.jobs import hint
from apps.outbox import bus


@shared_task(name="outbox.deliver")
def deliver() -> int:
    """Handle what is due; beat starts it, publications hint it."""
    return bus.deliver_pending(now=timezone.now())


def wake() -> None:
    """After a commit: hint the worker. A lost hint costs two seconds, never a fact."""
    hint(deliver)


bus.on_published(wake)
