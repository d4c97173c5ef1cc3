import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common import currencies
from apps.common.money import Money
from apps.gateways.stripe import amounts


@pytest.mark.parametrize(
    ("amount", "sent"),
    [
        (Money.of("5.25", "EUR"), 525),
        (Money.of("525", "JPY"), 525),
        (Money.of("5.250", "KWD"), 5250),
        (Money.of("5.00", "MGA"), 5),
        (Money.of("5", "ISK"), 500),
        (Money.of("5", "UGX"), 500),
    ],
)
def test_an_amount_is_sent_in_the_processors_own_units_and_comes_back(amount, sent):
    assert amounts.to_processor(amount) == sent
    assert amounts.from_processor(sent, amount.currency.lower()) == amount


@pytest.mark.parametrize("amount", [Money.of("5.255", "KWD"), Money.of("5.25", "MGA")])
def test_an_amount_between_the_processors_steps_is_refused_not_rounded(amount):
    with pytest.raises(amounts.AmountNotSendable):
        amounts.to_processor(amount)


def test_a_payout_of_forints_is_in_whole_hundreds():
    assert amounts.to_processor(Money.of("105.50", "HUF")) == 10550
    with pytest.raises(amounts.AmountNotSendable):
        amounts.to_processor(Money.of("105.50", "HUF"), is_payout=True)
    assert amounts.to_processor(Money.of("105.00", "HUF"), is_payout=True) == 10500


@given(st.integers(0, 10**12), st.sampled_from(sorted(currencies.exponents())), st.booleans())
def test_what_is_sendable_is_never_more_and_can_be_sent(minor, currency, is_payout):
    if currencies.exponent(currency) > 3:
        return
    amount = Money(minor, currency)
    sendable = amounts.sendable(amount, is_payout=is_payout)

    assert sendable <= amount
    assert amounts.from_processor(amounts.to_processor(sendable, is_payout=is_payout), currency) == sendable
