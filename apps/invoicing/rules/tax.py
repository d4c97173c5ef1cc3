"""The decision table of tax treatments (`data/tax_treatments.yaml`), read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from apps.invoicing.formats.contents import Party
from apps.invoicing.states import Treatment

TABLE = Path(__file__).parents[1] / "data" / "tax_treatments.yaml"


@dataclass(frozen=True, slots=True)
class Decision:
    """`note` is the code of the sentence that the document must contain; empty if there is none."""

    treatment: str
    rate_bps: int
    note: str


@cache
def _table() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(TABLE.read_text())
    return loaded


def decide(*, supply: str, seller: Party, buyer: Party, on: date, booked_rate_bps: int = 0) -> Decision:
    """
    Return how a supply is taxed on its day: by the rate booked in the ledger, else by the first row that matches.

    :param supply: "platform" or "service".
    """
    if booked_rate_bps:
        return Decision(Treatment.STANDARD, booked_rate_bps, "")
    for row in _table()["rows"]:
        if _fits(row, supply, seller, buyer, on):
            return Decision(Treatment(row["treatment"]), 0, row["note"])
    return Decision(Treatment.UNDETERMINED, 0, "undetermined")


def _fits(row: dict[str, Any], supply: str, seller: Party, buyer: Party, on: date) -> bool:
    conditions = {
        "seller": _area(seller.country),
        "buyer": _area(buyer.country),
        "same_country": seller.country == buyer.country,
        "taxable": bool(buyer.vat_id),
        "business": buyer.is_business or bool(buyer.vat_id),
        "seller_registered": bool(seller.vat_id),
    }
    if row["supply"] not in ("*", supply) or not (row["from"] <= on and on < row.get("to", date.max)):
        return False
    return all(conditions[name] == row[name] for name in conditions if name in row)


def _area(country: str) -> str:
    return "EU" if country in _table()["eu"] else "other"
