"""What the dated tables say for the date of the event, never for "today"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import Q, QuerySet

from apps.compliance.models import Corridor, Country, Rail, SanctionLevel, Withholding

ANY = "*"
Row = TypeVar("Row", Corridor, Withholding)


@dataclass(frozen=True, slots=True)
class CorridorDecision:
    """`reason_code` is empty when `is_open`; `source` and `effective_from` name the rule that decided."""

    is_open: bool
    reason_code: str
    rail: str
    source: str
    source_url: str
    effective_from: date | None


@dataclass(frozen=True, slots=True)
class WithholdingDecision:
    rate_bps: int
    jurisdiction: str
    source: str
    source_url: str


def corridor(*, payer_country: str, payee_country: str, on: date) -> CorridorDecision:
    """
    May money go from one country to the other on that date?

    Sanctions decide first, then the most specific row (payer and payee, then payee only, then payer only), then the
    latest. A country or pair without a row is closed: `no_corridor`.
    """
    pair = (payer_country, payee_country)
    return corridors([pair], on)[pair]


def corridors(pairs: Iterable[tuple[str, str]], on: date) -> dict[tuple[str, str], CorridorDecision]:
    """The same for many pairs of payer and payee, from two questions however many there are."""
    requested = set(pairs)
    countries = Country.objects.in_bulk({code for pair in requested for code in pair}, field_name="code")
    rows = _dated(Corridor.objects.all(), {payer for payer, _ in requested}, {payee for _, payee in requested}, on)
    latest = {(row.payer_country, row.payee_country): row for row in sorted(rows, key=lambda row: row.effective_from)}
    return {pair: _decided(*pair, countries, latest) for pair in requested}


def _decided(
    payer: str, payee: str, countries: Mapping[str, Country], latest: Mapping[tuple[str, str], Corridor]
) -> CorridorDecision:
    for code in (payer, payee):
        country = countries.get(code)
        if country is None:
            return CorridorDecision(False, "country_not_served", Rail.UNSUPPORTED, "", "", None)
        if country.sanction_level == SanctionLevel.BLOCKED:
            return CorridorDecision(False, "sanctioned", Rail.UNSUPPORTED, country.source, "", country.effective_from)
    by_rank = ((payer, payee), (ANY, payee), (payer, ANY), (ANY, ANY))
    row = next((latest[pair] for pair in by_rank if pair in latest), None)
    if row is None:
        return CorridorDecision(False, "no_corridor", Rail.UNSUPPORTED, "", "", None)
    return CorridorDecision(row.is_open, row.reason_code, row.rail, row.source, row.source_url, row.effective_from)


def withholding(*, payer_country: str, payee_country: str, on: date) -> WithholdingDecision:
    """The share to keep back for a tax authority; zero when the pair has no row."""
    row = _most_specific(Withholding.objects.all(), payer_country, payee_country, on)
    if row is None:
        return WithholdingDecision(0, "", "", "")
    return WithholdingDecision(row.rate_bps, row.jurisdiction, row.source, row.source_url)


def withholding_bps(*, payer_country: str, payee_country: str, on: date) -> tuple[int, str]:
    """The share in basis points and the jurisdiction that takes it."""
    decision = withholding(payer_country=payer_country, payee_country=payee_country, on=on)
    return decision.rate_bps, decision.jurisdiction


def payout_currencies(country: str) -> list[str]:
    """Currencies in which money can arrive in a country, the usual one first; empty for a country not served."""
    row = Country.objects.filter(code=country).first()
    return list(row.payout_currencies) if row else []


def _dated(rows: QuerySet[Row], payers: set[str], payees: set[str], on: date) -> QuerySet[Row]:
    dated = rows.filter(effective_from__lte=on).filter(Q(effective_to=None) | Q(effective_to__gt=on))
    return dated.filter(payer_country__in=payers | {ANY}, payee_country__in=payees | {ANY})


def _most_specific(rows: QuerySet[Row], payer: str, payee: str, on: date) -> Row | None:
    ranked = sorted(
        _dated(rows, {payer}, {payee}, on),
        key=lambda row: (row.payee_country != ANY, row.payer_country != ANY, row.effective_from),
        reverse=True,
    )
    return ranked[0] if ranked else None
