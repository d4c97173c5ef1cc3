"""Dates and shares of a dispute. No database, no clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from apps.common.money import Money

ANSWER_TIME = timedelta(days=5)
DECISION_TIME = timedelta(days=14)
WHOLE_BPS = 10_000


def answer_due_at(opened_at: datetime, last_moment: datetime | None) -> datetime:
    """
    Return the time limit for the other side's answer; after it, staff may decide without one.

    It is never later than half of the time left until the holding limit.
    """
    planned = opened_at + ANSWER_TIME
    if last_moment is None or last_moment <= opened_at:
        return planned
    return min(planned, opened_at + (last_moment - opened_at) / 2)


def decide_by(opened_at: datetime, last_moment: datetime | None) -> datetime:
    """Return the date by which staff intend to decide; never after the holding limit."""
    planned = opened_at + ANSWER_TIME + DECISION_TIME
    return min(planned, last_moment) if last_moment is not None else planned


def part_of(amount: Money, share_bps: int) -> Money:
    """Return the freelancer's part for a share in basis points; the two parts sum to the whole."""
    return amount.allocate([share_bps, WHOLE_BPS - share_bps])[0]
