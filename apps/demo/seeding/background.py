"""Does the work of the background jobs: delivers domain events and computes matches."""

from __future__ import annotations

from datetime import datetime

from apps.matching.operations import matches
from apps.outbox import bus
from apps.quality import operations as quality

EVENTS_MAX = 10_000


def run_jobs(now: datetime) -> None:
    """Matches wait: they are computed where somebody reads them (`compute_matches`), and at the end."""
    bus.deliver_pending(now=now, limit=EVENTS_MAX)
    quality.draw_samples(now=now)


def compute_matches(now: datetime) -> None:
    while matches.refresh_pending(now=now):
        pass
