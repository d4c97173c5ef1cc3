"""Look up objects at the gateways that had no final webhook for a while: a webhook can be lost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from apps.common.clock import Clock
from apps.common.work_queue import each_row
from apps.gateways.errors import GatewayRefused, GatewayUnavailable, PaymentUnavailable

logger = logging.getLogger(__name__)
STALE_MAX, STALE_SECONDS, UNANSWERED_MAX = 50, 10.0, 3
"""
The number of rows per kind in one run, the seconds per kind, and the number of unanswered calls that ends the run.
"""


class Lookups:
    """One run: counts the rows looked up and the calls without an answer."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.looked_up, self.unanswered = clock, 0, 0

    def look_up(self, rows: QuerySet[Any], refresh: Callable[[UUID], object]) -> None:
        """Refresh these rows, the oldest lookup first. A row that fails does not stop the others."""

        def look_up_one(row_id: UUID) -> None:
            if self.unanswered >= UNANSWERED_MAX:
                return
            # Written before the call, so that a row that crashes the run is not first in the next run.
            rows.model._default_manager.filter(pk=row_id).update(looked_at=self.clock())
            try:
                refresh(row_id)
            except (GatewayUnavailable, PaymentUnavailable) as error:
                self.unanswered += 1
                logger.warning("%s %s could not be looked up: %s", rows.model.__name__, row_id, error)
            except GatewayRefused as error:
                # An object that the gateway does not have must not stop the others.
                logger.warning("%s %s could not be looked up: %s", rows.model.__name__, row_id, error)
            else:
                self.looked_up += 1

        oldest_first = rows.order_by(F("looked_at").asc(nulls_first=True), "id")
        job = f"{rows.model._meta.app_label}.refresh_{rows.model.__name__.lower()}"
        each_row(job, oldest_first, look_up_one, now=self.clock(), limit=STALE_MAX, seconds_max=STALE_SECONDS)
