"""Waking a worker after a commit: a hint that may be lost, because beat looks as well."""

from __future__ import annotations

import logging
import time
from typing import Any

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
