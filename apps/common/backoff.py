from __future__ import annotations

from datetime import timedelta

PAUSE_FIRST = timedelta(seconds=10)


PAUSE_MAX = timedelta(hours=1)


def pause_after(attempts: int) -> timedelta:
    """Twice as long after every attempt, an hour at most."""
    return min(PAUSE_FIRST * 2 ** max(attempts - 1, 0), PAUSE_MAX) if attempts < 20 else PAUSE_MAX
