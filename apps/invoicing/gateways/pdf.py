"""A document as plain values: what every format shows, and nothing that can change afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from apps.common.money import Money
from apps.invoicing.states import Treatment


@dataclass(frozen=True, slots=True)
class Party:
    """Who sells or buys, as they were on the day."""

    name: str
    country: str
    street: str = ""
    postcode: str = ""
    city: str = ""
    vat_id: str = ""
    tax_number: str = ""
    is_business: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Line:
    """One supply: `code` says in the reader's language what it is, `about` is the work's own title."""

    code: str
    about: str
    net: Money
    tax: Money
    treatment: str = Treatment.NONE
    rate_bps: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "about": self.about,
            "net_minor": self.net.amount_minor,
            "tax_minor": self.tax.amount_minor,
            "treatment": str(self.treatment),
            "rate_bps": self.rate_bps,
        }


@dataclass(frozen=True, slots=True)
class Category:
    """All lines of one treatment and rate."""

    treatment: str
    rate_bps: int
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole document."""

    kind: str
    number: str
    issued_on: date
    supplied_on: date
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    net: Money
    tax: Money
    total: Money
    notes: tuple[str, ...] = ()
    purchase_order: str = ""
    corrects_number: str = ""
    corrects_on: date | None = None
    local_tax: Money | None = None
    """The tax in the currency of the tax office, where that is another."""
    local_rate_on: date | None = None
    """The day of the ECB's rate behind `local_tax`."""


def line_from_json(row: dict[str, Any], currency: str) -> Line:
    return Line(
        code=row["code"],
        about=row["about"],
        net=Money(row["net_minor"], currency),
        tax=Money(row["tax_minor"], currency),
        treatment=row["treatment"],
        rate_bps=row["rate_bps"],
    )


def categories(lines: Sequence[Line], currency: str) -> list[Category]:
    """One row per treatment and rate, as EN 16931 breaks tax down; they sum to the document's totals exactly."""
    result = []
    for key in sorted({(str(line.treatment), line.rate_bps) for line in lines}):
        own = [line for line in lines if (str(line.treatment), line.rate_bps) == key]
        net = Money.total((line.net for line in own), currency)
        result.append(Category(*key, net, Money.total((line.tax for line in own), currency)))
    return result
