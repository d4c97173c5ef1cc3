from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from apps.common.work_queue import one_at_a_time
from apps.invoicing.operations import copies

NEW = timedelta(days=2)


@shared_task(name="invoicing.make_copies", time_limit=120)
def make_copies() -> int:
    """Create electronic copies of new documents. Compiling the rules takes seconds, once per worker."""
    now = timezone.now()
    with one_at_a_time("invoicing.make_copies") as is_ours:
        return copies.make_missing_copies(now=now, since=now - NEW) if is_ours else 0


@shared_task(name="invoicing.make_older_copies", time_limit=600)
def make_older_copies() -> int:
    """Each night: create the copies that are still missing, however old the document is."""
    with one_at_a_time("invoicing.make_copies") as is_ours:
        return copies.make_missing_copies(now=timezone.now(), limit=500) if is_ours else 0
