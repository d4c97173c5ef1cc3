"""Who bears the exchange is a choice in the bid; both sides see what it means before either agrees."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.bidding import queries, rules
from apps.bidding.models import Bid
from apps.common.money import Money
from apps.pricing import rules as pricing_rules
from apps.pricing.queries import rates
from tests.conftest import NOON

EURO_PAIRS = [("900.00", "EUR", "4.53"), ("90000", "JPY", "453"), ("900.000", "KWD", "4.530")]


@pytest.mark.parametrize(("price", "currency", "added"), EURO_PAIRS)
def test_the_margin_is_added_rounded_up(price, currency, added):
    assert rules.exchange_part(Money.of(price, currency), 50) == Money.of(added, currency)


@given(
    st.integers(100, 10**9),
    st.integers(0, 1000),
    st.decimals(min_value="0.001", max_value="1000", places=6),
    st.integers(0, 3000),
)
def test_the_freelancer_gets_what_the_price_alone_gives_at_the_mid_rate(minor, margin_bps, mid, commission_bps):
    price, terms = Money(minor, "EUR"), pricing_rules.Terms(commission_bps, 0, 0, "")
    whole = price + rules.exchange_part(price, margin_bps)

    borne = pricing_rules.convert(
        pricing_rules.split(whole, terms).net, mid=mid, margin_bps=margin_bps, currency="USD"
    ).target
    at_mid = pricing_rules.convert(pricing_rules.split(price, terms).net, mid=mid, margin_bps=0, currency="USD").target

    # every rounding (two commissions, a rate of twelve digits, two conversions) costs less than a cent of its currency
    tolerance = int(Decimal(2) * mid) + 2 + at_mid.amount_minor // 10**9
    assert borne.amount_minor >= at_mid.amount_minor - tolerance


pytestmark = pytest.mark.django_db


def test_what_the_employer_bears_is_a_named_part_of_the_amount(make):
    bid = make.bid(exchange_bearer="employer")

    assert (bid.exchange, bid.binding_amount) == (Money.of("4.53", "EUR"), Money.of("904.53", "EUR"))
    assert sum(part.binding_amount_minor for part in queries.milestones(bid.id)) == 90453
    contract = make.contract(bid=bid)
    assert contract.terms["exchange_bearer"] == "employer"
    assert (contract.amount, contract.exchange) == (Money.of("904.53", "EUR"), Money.of("4.53", "EUR"))


def test_without_the_choice_or_an_exchange_nothing_is_added(make):
    assert not make.bid().exchange
    same = make.bid(bidder=make.freelancer(country="FR", currency="EUR"), exchange_bearer="employer")
    assert (same.exchange, same.binding_amount) == (Money.zero("EUR"), Money.of("900.00", "EUR"))


def test_the_breakdown_says_what_each_side_pays_and_gets(make):
    task, bidder = make.task(), make.freelancer()
    price = Money.of("900.00", "EUR")

    own = queries.preview(task, bidder, price, NOON)
    borne = queries.preview(task, bidder, price, NOON, "employer")

    at_mid = rates.convert(own.received.net, "USD", NOON.date()).amount
    assert own.received.payout < at_mid
    assert abs(borne.received.payout.amount_minor - at_mid.amount_minor) <= 1
    assert borne.binding - borne.exchange == price == own.binding


def test_the_database_refuses_an_exchange_that_nobody_agreed_to_bear(make):
    from django.db import IntegrityError, transaction

    bid = make.bid()
    with pytest.raises(IntegrityError, match="bidding_bid_exchange_borne_by_employer"), transaction.atomic():
        Bid.objects.filter(id=bid.id).update(exchange_minor=1)


def test_pages_show_it_before_anybody_agrees(make):
    make.now = timezone.now()
    client, task, bidder = Client(), make.task(), make.freelancer()
    client.force_login(bidder.memberships.get().user)
    fragment = client.get(
        f"/en/tasks/{task.id}/bid/preview/", {"amount": "900", "currency": "EUR", "exchange_bearer": "employer"}
    ).content.decode()
    assert "904.53" in fragment
    assert "90000 EUR employer" in fragment
    assert b"exchange_bearer" in client.get(f"/en/tasks/{task.id}/bid/").content

    bid = make.bid(task=task, bidder=bidder, exchange_bearer="employer")
    client.force_login(task.employer.memberships.get().user)
    assert "4.53" in client.get(f"/en/tasks/{task.id}/bids/").content.decode()
    contract = make.contract(bid=bid)
    milestone = contract.milestones.get()
    for page in (f"/en/contracts/{contract.id}/terms/", f"/en/milestones/{milestone.id}/fund/"):
        text = client.get(page).content.decode()
        assert "904.53" in text
        assert "4.53" in text.replace("904.53", "")
