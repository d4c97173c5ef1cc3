"""Every pair of countries has exactly one decision, and the more specific row makes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from apps.compliance import rules
from apps.compliance.rules import ANY

DAY = date(2026, 1, 1)
codes = st.sampled_from(["DE", "NG", "CN", "EG"])
codes_or_any = st.sampled_from(["DE", "NG", "CN", "EG", ANY])


@dataclass(frozen=True)
class Country:
    is_blocked: bool
    source: str = "list"
    effective_from: date = DAY


@dataclass(frozen=True)
class Row:
    payer_country: str
    payee_country: str
    is_open: bool = True
    reason_code: str = ""
    rail: str = "connect"
    source: str = "table"
    source_url: str = ""
    effective_from: date = DAY


tables = st.dictionaries(st.tuples(codes_or_any, codes_or_any), st.booleans())


def rows_of(table: dict[tuple[str, str], bool]) -> dict[tuple[str, str], Row]:
    return {
        pair: Row(*pair, is_open=is_open, reason_code="" if is_open else "closed") for pair, is_open in table.items()
    }


@given(codes, codes, st.dictionaries(codes, st.booleans()), tables)
def test_nothing_is_open_unless_both_countries_are_served_unblocked_and_a_row_opens_it(payer, payee, blocked, table):
    countries = {code: Country(is_blocked) for code, is_blocked in blocked.items()}
    decision = rules.decide_corridor(payer, payee, countries, rows_of(table))
    assert decision.is_open == (not decision.reason_code)
    if decision.is_open:
        assert all(code in countries and not countries[code].is_blocked for code in (payer, payee))
        assert any(table.get(pair) for pair in ((payer, payee), (ANY, payee), (payer, ANY), (ANY, ANY)))
    if any(countries.get(code, Country(False)).is_blocked for code in (payer, payee)):
        assert decision.reason_code in {"sanctioned", "country_not_served"}


@given(codes, codes, tables, st.booleans())
def test_the_row_of_the_pair_outranks_every_other(payer, payee, table, is_open):
    countries = {code: Country(False) for code in (payer, payee)}
    decision = rules.decide_corridor(payer, payee, countries, rows_of(table | {(payer, payee): is_open}))
    assert decision.is_open == is_open


@given(st.lists(st.builds(Row, codes_or_any, codes_or_any, effective_from=st.dates(DAY, date(2026, 12, 31)))))
def test_the_most_specific_row_is_not_outranked(rows):
    chosen = rules.most_specific(rows)
    if not rows:
        assert chosen is None
        return
    rank = (chosen.payee_country != ANY, chosen.payer_country != ANY, chosen.effective_from)
    assert all((row.payee_country != ANY, row.payer_country != ANY, row.effective_from) <= rank for row in rows)
