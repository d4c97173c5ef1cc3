"""
Start a worker after a commit (the message may be lost, because beat starts jobs too), heartbeats, and deletion of old
API responses.
"""

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
"""How long no message is sent after the broker did not answer."""
HINT_EXPIRES = 30
HINT_SECONDS = 1.0
"""How long a visitor waits at most until RabbitMQ has stored the message."""
_away_until = 0.0


def hint(task: Any) -> None:
    """Start a job at once if the broker answers; if it does not, it is not called again for a while."""
    global _away_until
    if time.monotonic() < _away_until:
        return
    try:
        task.apply_async(expires=HINT_EXPIRES, retry=False, confirm_timeout=HINT_SECONDS)
    except Exception as error:
        logger.warning("the broker does not answer; beat will start the jobs: %s", error)
        _away_until = time.monotonic() + AWAY_SECONDS


@shared_task(name="common.prune", time_limit=120)
def prune() -> int:
    """Delete the stored responses of `Idempotency-Key` after their retention time."""
    before = timezone.now() - timedelta(days=settings.RETENTION_DAYS["idempotency"])
    return delete_old(IdempotencyRecord.objects.filter(created_at__lt=before))


def give_sign(name: str) -> None:
    """Record a heartbeat for this kind of process; `/metrics` and `manage.py doctor` read its age."""
    SignOfLife.objects.update_or_create(
        name=name, defaults={"seen_at": timezone.now(), "version": settings.VERSION[:40]}
    )


def _sign_job(queue: str) -> Any:
    @shared_task(name=f"heartbeat.{queue}", time_limit=20)
    def sign() -> None:
        give_sign(f"worker.{queue}")

    return sign


sign_jobs = {queue: _sign_job(queue) for queue in ("default", "money", "mail", "matching")}
"""One per queue of `marketplace.schedule`: the heartbeat is delayed as much as the other jobs in the queue."""
