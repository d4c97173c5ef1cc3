from __future__ import annotations

import logging

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from apps.dashboard.queries import metrics
from apps.ledger.queries import invariants

logger = logging.getLogger(__name__)
KEPT_SECONDS = 86_400


@shared_task(name="dashboard.check_books", time_limit=1200)
def check_books() -> int:
    """Check every invariant of the books once an hour, for metrics and alarms; the same as `manage.py ledger_check`."""
    findings = invariants.check_all()
    broken = [finding.invariant for finding in findings if finding.breaches]
    breaches = sum(finding.breaches for finding in findings)
    cache.set(metrics.BOOKS, {"breaches": breaches, "at": timezone.now()}, KEPT_SECONDS)
    if broken:
        logger.critical("ledger invariants are violated: %s", ", ".join(broken))
    return breaches
