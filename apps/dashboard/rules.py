"""Months of income as plain arithmetic: the series, how much it varies, and what open work would bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MONTHS_SHOWN = 12
MONTHS_MIN = 3
"""Below this many complete months no variation is shown: it would be noise."""


@dataclass(frozen=True, slots=True)
class Variation:
    """
    The coefficient of variation: the sample standard deviation of the monthly amounts divided by their mean.

    0 is the same every month; 1 is a spread as large as the mean itself. `months` says over how many.
    """

    per_cent: int
    months: int


def shifted(month: date, by: int) -> date:
    """The first day of the month so many months later."""
    place = month.year * 12 + month.month - 1 + by
    return date(place // 12, place % 12 + 1, 1)


def last_months(today: date) -> list[date]:
    """The present month and those before it, oldest first."""
    return [shifted(today.replace(day=1), step - MONTHS_SHOWN + 1) for step in range(MONTHS_SHOWN)]


def variation(amounts: Sequence[int]) -> Variation | None:
    """
    Of complete months, oldest first, counted from the first one with income; months without any count as nothing.

    None below three months, and where the mean is not positive.
    """
    first = next((place for place, amount in enumerate(amounts) if amount), len(amounts))
    counted = [Decimal(amount) for amount in amounts[first:]]
    if len(counted) < MONTHS_MIN or sum(counted) <= 0:
        return None
    count = Decimal(len(counted))
    mean = sum(counted, Decimal(0)) / count
    spread = (sum(((amount - mean) ** 2 for amount in counted), Decimal(0)) / (count - 1)).sqrt()
    return Variation(round(100 * spread / mean), len(counted))


def bar_heights(amounts: Sequence[int], tallest: int) -> list[int]:
    """Heights of bars, the largest amount being `tallest`; something is never drawn as nothing."""
    most = max([*amounts, 0])
    return [max(1, amount * tallest // most) if amount > 0 else 0 for amount in amounts]


def by_month(parts: Sequence[tuple[date | None, int]], today: date) -> Mapping[date | None, int]:
    """Sums by the month of a due date; what is overdue is expected now, what has no date stands under None."""
    now, sums = today.replace(day=1), dict[date | None, int]()
    for due, amount in parts:
        month = None if due is None else max(due.replace(day=1), now)
        sums[month] = sums.get(month, 0) + amount
    return sums
