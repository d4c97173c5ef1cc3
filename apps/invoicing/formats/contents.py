"""A document as immutable plain values: the content that every format shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from apps.common.money import Money
from apps.invoicing.states import Treatment


@dataclass(frozen=True, slots=True)
class Party:
    """The seller or the buyer, as on the day of the document."""

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
    """One supply: `code` is the key of its description in the reader's language, `about` is the title of the work."""

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
    """The totals of all lines with the same treatment and rate."""

    treatment: str
    rate_bps: int
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class DocumentContents:
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
    """The tax in the currency of the tax office, if that is another currency."""
    local_rate_on: date | None = None
    """The date of the ECB rate used for `local_tax`."""


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
    """
    Return one row per treatment and rate, the tax breakdown of EN 16931; the rows sum to the document's totals exactly.
    """
    result = []
    for key in sorted({(str(line.treatment), line.rate_bps) for line in lines}):
        own = [line for line in lines if (str(line.treatment), line.rate_bps) == key]
        net = Money.total((line.net for line in own), currency)
        result.append(Category(*key, net, Money.total((line.tax for line in own), currency)))
    return result
