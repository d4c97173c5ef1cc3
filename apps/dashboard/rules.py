"""Calculations of monthly income: the series, its variation, and the income from open work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MONTHS_SHOWN = 12
MONTHS_MIN = 3
"""With fewer complete months no variation is shown, because it would be noise."""


@dataclass(frozen=True, slots=True)
class Variation:
    """
    The coefficient of variation: the sample standard deviation of the monthly amounts divided by their mean.

    0 means every month is the same; 1 means the deviation is as large as the mean. `months` is the number of months
    used.
    """

    per_cent: int
    months: int


def shifted(month: date, by: int) -> date:
    """Return the first day of the month that is `by` months later."""
    place = month.year * 12 + month.month - 1 + by
    return date(place // 12, place % 12 + 1, 1)


def last_months(today: date) -> list[date]:
    """Return the current month and the months before it, oldest first."""
    return [shifted(today.replace(day=1), step - MONTHS_SHOWN + 1) for step in range(MONTHS_SHOWN)]


def variation(amounts: Sequence[int]) -> Variation | None:
    """
    Return the variation of complete months (oldest first), from the first one with income; later months without income
    count as zero.

    None with fewer than three months, or if the mean is not positive.
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
    """Return bar heights scaled so that the largest amount is `tallest`; a non-zero amount is never drawn as 0."""
    most = max([*amounts, 0])
    return [max(1, amount * tallest // most) if amount > 0 else 0 for amount in amounts]


def by_month(parts: Sequence[tuple[date | None, int]], today: date) -> Mapping[date | None, int]:
    """
    Return sums by the month of the due date. Overdue amounts count in the current month, amounts without a date under
    None.
    """
    now, sums = today.replace(day=1), dict[date | None, int]()
    for due, amount in parts:
        month = None if due is None else max(due.replace(day=1), now)
        sums[month] = sums.get(month, 0) + amount
    return sums
