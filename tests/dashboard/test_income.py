"""What a freelancer earns: months out of the books, how much they vary, and what agreed work would bring."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from apps.bidding import operations as bidding
from apps.common.money import Money
from apps.contracts.operations import offers
from apps.dashboard import rules
from apps.dashboard.queries import income, pipeline
from apps.escrow.operations import releases
from tests.conftest import NOON


def EUR(text: str) -> Money:
    return Money.of(text, "EUR")


def test_the_same_every_month_does_not_vary():
    assert rules.variation([0, 0, 500, 500, 500]) == rules.Variation(0, 3)


def test_the_sample_deviation_is_divided_by_the_mean():
    assert rules.variation([100, 200, 300]) == rules.Variation(50, 3)  # deviation 100, mean 200


@pytest.mark.parametrize("amounts", [[], [0, 0, 0], [100, 200], [0, 0, 100, 200], [100, -200, 50]])
def test_too_few_months_or_no_income_say_nothing(amounts):
    assert rules.variation(amounts) is None


@given(st.lists(st.integers(0, 10**12), min_size=3, max_size=12), st.integers(1, 50))
def test_variation_does_not_depend_on_the_unit(amounts, factor):
    item, many = rules.variation(amounts), rules.variation([factor * amount for amount in amounts])
    assert item == many


@given(st.lists(st.integers(-(10**12), 10**12), max_size=12))
def test_bars_stay_within_the_chart(amounts):
    heights = rules.bar_heights(amounts, 100)
    assert all(0 <= height <= 100 for height in heights)
    assert all((height > 0) == (amount > 0) for height, amount in zip(heights, amounts, strict=True))


def test_overdue_work_is_expected_now_and_undated_work_stands_apart():
    today = date(2026, 10, 28)
    by_month = rules.by_month([(date(2026, 8, 1), 1), (date(2026, 10, 2), 2), (date(2027, 1, 9), 4), (None, 8)], today)
    assert by_month == {date(2026, 10, 1): 3, date(2027, 1, 1): 4, None: 8}


def test_twelve_months_end_with_the_present_one():
    months = rules.last_months(date(2026, 3, 31))
    assert (months[0], months[-1], len(months)) == (date(2025, 4, 1), date(2026, 3, 1), 12)


@pytest.mark.django_db
def test_months_are_those_of_the_books_after_fee_and_tax(make):
    payee = make.freelancer()
    for month, amount in ((7, "100.00"), (8, "200.00"), (9, "300.00")):
        escrow = make.escrow(status="funded", payee=payee, amount=EUR(amount))
        at = datetime(2026, month, 15, tzinfo=UTC)
        releases.release(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payer), now=at)
    (incomes,) = income.incomes(payee.id, now=NOON)
    assert [row.amount for row in incomes.months[-4:]] == [EUR("90.00"), EUR("180.00"), EUR("270.00"), EUR("0.00")]
    assert [row.month.month for row in incomes.listed] == [7, 8, 9, 10], "nothing before the first income"
    assert (incomes.total, incomes.available) == (EUR("540.00"), EUR("540.00"))
    assert incomes.variation == rules.Variation(50, 3)
    assert [row.x for row in income.incomes(payee.id, now=NOON, right_to_left=True)[0].months][-1] == 0


@pytest.mark.django_db
def test_delivered_work_is_in_review_and_counts_as_low(make):
    milestone = make.milestone(status="delivered")
    (incomes,) = income.incomes(milestone.contract.freelancer_id, now=NOON)
    net = incomes.in_review
    assert Money.zero(net.currency) < net < Money(milestone.amount_minor, milestone.currency)
    assert sum(row.low.amount_minor for row in incomes.forecast) >= net.amount_minor
    assert all(row.low <= row.expected for row in incomes.forecast)


@pytest.mark.django_db
def test_undecided_bids_and_offers_count_after_the_fee_by_stage(make):
    person, employer = make.freelancer(), make.employer()
    for amount in ("100.00", "200.00"):
        make.bid(task=make.task(employer=employer), bidder=person, amount=EUR(amount))
    chosen = make.bid(task=make.task(employer=employer), bidder=person, amount=EUR("400.00"))
    bidding.shortlist(bid_id=chosen.id, actor=make.actor(employer), now=make.now)
    lost = make.bid(task=make.task(employer=employer), bidder=person, amount=EUR("800.00"))
    bidding.decline_bid(bid_id=lost.id, actor=make.actor(employer), now=make.now, reason="price", note="")

    (incomes,) = income.incomes(person.id, now=make.now)
    assert incomes.undecided == [
        pipeline.Stage("bids", 2, EUR("270.00")), pipeline.Stage("shortlist", 1, EUR("360.00")),
    ]  # fmt: skip
    assert pipeline.record_of(person.id) == pipeline.Record(None, 0, 1)


@pytest.mark.django_db
def test_more_employers_cost_no_more_queries(make, django_assert_num_queries):
    person = make.freelancer()
    make.bid(bidder=person)
    with CaptureQueriesContext(connection) as first:
        pipeline.undecided(person.id, make.now.date())
    for _number in range(3):
        make.bid(bidder=person)
    with django_assert_num_queries(len(first)):
        pipeline.undecided(person.id, make.now.date())


@pytest.mark.django_db
def test_an_offer_to_answer_and_then_agreed_work(make, client):
    contract = make.contract(status="offered")
    person = contract.freelancer
    (incomes,) = income.incomes(person.id, now=make.now)
    (stage,) = incomes.undecided
    assert (stage.name, stage.count, incomes.not_funded) == ("offers", 1, Money.zero(contract.currency))

    offers.accept_offer(contract_id=contract.id, actor=make.actor(person), now=make.now + timedelta(days=3))
    (incomes,) = income.incomes(person.id, now=make.now)
    assert (incomes.undecided, incomes.not_funded) == ([], stage.net)
    record = pipeline.record_of(person.id)
    assert record.first_award == make.now + timedelta(days=3) - contract.bid.submitted_at
    assert (record.won, record.decided) == (1, 1)
    client.force_login(person.memberships.get().user)
    page = client.get("/en/money/income/").content.decode()
    assert "Chosen: 1 of 1 decided bid." in page and "Agreed, not paid in by the employer yet" in page


@pytest.mark.django_db
def test_a_strangers_page_is_empty_and_nobodys_is_missing(make, client):
    payee = make.freelancer()
    client.force_login(payee.memberships.get().user)
    assert "No income yet" in client.get("/en/money/income/").content.decode()
    client.logout()
    assert client.get("/en/money/income/").status_code == 302
