"""
Rate limits per person, recipient or network address for actions that affect others: mails, files, keys.

Counted in the cache shared by all processes; while that is down, each process counts for itself. Windows are fixed, so
that the response can tell when the next one begins.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.cache import cache

from apps.common.errors import TooManyRequests

logger = logging.getLogger(__name__)
HOUR, DAY = 3600, 86_400
CACHE_PAUSE_SECONDS = 5.0
KEYS_IN_PROCESS_MAX = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` (calls, or bytes) per `seconds`."""

    most: int
    seconds: int


def _rate(text: str) -> Rate:
    """A rate as REST framework writes it: "120/min"."""
    most, _slash, period = text.partition("/")
    return Rate(int(most), {"s": 1, "m": 60, "h": HOUR, "d": DAY}[period[0]])


_THROTTLES: Any = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
LIMITS: dict[str, tuple[Rate, ...]] = {
    # per person
    "invite_member": (Rate(20, HOUR), Rate(60, DAY)),
    "invite_freelancer": (Rate(60, HOUR), Rate(200, DAY)),
    "ask_question": (Rate(30, HOUR),),
    "add_addendum": (Rate(20, HOUR),),
    "publish_task": (Rate(30, HOUR), Rate(100, DAY)),
    "submit_bid": (Rate(60, HOUR), Rate(200, DAY)),
    "answer_question": (Rate(60, HOUR),),
    "judge_bid": (Rate(300, HOUR),),
    "award": (Rate(30, HOUR), Rate(100, DAY)),
    "deliver": (Rate(30, HOUR), Rate(100, DAY)),
    "request_revision": (Rate(30, HOUR), Rate(100, DAY)),
    "request_approval": (Rate(30, HOUR), Rate(100, DAY)),
    "change_money_settings": (Rate(30, HOUR), Rate(100, DAY)),
    "send_message": (Rate(30, 60), Rate(1000, DAY)),
    "open_conversation": (Rate(15, HOUR), Rate(40, DAY)),
    "same_enquiry": (Rate(5, DAY),),
    "propose_cancellation": (Rate(20, HOUR),),
    "give_notice": (Rate(20, HOUR),),
    "give_bonus": (Rate(20, HOUR), Rate(60, DAY)),
    "propose_change": (Rate(20, HOUR), Rate(60, DAY)),
    "propose_framework": (Rate(10, HOUR), Rate(30, DAY)),
    "write_in_dispute": (Rate(60, HOUR),),
    "report": (Rate(30, DAY),),
    "create_organization": (Rate(10, DAY),),
    "create_token": (Rate(20, HOUR), Rate(50, DAY)),
    "request_export": (Rate(3, DAY),),
    "save": (Rate(200, HOUR),),
    "add_push_device": (Rate(20, HOUR), Rate(50, DAY)),
    "test_push": (Rate(10, HOUR),),
    "create_calendar_address": (Rate(20, HOUR),),
    "save_search": (Rate(60, HOUR),),
    "upload": (Rate(120, HOUR), Rate(500, DAY)),
    "upload_bytes": (Rate(2 * 2**30, DAY),),
    "read_document": (Rate(30, HOUR),),
    # per recipient: an e-mail address or an organization
    "invitations_to_address": (Rate(3, DAY),),
    "invitations_to_freelancer": (Rate(40, DAY),),
    "conversations_to_organization": (Rate(20, HOUR), Rate(60, DAY)),
    "frameworks_to_organization": (Rate(20, DAY),),
    "account_mail": (Rate(10, HOUR), Rate(30, DAY)),
    # per network address
    "pages": (Rate(settings.ANONYMOUS_PAGES_PER_MINUTE, 60),),
    "searches": (Rate(settings.ANONYMOUS_SEARCHES_PER_MINUTE, 60),),
    "api_reads": (_rate(_THROTTLES["anon"]),),  # of what a process has kept; REST framework counts the others
}

_lock = threading.Lock()
_counted: dict[str, tuple[int, float]] = {}  # key -> (count, end of its window)
_cache_again_at = 0.0


class LimitReached(TooManyRequests):
    """See `TooManyRequests`; `what` is the name of the limit."""


def spend(what: str, who: Hashable, *, now: datetime, cost: int = 1) -> None:
    """
    Count one action. Nothing is counted for None (the system's own steps) and in commands.

    :raises LimitReached: if a rate of LIMITS is used up, with the seconds until its window ends.
    """
    if who is None or not settings.LIMITS_ARE_ON:
        return
    for rate in LIMITS[what]:
        window, passed = divmod(int(now.timestamp()), rate.seconds)
        key = sha256(f"{what}:{who}:{rate.seconds}:{window}".encode()).hexdigest()[:40]
        if _count(f"limit:{key}", cost, rate.seconds) > rate.most:
            wait = rate.seconds - passed
            raise LimitReached(wait_seconds=wait, again_at=now + timedelta(seconds=wait))


def allows(what: str, who: Hashable, *, now: datetime) -> bool:
    """Like `spend`, but returns False instead of raising, for actions that are skipped silently."""
    try:
        spend(what, who, now=now)
    except LimitReached:
        logger.warning("limit reached: %s", what)
        return False
    return True


def _count(key: str, cost: int, seconds: int) -> int:
    global _cache_again_at
    if time.monotonic() >= _cache_again_at:
        try:
            cache.add(key, 0, timeout=seconds + 60)
            return int(cache.incr(key, cost))
        except ValueError:  # it expired between the two calls
            return cost
        except Exception:
            logger.warning("the cache does not answer; limits are counted per process")
            _cache_again_at = time.monotonic() + CACHE_PAUSE_SECONDS
    return _count_here(key, cost, seconds)


def _count_here(key: str, cost: int, seconds: int) -> int:
    now = time.monotonic()
    with _lock:
        if len(_counted) >= KEYS_IN_PROCESS_MAX:
            for old in [item for item, (_count, end) in _counted.items() if end < now] or list(_counted)[:1000]:
                del _counted[old]
        count, end = _counted.get(key, (0, now + seconds))
        count = cost if end < now else count + cost
        _counted[key] = (count, now + seconds if end < now else end)
        return count
