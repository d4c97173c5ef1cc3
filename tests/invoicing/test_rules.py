"""Sums of documents, and which tax treatment the decision table gives."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.common.money import Money
from apps.invoicing.formats.contents import Line, Party
from apps.invoicing.rules import tax as tax_rules
from apps.invoicing.rules import totals
from apps.invoicing.states import Treatment
from apps.pricing.rules import contained_tax

ON = date(2026, 10, 28)
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])
RATES = st.sampled_from([500, 700, 1000, 1900, 2000, 2550])


# The first example also reads the currency tables: slow on a busy machine, and no fault.
patient = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


@st.composite
def lines(draw):
    currency = draw(CURRENCIES)
    created = []
    for _ in range(draw(st.integers(1, 5))):
        gross = Money(draw(st.integers(1, 10**10)), currency)
        rate = draw(RATES)
        tax = contained_tax(gross, rate)
        created.append(Line("commission", "", gross - tax, tax, Treatment.STANDARD, rate))
        if draw(st.booleans()):
            created.append(Line("service", "", gross, Money.zero(currency), Treatment.REVERSE_CHARGE, 0))
    return currency, created


@patient
@given(lines())
def test_categories_sum_to_the_whole(given_lines):
    currency, created = given_lines
    whole, parts = totals.totals(created, currency), totals.categories(created, currency)
    assert Money.total((part.net for part in parts), currency) == whole.net
    assert Money.total((part.tax for part in parts), currency) == whole.tax
    assert whole.total == Money.total((line.net + line.tax for line in created), currency)
    assert len({(part.treatment, part.rate_bps) for part in parts}) == len(parts)


@patient
@given(lines())
def test_the_tax_of_a_category_is_its_rate_within_half_a_unit_a_line(given_lines):
    currency, created = given_lines
    for part in totals.categories(created, currency):
        count = sum((line.treatment, line.rate_bps) == (part.treatment, part.rate_bps) for line in created)
        exact = part.net.amount_minor * part.rate_bps / 10_000
        assert abs(part.tax.amount_minor - exact) <= count


@patient
@given(CURRENCIES, st.integers(1, 10**10), RATES, st.integers(0, 10_000))
def test_a_part_takes_its_part_of_the_tax(currency, minor, rate, share):
    whole = Money(minor, currency)
    tax = contained_tax(whole, rate)
    part = whole.share_bps(share)
    result = totals.part_of(tax, part=part, whole=whole)
    assert Money.zero(currency) <= result <= tax
    assert totals.part_of(tax, part=whole, whole=whole) == tax


def party(country, vat_id="", *, business=False):
    return Party("Name", country, vat_id=vat_id, is_business=business)


@pytest.mark.parametrize(
    ("supply", "seller", "buyer", "treatment"),
    [
        ("platform", party("DE", "DE1"), party("FR", "FR1"), Treatment.REVERSE_CHARGE),
        ("platform", party("DE", "DE1"), party("FR", business=True), Treatment.UNDETERMINED),  # no VAT number
        ("platform", party("DE", "DE1"), party("DE", "DE2"), Treatment.UNDETERMINED),  # at home, and nothing booked
        ("platform", party("DE"), party("FR", "FR1"), Treatment.UNDETERMINED),  # the seller is not registered
        ("platform", party("DE", "DE1"), party("US", business=True), Treatment.OUTSIDE_SCOPE),
        ("platform", party("DE", "DE1"), party("US"), Treatment.UNDETERMINED),  # may be a consumer
        ("service", party("FR", "FR1"), party("DE", "DE1"), Treatment.REVERSE_CHARGE),
        ("service", party("IN", "X1"), party("DE", "DE1"), Treatment.UNDETERMINED),
        ("service", party("FR"), party("US", business=True), Treatment.UNDETERMINED),
    ],
)
def test_the_table_decides_what_it_speaks_of_and_nothing_else(supply, seller, buyer, treatment):
    assert tax_rules.decide(supply=supply, seller=seller, buyer=buyer, on=ON).treatment == treatment


def test_booked_tax_decides_first():
    result = tax_rules.decide(
        supply="platform", seller=party("DE", "DE1"), buyer=party("FR", "FR1"), on=ON, booked_rate_bps=1900
    )
    assert (result.treatment, result.rate_bps) == (Treatment.STANDARD, 1900)


def test_a_row_does_not_decide_before_its_day():
    before = date(2009, 12, 31)
    result = tax_rules.decide(supply="platform", seller=party("DE", "DE1"), buyer=party("FR", "FR1"), on=before)
    assert result.treatment == Treatment.UNDETERMINED
