"""Dates and shares of a dispute. No database, no clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from apps.common.money import Money

ANSWER_TIME = timedelta(days=5)
DECISION_TIME = timedelta(days=14)
WHOLE_BPS = 10_000


def answer_due_at(opened_at: datetime, last_moment: datetime | None) -> datetime:
    """Until when the other side may answer before staff decide without it; never later than half of what is left."""
    planned = opened_at + ANSWER_TIME
    if last_moment is None or last_moment <= opened_at:
        return planned
    return min(planned, opened_at + (last_moment - opened_at) / 2)


def decide_by(opened_at: datetime, last_moment: datetime | None) -> datetime:
    """Until when staff mean to decide; the limit of holding is the last moment in any case."""
    planned = opened_at + ANSWER_TIME + DECISION_TIME
    return min(planned, last_moment) if last_moment is not None else planned


def part_of(amount: Money, share_bps: int) -> Money:
    """The freelancer's part for a share in hundredths of a per cent; the two parts sum to the whole."""
    return amount.allocate([share_bps, WHOLE_BPS - share_bps])[0]
