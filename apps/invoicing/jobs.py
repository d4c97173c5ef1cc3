from celery import shared_task
from django.utils import timezone

from apps.invoicing import operations


@shared_task(name="invoicing.make_copies")
def make_copies() -> int:
    """Electronic copies of new documents: compiling the rules takes seconds, once per worker."""
    return operations.make_missing_copies(now=timezone.now())
