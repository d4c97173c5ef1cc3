"""What is said about an organization's record, and when there is too little to say it. Plain values in and out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median

from apps.accounts.states import HiringFact
from apps.common.money import Money

REFERENCE_CURRENCY = "EUR"
COUNTED_MIN = 3
"""A share or a median of fewer cases is not shown: it would say more than is known."""
ON_TIME_BPS = 9_000
"""From this share of approvals in time an employer is found as one that decides on time."""
PAID_BANDS = (0, 500, 1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000)
"""Lower ends of what an employer has paid, in the reference currency: the public sees the band, not the amount."""
UNANSWERED_AFTER = timedelta(days=7)
"""A message that nobody answered for so long counts as answered after this time."""


def share_bps(part: int, whole: int) -> int | None:
    """The part of the whole in basis points, rounded down to whole per cent; None for too few cases."""
    return 100 * (100 * part // whole) if whole >= COUNTED_MIN else None


def hiring_facts(hired: int, paid_minor: int, on_time: int, approvals: int) -> list[str]:
    """What is known of an employer's record, as values of `HiringFact`; too few approvals say nothing about time."""
    share = share_bps(on_time, approvals)
    facts = {
        HiringFact.HIRED: hired > 0,
        HiringFact.PAID: paid_minor > 0,
        HiringFact.ON_TIME: share is not None and share >= ON_TIME_BPS,
    }
    return [str(fact) for fact, holds in facts.items() if holds]


def rating_tenths(stars: Sequence[int]) -> int | None:
    """
    The mean of the stars, times ten, rounded half up; None without reviews.

    :param stars: how many reviews have one star, two stars, and so on.
    """
    total = sum(stars)
    points = sum(number * count for number, count in enumerate(stars, start=1))
    return (20 * points + total) // (2 * total) if total else None


def median_minutes(durations: Sequence[timedelta]) -> int | None:
    """The median in whole minutes; None for none. Negative durations count as zero."""
    seconds = [duration.total_seconds() for duration in durations]
    return max(0, round(median(seconds) / 60)) if seconds else None


def answer_times(pairs: Sequence[tuple[timedelta, timedelta | None]]) -> list[timedelta]:
    """
    The times to count for messages that waited for an answer.

    :param pairs: for each the time since it was sent, and the time until it was answered, if it was.
    """
    result = []
    for since, answered in pairs:
        if answered is not None:
            result.append(min(answered, UNANSWERED_AFTER))
        elif since >= UNANSWERED_AFTER:
            result.append(UNANSWERED_AFTER)
    return result


def band(paid_minor: int) -> tuple[Money, Money | None] | None:
    """The band of an amount in minor units of the reference currency: lower and upper end; None for nothing."""
    if paid_minor <= 0:
        return None
    ends = [Money.of(str(end), REFERENCE_CURRENCY) for end in PAID_BANDS]
    low = max(end for end in ends if end.amount_minor <= paid_minor)
    high = next((end for end in ends if end.amount_minor > paid_minor), None)
    return low, high


@dataclass(frozen=True, slots=True)
class Work:
    """An organization's record as a freelancer."""

    completed: int = 0
    deliveries: int = 0
    on_time_bps: int | None = None
    clients: int = 0
    repeat_clients: int = 0
    repeat_bps: int | None = None
    is_payout_account_checked: bool = False

    @property
    def is_new(self) -> bool:
        return self.completed == 0


@dataclass(frozen=True, slots=True)
class Hiring:
    """An organization's record as an employer. `paid_from` and `paid_to` are the ends of the band, if it has paid."""

    posted: int = 0
    decided: int = 0
    hired: int = 0
    hire_bps: int | None = None
    decides_within: timedelta | None = None
    paid_from: Money | None = None
    paid_to: Money | None = None
    approvals: int = 0
    on_time_bps: int | None = None

    @property
    def has_paid(self) -> bool:
        return self.paid_from is not None

    @property
    def is_new(self) -> bool:
        return self.hired == 0


@dataclass(frozen=True, slots=True)
class Record:
    """What pages show of an organization; the default is that of one that has done nothing yet."""

    work: Work = field(default_factory=Work)
    hiring: Hiring = field(default_factory=Hiring)
    answers_within: timedelta | None = None
    stars: tuple[int, ...] = (0, 0, 0, 0, 0)

    @property
    def reviews(self) -> int:
        return sum(self.stars)

    @property
    def histogram(self) -> list[tuple[int, int, int]]:
        """For five to one star: stars, the number of reviews, and their percentage of all."""
        total = self.reviews or 1
        return [
            (number, self.stars[number - 1], round(100 * self.stars[number - 1] / total)) for number in range(5, 0, -1)
        ]
