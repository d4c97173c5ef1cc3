from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common.money import Money
from apps.pricing import rules

TERMS = rules.Terms(commission_bps=1000, employer_fee_bps=500, withholding_bps=500, withholding_country="IN")
currencies = st.sampled_from(["EUR", "JPY", "KWD"])
shares = st.integers(0, 5000)
minors = st.integers(0, 10**12)
rates = st.decimals("0.0001", "20000", allow_nan=False, allow_infinity=False, places=6)


@pytest.mark.parametrize(
    ("gross", "commission", "withheld", "net"),
    [
        (Money.of("500.00", "EUR"), "50.00", "25.00", "425.00"),
        (Money.of("12345", "JPY"), "1234", "617", "10494"),
        (Money.of("1.005", "KWD"), "0.100", "0.050", "0.855"),
    ],
)
def test_split_of_known_amounts(gross, commission, withheld, net):
    result = rules.split(gross, TERMS)

    assert result.commission == Money.of(commission, gross.currency)
    assert result.withheld == Money.of(withheld, gross.currency)
    assert result.net == Money.of(net, gross.currency)


@given(minors, currencies, shares, shares)
def test_the_parts_of_a_split_sum_to_the_whole(minor, currency, commission, withholding):
    result = rules.split(Money(minor, currency), rules.Terms(commission, 0, withholding, "IN"))

    assert result.net + result.commission + result.withheld == result.gross == Money(minor, currency)
    assert min(result.net.amount_minor, result.commission.amount_minor, result.withheld.amount_minor) >= 0


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=8), currencies, shares)
def test_paying_in_parts_takes_what_paying_at_once_takes(minors, currency, commission_bps):
    terms = rules.Terms(commission_bps, 0, 0, "")
    whole = rules.split(Money(sum(minors), currency), terms)
    released, taken = Money.zero(currency), Money.zero(currency)
    for minor in minors:
        part = rules.split(Money(minor, currency), terms, released=released, commission_taken=taken)
        released, taken = released + part.gross, taken + part.commission

    assert taken == whole.commission


@given(shares, currencies)
def test_nothing_released_costs_nothing(commission_bps, currency):
    result = rules.split(
        Money.zero(currency), rules.Terms(commission_bps, 0, 500, "IN", tax_bps=2000, tax_country="IN")
    )

    assert not result.commission
    assert not result.withheld


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_the_parts_of_a_fee_sum_to_the_fee(fee, steps):
    whole, before, earned = Money(sum(steps), "EUR"), Money.zero("EUR"), Money.zero("EUR")
    for minor in steps:
        step = Money(minor, "EUR")
        earned += rules.earned_part(Money(fee, "EUR"), whole=whole, before=before, step=step)
        before += step

    assert earned == Money(fee, "EUR")


@given(minors, rates, st.integers(0, 1000), currencies, currencies)
def test_a_conversion_never_makes_money(minor, mid, margin_bps, source, target):
    result = rules.convert(Money(minor, source), mid=mid, margin_bps=margin_bps, currency=target)

    assert result.target + result.margin == result.mid
    assert result.target.amount_minor >= 0
    assert result.margin.amount_minor >= 0
    assert result.target.as_decimal() <= Money(minor, source).as_decimal() * mid


@given(st.integers(0, 10**9), st.integers(0, 10**9), rates)
def test_a_conversion_keeps_the_order_of_amounts(first, second, mid):
    low, high = sorted([first, second])
    convert = lambda minor: rules.convert(Money(minor, "EUR"), mid=mid, margin_bps=50, currency="USD")  # noqa: E731

    assert convert(low).target <= convert(high).target


@given(st.integers(0, 10**9), rates)
def test_there_and_back_never_gains(minor, mid):
    amount = Money(minor, "EUR")
    there = rules.convert(amount, mid=mid, margin_bps=0, currency="USD").target
    back = rules.convert(there, mid=(1 / mid), margin_bps=0, currency="EUR").target

    # The inverse of a rate is itself rounded, to twelve decimal places.
    assert back.amount_minor <= amount.amount_minor + 1 + minor * mid * Decimal("5e-13")


@pytest.mark.parametrize(
    ("earlier", "later", "days"),
    [
        (date(2026, 10, 30), date(2026, 10, 30), 0),
        (date(2026, 10, 30), date(2026, 11, 1), 0),  # Friday to Sunday
        (date(2026, 10, 30), date(2026, 11, 2), 1),
        (date(2026, 10, 30), date(2026, 11, 20), 15),
        (date(2026, 10, 30), date(2026, 10, 1), 0),
    ],
)
def test_business_days_are_weekdays(earlier, later, days):
    assert rules.business_days_between(earlier, later) == days


def test_the_customer_rate_is_the_mid_rate_less_the_margin():
    assert rules.customer_rate(Decimal("1.1172"), 50) == Decimal("1.111614")


def test_a_release_of_the_posting_table():
    terms = rules.Terms(1000, 500, 500, "AT", tax_bps=2000, tax_country="AT")

    result = rules.split(Money.of("500.00", "EUR"), terms)

    assert [str(part) for part in (result.net, result.commission, result.tax, result.withheld)] == [
        "425.00 EUR",
        "41.67 EUR",
        "8.33 EUR",
        "25.00 EUR",
    ]


@given(
    st.lists(st.integers(1, 10**7), min_size=1, max_size=8),
    st.integers(0, 5000),
    st.integers(0, 5000),
    st.integers(0, 5000),
    currencies,
)
def test_parts_with_tax_take_what_the_whole_takes(minors, commission_bps, tax_bps, withholding_bps, currency):
    terms = rules.Terms(commission_bps, 0, withholding_bps, "IN", tax_bps=tax_bps, tax_country="IN")
    nothing = Money.zero(currency)
    released = commission = tax = withheld = nothing
    for minor in minors:
        part = rules.split(
            Money(minor, currency),
            terms,
            released=released,
            commission_taken=commission,
            tax_taken=tax,
            withheld_taken=withheld,
        )
        assert part.gross == part.net + part.commission + part.tax + part.withheld
        assert min(part.net, part.commission, part.tax, part.withheld) >= nothing
        released, commission, tax, withheld = (
            released + part.gross,
            commission + part.commission,
            tax + part.tax,
            withheld + part.withheld,
        )

    whole = rules.split(released, terms)
    assert commission + tax == whole.commission + whole.tax
    assert (tax, commission) == (whole.tax, whole.commission)


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 5000), currencies)
def test_what_is_not_released_costs_nothing(commission_bps, tax_bps, withholding_bps, currency):
    nothing = Money.zero(currency)
    result = rules.split(nothing, rules.Terms(commission_bps, 500, withholding_bps, "IN", tax_bps, "IN"))

    assert result == rules.Split(gross=nothing, commission=nothing, tax=nothing, withheld=nothing, net=nothing)
