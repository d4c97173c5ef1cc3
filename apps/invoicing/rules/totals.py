"""Sums of a document. The tax is what the books hold; nothing is computed a second time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from apps.common.money import Money
from apps.invoicing.gateways.pdf import Category, Line, categories

__all__ = ["Category", "Totals", "categories", "issuer_code", "label", "part_of", "short_mark", "totals"]


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


_MARKS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0 and O, no 1 and I: numbers of documents are read out and typed."""


def short_mark(issuer_id: UUID) -> str:
    """Four letters and digits of an id, always the same ones."""
    number, mark = issuer_id.int, ""  # the low bits are the random ones of a UUIDv7
    for _place in range(4):
        number, index = divmod(number, len(_MARKS))
        mark += _MARKS[index]
    return mark


def issuer_code(latin_name: str, handle: str, country: str, issuer_id: UUID) -> str:
    """
    Who a series is of, as its numbers begin: the handle, else the name in Latin letters, else CN-4F7K.

    :param handle: says nothing where it was made up for a name that had no Latin letters.
    """
    is_notifying = not re.fullmatch(r"member(-[0-9a-f]{6})?", handle)
    words = handle if is_notifying else re.sub(r"[^A-Za-z0-9]+", "-", latin_name)
    code = words[:20].strip("-").upper()
    return code or f"{country}-{short_mark(issuer_id)}"
