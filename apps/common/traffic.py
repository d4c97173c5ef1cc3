"""
How many requests the web processes served and refused, by kind of visitor, in the shared cache.

Each process adds its own counts once a minute (marketplace/admission.py); metrics and `manage.py doctor` read the sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.cache import cache

KINDS = ("machine", "static", "money", "member", "renewal", "stranger", "kept")
"""Payment providers and health checks; files of the site; logged-in people on pages about money, and elsewhere;
strangers whose response is kept but old, and other strangers; and what a process had kept for strangers."""
ACCEPTED = "tradewind.accepted"
"""Set in the WSGI environment of a request whose session or key is real."""
OUTCOMES = ("served", "refused")
_REFUSED_AT = "traffic:refused_at"
_DAYS_KEPT = 30


def add(counts: Mapping[tuple[str, str], int], *, now: datetime) -> None:
    """
    Add to the sums.

    :param counts: (kind, outcome) -> number of requests.
    """
    for (kind, outcome), number in counts.items():
        key = _key(kind, outcome)
        cache.add(key, 0, timeout=_DAYS_KEPT * 86_400)
        try:
            cache.incr(key, number)
        except ValueError:  # it expired between the two calls
            cache.set(key, number, timeout=_DAYS_KEPT * 86_400)
        if outcome == "refused":
            cache.set(_REFUSED_AT, now, timeout=_DAYS_KEPT * 86_400)


def sums() -> dict[tuple[str, str], int]:
    """Return all sums; they start at 0 when the cache was emptied."""
    keys = {_key(kind, outcome): (kind, outcome) for kind in KINDS for outcome in OUTCOMES}
    entries = cache.get_many(list(keys))
    return {pair: int(entries.get(key, 0)) for key, pair in keys.items()}


def refused_at() -> datetime | None:
    """Return when a process last reported that it refused requests."""
    moment: datetime | None = cache.get(_REFUSED_AT)
    return moment


def _key(kind: str, outcome: str) -> str:
    return f"traffic:{kind}:{outcome}"
