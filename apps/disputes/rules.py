"""Dates and shares of a dispute. No database, no clock."""

from __future__ import annotations

from datetime import datetime

from apps.common import business_days
from apps.common.money import Money

ANSWER_DAYS = 5
"""Business days of the other side to answer."""
DECISION_DAYS = 10
"""Business days of the marketplace's staff to decide after that."""
WHOLE_BPS = 10_000


def answer_due_at(opened_at: datetime, last_moment: datetime | None, *, country: str, time_zone: str) -> datetime:
    """
    Return the time limit for the other side's answer; after it, staff may decide without one.

    It is never later than half of the time left until the holding limit.

    :param country, time_zone: where the other side is.
    """
    planned = business_days.deadline(opened_at, ANSWER_DAYS, country=country, time_zone=time_zone)
    if last_moment is None or last_moment <= opened_at:
        return planned
    return min(planned, opened_at + (last_moment - opened_at) / 2)


def decide_by(answer_due: datetime, last_moment: datetime | None, *, country: str, time_zone: str) -> datetime:
    """
    Return the date by which staff intend to decide; never after the holding limit.

    :param country, time_zone: where staff are.
    """
    planned = business_days.deadline(answer_due, DECISION_DAYS, country=country, time_zone=time_zone)
    return min(planned, last_moment) if last_moment is not None else planned


def part_of(amount: Money, share_bps: int) -> Money:
    """Return the freelancer's part for a share in basis points; the two parts sum to the whole."""
    return amount.allocate([share_bps, WHOLE_BPS - share_bps])[0]
