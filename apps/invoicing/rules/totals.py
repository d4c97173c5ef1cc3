"""Sums of a document. The tax is what the books hold; nothing is computed a second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from apps.common.money import Money
from apps.invoicing.gateways.paper import Category, Line, categories

__all__ = ["Category", "Totals", "categories", "label", "part_of", "totals"]


@dataclass(frozen=True, slots=True)
class Totals:
    net: Money
    tax: Money

    @property
    def total(self) -> Money:
        return self.net + self.tax


def totals(lines: Sequence[Line], currency: str) -> Totals:
    return Totals(
        Money.total((line.net for line in lines), currency), Money.total((line.tax for line in lines), currency)
    )


def part_of(tax: Money, *, part: Money, whole: Money) -> Money:
    """The tax inside a part of an amount that contains it, pro rata, rounded half to even."""
    exact = Decimal(tax.amount_minor * part.amount_minor) / Decimal(whole.amount_minor)
    return Money(int(exact.to_integral_value(rounding=ROUND_HALF_EVEN)), tax.currency)


def label(prefix: str, year: int, number: int) -> str:
    """TW-INV-2026-000042: who and what, the year, and the place in that year's series."""
    return f"{prefix}-{year}-{number:06d}"
