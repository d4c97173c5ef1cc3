"""Which change loosens a limit: pure arithmetic on amounts in minor units; None means no limit."""

from __future__ import annotations

from collections.abc import Mapping

LIMITS = ("approval_above_minor", "monthly_limit_minor", "member_limit_minor")


def is_looser(before: int | None, after: int | None) -> bool:
    return before is not None and (after is None or after > before)


def loosens(before: Mapping[str, int | None], after: Mapping[str, int | None]) -> bool:
    """Return whether any limit allows more than before."""
    return any(is_looser(before.get(name), after[name]) for name in LIMITS)


def tightest(before: Mapping[str, int | None], after: Mapping[str, int | None]) -> dict[str, int | None]:
    """Return the stricter value of each limit: these apply at once while the rest waits for a second person."""
    return {name: before[name] if is_looser(before.get(name), after[name]) else after[name] for name in LIMITS}
