from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common import currencies
from apps.common.money import CurrencyMismatch, Money

amounts = st.integers(min_value=-(10**15), max_value=10**15)
codes = st.sampled_from(["EUR", "JPY", "KWD", "USD", "CNY"])


@pytest.mark.parametrize(("code", "digits"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("ISK", 0), ("MGA", 2), ("HUF", 2)])
def test_exponents_are_those_of_the_standard(code, digits):
    assert currencies.exponent(code) == digits


@pytest.mark.parametrize("wrong", [1.5, "1", True, Decimal(1)])
def test_money_takes_nothing_but_whole_minor_units(wrong):
    with pytest.raises(TypeError):
        Money(wrong, "EUR")


def test_money_refuses_a_float_of_major_units():
    with pytest.raises(TypeError):
        Money.of(1.5, "EUR")


@pytest.mark.parametrize(("text", "code"), [("1.234", "EUR"), ("0.5", "JPY"), ("1.0001", "KWD")])
def test_money_refuses_more_digits_than_the_currency_has(text, code):
    with pytest.raises(ValueError, match="digits"):
        Money.of(text, code)


def test_money_refuses_unknown_currencies():
    with pytest.raises(ValueError, match="unknown"):
        Money(1, "XXX")


def test_money_refuses_mixed_currencies():
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(CurrencyMismatch):
        assert Money(1, "EUR") < Money(1, "USD")


def test_money_refuses_to_be_multiplied_by_money():
    with pytest.raises(TypeError):
        Money(1, "EUR") * Money(1, "EUR")  # type: ignore[operator]


@given(amounts, codes, st.lists(st.integers(0, 10_000), min_size=1, max_size=12).filter(any))
def test_allocated_parts_sum_to_the_whole(amount, code, weights):
    parts = Money(amount, code).allocate(weights)
    assert Money.total(parts, code) == Money(amount, code)
    exact = [Decimal(abs(amount)) * weight / sum(weights) for weight in weights]
    assert all(abs(abs(part.amount_minor) - share) < 1 for part, share in zip(parts, exact, strict=True))


@given(amounts.filter(lambda amount: amount >= 0), codes, codes, st.decimals("0.0001", "10000", places=6))
def test_a_conversion_there_and_back_never_gains(amount, source, target, rate):
    there = Money(amount, source).at_rate(rate, target)
    back = there.at_rate(1 / rate, source)
    assert back <= Money(amount + 1, source)
    assert there.amount_minor >= 0


@given(st.integers(0, 10**12), st.integers(0, 10**12), codes, st.decimals("0.0001", "10000", places=6))
def test_a_conversion_keeps_order(first, other, code, rate):
    small, large = sorted([first, other])
    assert Money(small, "EUR").at_rate(rate, code) <= Money(large, "EUR").at_rate(rate, code)


@given(amounts, codes)
def test_money_reads_back_what_it_writes(amount, code):
    money = Money(amount, code)
    assert Money.of(money.as_decimal(), code) == money


def test_shares_round_half_to_even_once():
    assert Money(25, "EUR").share_bps(1000) == Money(2, "EUR")
    assert Money(35, "EUR").share_bps(1000) == Money(4, "EUR")
