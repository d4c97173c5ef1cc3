"""Assignment to experiment arms, and confidence intervals for differences. Pure functions."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Any
from uuid import UUID

Z95 = 1.959963984540054


def arm_of(experiment: str, reader: UUID, arms: Sequence[dict[str, Any]], share: int) -> dict[str, Any] | None:
    """
    Return a reader's arm, or None if the reader takes no part.

    The arm is the same at every visit and independent between experiments.

    :param share: percentage of readers who take part.
    """
    digest = hashlib.sha256(f"{experiment}|{reader}".encode()).digest()
    if int.from_bytes(digest[:8], "big") % 10_000 >= share * 100:
        return None
    whole = sum(int(arm["share"]) for arm in arms)
    turn = int.from_bytes(digest[8:16], "big") % whole
    for arm in arms:
        turn -= int(arm["share"])
        if turn < 0:
            return arm
    raise AssertionError("the shares of the arms are more than nothing")


def wilson(successes: int, trials: int, z: float = Z95) -> tuple[float, float]:
    """Return the Wilson score interval of a share (Wilson 1927); (0, 1) if there are no trials."""
    if trials <= 0:
        return 0.0, 1.0
    share = successes / trials
    scale = 1 + z * z / trials
    middle = (share + z * z / (2 * trials)) / scale
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / scale
    return max(0.0, middle - half), min(1.0, middle + half)


def newcombe(successes: int, trials: int, others: int, of: int) -> tuple[float, float]:
    """Return the interval of the difference of two shares (Newcombe 1998, method 10)."""
    item, other = successes / trials if trials else 0.0, others / of if of else 0.0
    (low, high), (low_other, high_other) = wilson(successes, trials), wilson(others, of)
    down = math.sqrt((item - low) ** 2 + (high_other - other) ** 2)
    up = math.sqrt((high - item) ** 2 + (other - low_other) ** 2)
    return item - other - down, item - other + up
