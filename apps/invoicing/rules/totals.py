"""Totals of a document. Tax comes from the ledger; it is never computed again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from apps.common.money import Money
from apps.invoicing.formats.contents import Category, Line, categories

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
    """Return the tax in a part of a tax-inclusive amount, pro rata, rounded half to even."""
    exact = Decimal(tax.amount_minor * part.amount_minor) / Decimal(whole.amount_minor)
    return Money(int(exact.to_integral_value(rounding=ROUND_HALF_EVEN)), tax.currency)


def label(prefix: str, year: int, number: int) -> str:
    """Return a label like TW-INV-2026-000042: prefix, year and number in that year's series."""
    return f"{prefix}-{year}-{number:06d}"


_MARKS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0 and O, 1 and I, because document numbers are read aloud and typed."""


def short_mark(issuer_id: UUID) -> str:
    """Return four letters and digits computed from an id; always the same for the same id."""
    number, mark = issuer_id.int, ""  # the low bits of a UUIDv7 are random
    for _place in range(4):
        number, index = divmod(number, len(_MARKS))
        mark += _MARKS[index]
    return mark


def issuer_code(latin_name: str, handle: str, country: str, issuer_id: UUID) -> str:
    """
    Return the first part of an issuer's document numbers: the handle, else the name in Latin letters, else CN-4F7K.

    :param handle: ignored if it was generated for a name without Latin letters.
    """
    is_chosen = not re.fullmatch(r"member(-[0-9a-f]{6})?", handle)
    words = handle if is_chosen else re.sub(r"[^A-Za-z0-9]+", "-", latin_name)
    code = words[:20].strip("-").upper()
    return code or f"{country}-{short_mark(issuer_id)}"
