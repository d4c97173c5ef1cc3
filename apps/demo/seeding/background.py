"""Does the work of the background jobs: delivers domain events and computes matches."""

from __future__ import annotations

from datetime import datetime

from apps.matching.operations import matches
from apps.outbox import bus
from apps.quality import operations as quality

EVENTS_MAX = 10_000


def run_jobs(now: datetime) -> None:
    bus.deliver_pending(now=now, limit=EVENTS_MAX)
    quality.draw_samples(now=now)
    matches.refresh_pending(now=now)
