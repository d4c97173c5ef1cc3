"""The time window of reviews, their publication, and their means. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

WINDOW = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Rating:
    """Means of published reviews, to one decimal; None if there are none."""

    count: int = 0
    overall: Decimal | None = None
    quality: Decimal | None = None
    communication: Decimal | None = None
    skill: Decimal | None = None


def window_end(ended_at: datetime) -> datetime:
    """Return the end of the time for reviews; they are published at this time at the latest."""
    return ended_at + WINDOW


def mean(total: int, count: int) -> Decimal | None:
    return (Decimal(total) / count).quantize(Decimal("0.1"), ROUND_HALF_UP) if count else None


def rating(count: int, quality: int, communication: int, skill: int) -> Rating:
    """Return the means from the sums of the three axes over `count` reviews."""
    return Rating(
        count=count,
        overall=mean(quality + communication + skill, 3 * count),
        quality=mean(quality, count),
        communication=mean(communication, count),
        skill=mean(skill, count),
    )
