"""Lookups in the dated tables, for the date of the event, never for "today"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import Q, QuerySet

from apps.compliance import rules
from apps.compliance.models import Corridor, Country, Withholding
from apps.compliance.rules import ANY, CorridorDecision

Row = TypeVar("Row", Corridor, Withholding)


@dataclass(frozen=True, slots=True)
class WithholdingDecision:
    rate_bps: int
    jurisdiction: str
    source: str
    source_url: str


def corridor(*, payer_country: str, payee_country: str, on: date) -> CorridorDecision:
    """
    Whether money may be sent from one country to the other on a date.

    Sanctions decide first, then the most specific row (payer and payee, then payee only, then payer only), then the
    latest. A country or pair without a row is closed: `no_corridor`.
    """
    pair = (payer_country, payee_country)
    return corridors([pair], on)[pair]


def corridors(pairs: Iterable[tuple[str, str]], on: date) -> dict[tuple[str, str], CorridorDecision]:
    """Like `corridor` for many pairs of payer and payee, with two queries in total."""
    requested = set(pairs)
    countries = Country.objects.in_bulk({code for pair in requested for code in pair}, field_name="code")
    rows = _dated(Corridor.objects.all(), {payer for payer, _ in requested}, {payee for _, payee in requested}, on)
    latest = {(row.payer_country, row.payee_country): row for row in sorted(rows, key=lambda row: row.effective_from)}
    return {pair: rules.decide_corridor(*pair, countries, latest) for pair in requested}


def withholding(*, payer_country: str, payee_country: str, on: date) -> WithholdingDecision:
    """The withholding for a tax authority; zero if the pair has no row."""
    row = _most_specific(Withholding.objects.all(), payer_country, payee_country, on)
    if row is None:
        return WithholdingDecision(0, "", "", "")
    return WithholdingDecision(row.rate_bps, row.jurisdiction, row.source, row.source_url)


def withholding_bps(*, payer_country: str, payee_country: str, on: date) -> tuple[int, str]:
    """The rate in basis points and the jurisdiction it is due to."""
    decision = withholding(payer_country=payer_country, payee_country=payee_country, on=on)
    return decision.rate_bps, decision.jurisdiction


def payout_currencies(country: str) -> list[str]:
    """
    The currencies in which money can be received in a country, the usual one first; empty if the country is not served.
    """
    row = Country.objects.filter(code=country).first()
    return list(row.payout_currencies) if row else []


def _dated(rows: QuerySet[Row], payers: set[str], payees: set[str], on: date) -> QuerySet[Row]:
    dated = rows.filter(effective_from__lte=on).filter(Q(effective_to=None) | Q(effective_to__gt=on))
    return dated.filter(payer_country__in=payers | {ANY}, payee_country__in=payees | {ANY})


def _most_specific(rows: QuerySet[Row], payer: str, payee: str, on: date) -> Row | None:
    return rules.most_specific(_dated(rows, {payer}, {payee}, on))
