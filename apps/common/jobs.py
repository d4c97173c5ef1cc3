"""Waking a worker after a commit, which may be lost because beat looks as well; and old answers of the API."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from apps.common.models import IdempotencyRecord, SignOfLife
from apps.common.work_queue import delete_old

logger = logging.getLogger(__name__)

AWAY_SECONDS = 5.0
"""How long no hint is sent after the broker did not answer."""
HINT_EXPIRES = 30
_away_until = 0.0


def hint(task: Any) -> None:
    """Start a job at once where the broker answers; where it does not, nobody waits for it a second time."""
    global _away_until
    if time.monotonic() < _away_until:
        return
    try:
        task.apply_async(expires=HINT_EXPIRES, retry=False)
    except Exception as error:
        logger.warning("the broker does not answer, jobs wait for beat: %s", error)
        _away_until = time.monotonic() + AWAY_SECONDS


@shared_task(name="common.prune", time_limit=120)
def prune() -> int:
    """Answers kept for a repeated request, once nobody repeats it any more."""
    before = timezone.now() - timedelta(days=settings.RETENTION_DAYS["idempotency"])
    return delete_old(IdempotencyRecord.objects.filter(created_at__lt=before))


def give_sign(name: str) -> None:
    """Say that this kind of process does its work now; `/metrics` and `manage.py doctor` read how long ago that was."""
    SignOfLife.objects.update_or_create(
        name=name, defaults={"seen_at": timezone.now(), "version": settings.VERSION[:40]}
    )


def _sign_job(queue: str) -> Any:
    @shared_task(name=f"signs.{queue}", time_limit=20)
    def sign() -> None:
        give_sign(f"worker.{queue}")

    return sign


sign_jobs = {queue: _sign_job(queue) for queue in ("default", "money", "mail", "matching")}
"""One for each queue that `marketplace.schedule` names: a sign comes through as late as other jobs do."""
