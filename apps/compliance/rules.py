"""Decides which row of a dated table applies. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

ANY = "*"
"""Every country, in a table of corridors or withholding."""
NO_RAIL = "unsupported"
"""The rail of a corridor that cannot pay out."""


class ServedCountry(Protocol):
    """A country the marketplace serves."""

    source: str
    effective_from: date

    @property
    def is_blocked(self) -> bool: ...


class CorridorRow(Protocol):
    """One row for a pair of countries, either of which may be `ANY`."""

    is_open: bool
    reason_code: str
    rail: str
    source: str
    source_url: str
    effective_from: date


class PairRow(Protocol):
    """A row of any table keyed by the payer's and payee's country."""

    payer_country: str
    payee_country: str
    effective_from: date


@dataclass(frozen=True, slots=True)
class CorridorDecision:
    """`reason_code` is empty if `is_open`; `source` and `effective_from` are those of the deciding rule."""

    is_open: bool
    reason_code: str
    rail: str
    source: str
    source_url: str
    effective_from: date | None


Row = TypeVar("Row", bound=PairRow)


def decide_corridor(
    payer: str,
    payee: str,
    countries: Mapping[str, ServedCountry],
    corridors: Mapping[tuple[str, str], CorridorRow],
) -> CorridorDecision:
    """
    Whether money may be sent from one country to another.

    Sanctions decide first, then the most specific corridor: payer and payee, payee only, payer only, general.

    :param countries: the served countries by code.
    :param corridors: the row in force for each pair of (payer, payee).

    :returns: closed for an unknown country (`country_not_served`) and for a pair without a row (`no_corridor`).
    """
    for code in (payer, payee):
        country = countries.get(code)
        if country is None:
            return CorridorDecision(False, "country_not_served", NO_RAIL, "", "", None)
        if country.is_blocked:
            return CorridorDecision(False, "sanctioned", NO_RAIL, country.source, "", country.effective_from)
    by_rank = ((payer, payee), (ANY, payee), (payer, ANY), (ANY, ANY))
    row = next((corridors[pair] for pair in by_rank if pair in corridors), None)
    if row is None:
        return CorridorDecision(False, "no_corridor", NO_RAIL, "", "", None)
    return CorridorDecision(row.is_open, row.reason_code, row.rail, row.source, row.source_url, row.effective_from)


def most_specific(rows: Iterable[Row]) -> Row | None:
    """
    The row for the payee, else for the payer, else the general one; the latest if there are several. None if there are
    no rows.
    """
    rank = {row: (row.payee_country != ANY, row.payer_country != ANY, row.effective_from) for row in rows}
    return max(rank, key=rank.__getitem__, default=None)
