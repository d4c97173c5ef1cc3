"""Comparing bids, declining them with a reason, and what those who were not chosen learn."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.bidding import operations, policies, queries, rules
from apps.bidding.models import Bid
from apps.common.errors import IllegalTransition, NotAllowed
from apps.common.money import Money
from apps.notifications.models import Notification
from apps.tasks import operations as tasks
from tests.conftest import log_in

amounts = st.lists(st.integers(1, 10**9), min_size=1, max_size=30).map(
    lambda minors: [Money(minor, "EUR") for minor in minors]
)


def euros(text):
    return Money.of(text, "EUR")


@given(amounts)
def test_as_many_prices_are_below_the_median_as_above(prices):
    middle = rules.median(prices)
    if len(prices) < 2:
        assert middle is None
        return
    assert 2 * sum(price < middle for price in prices) <= len(prices)
    assert 2 * sum(middle < price for price in prices) <= len(prices)


@pytest.mark.parametrize(
    ("amount", "lowest", "highest", "bps"),
    [
        ("100", "100", "100", 0),
        ("150", "100", "200", 0),
        ("240", "100", "200", 2000),
        ("75", "100", "200", -2500),
        ("110", None, "100", 1000),
        ("90", "100", None, -1000),
    ],
)
def test_a_price_is_compared_with_the_nearer_end_of_the_budget(amount, lowest, highest, bps):
    ends = [euros(end) if end else None for end in (lowest, highest)]
    assert rules.outside_budget_bps(euros(amount), *ends) == bps


# -- the page


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


@pytest.fixture
def task(make):
    return make.task()


@pytest.fixture
def three(make, task):
    return [
        make.bid(task=task, amount=euros(price), days=days) for price, days in (("900", 9), ("600", 12), ("800", 4))
    ]


def compare(client, task, query=""):
    page = client.get(f"/en/tasks/{task.id}/bids/{query}")
    assert page.status_code == 200
    return page


def test_the_order_is_that_of_arrival_until_the_reader_chooses(client, task, three):
    log_in(client, task.employer)
    assert [row.bid for row in compare(client, task).context["rows"]] == three
    by_price = compare(client, task, "?sort=amount").context["rows"]
    assert [row.bid for row in by_price] == [three[1], three[2], three[0]]
    assert [row.bid for row in compare(client, task, "?sort=days").context["rows"]] == [three[2], three[0], three[1]]
    assert [row.bid for row in compare(client, task, "?sort=best").context["rows"]] == three


def test_prices_are_set_against_the_budget_and_the_median(client, make):
    task = make.task()
    for share in (50, 100, 150):
        make.bid(task=task, amount=Money(task.budget_max_minor * share // 100, "EUR"))
    log_in(client, task.employer)
    rows = compare(client, task).context["rows"]
    assert [row.against_median for row in rows] == ["50% below the median", "at the median", "50% above the median"]
    assert rows[2].against_budget == "50% above the budget"
    assert all(len(row.answers) == task.criteria.count() for row in rows)


def test_more_bids_cost_no_more_statements(client, make, task, three, settings, django_assert_max_num_queries):
    settings.REFERENCE_MEMORY_SECONDS, settings.LIST_MEMORY_SECONDS = 300, 60  # as a process that runs
    log_in(client, task.employer)
    compare(client, task)
    with django_assert_max_num_queries(12) as few:
        compare(client, task)
    number = len(few.captured_queries)
    for _ in range(4):
        make.bid(task=task)
    compare(client, task)
    with django_assert_max_num_queries(number):
        compare(client, task)


def test_two_bids_are_pinned_and_a_third_takes_the_place_of_the_first(client, task, three):
    log_in(client, task.employer)
    rows = {row.bid.id: row for row in compare(client, task).context["rows"]}
    page = client.get(rows[three[0].id].pin_url)
    page = client.get({row.bid.id: row for row in page.context["rows"]}[three[1].id].pin_url)
    assert {row.bid for row in page.context["pinned"]} == {three[0], three[1]}
    rows = {row.bid.id: row for row in page.context["rows"]}
    third = client.get(rows[three[2].id].pin_url)
    assert {row.bid for row in third.context["pinned"]} == {three[1], three[2]}
    off = client.get({row.bid.id: row for row in third.context["rows"]}[three[2].id].pin_url)
    assert [row.bid for row in off.context["pinned"]] == [three[1]]


def test_what_is_pinned_in_the_address_is_a_bid_on_this_task(client, make, task, three):
    other = make.bid()
    log_in(client, task.employer)
    page = compare(client, task, f"?pin={other.id}&pin=nonsense&pin={three[0].id}")
    assert page.context["pinned"] == []


def test_a_decision_leads_back_to_the_comparison_as_it_was(client, task, three):
    log_in(client, task.employer)
    here = f"/en/tasks/{task.id}/bids/?sort=days&pin={three[0].id}"
    assert client.post(f"/en/bids/{three[0].id}/shortlist/", {"next": here}).url == here
    away = client.post(f"/en/bids/{three[0].id}/shortlist/", {"next": "https://elsewhere.example/"})
    assert away.url == f"/en/tasks/{task.id}/bids/"


def test_one_click_declines_with_a_reason(client, task, three, outbox_drain):
    log_in(client, task.employer)
    assert 'value="another"' in compare(client, task).content.decode()
    client.post(f"/en/bids/{three[0].id}/decline/", {"reason": "another", "note": ""})
    bid = Bid.objects.get(id=three[0].id)
    assert (bid.status, bid.decline_reason) == ("declined", "another")
    client.post(f"/en/bids/{three[1].id}/decline/", {"reason": "nose", "note": ""})
    assert Bid.objects.get(id=three[1].id).status == "submitted"


# -- afterwards


def passed_over(make, **fields):
    """A task with three bids, of which the second was taken."""
    task = make.task(**fields)
    bids = [make.bid(task=task, amount=euros(price)) for price in ("900", "600", "800")]
    if fields:
        make.now = task.bidding_closes_at + timedelta(hours=1)
        tasks.close_bidding(task_id=task.id, now=make.now)
    make.contract(bid=bids[1])
    return [Bid.objects.select_related("task").get(id=bid.id) for bid in bids]


def test_the_reason_can_be_given_once_after_the_award(make, outbox_drain):
    bid = passed_over(make)[0]
    assert bid.status == "not_taken"
    employer = make.actor(bid.task.employer)
    with pytest.raises(operations.ReasonUnknown):
        operations.explain_bid(bid_id=bid.id, reason="nose", note="", actor=employer, now=make.now)
    operations.explain_bid(bid_id=bid.id, reason="price", note="  A close call. ", actor=employer, now=make.now)
    bid.refresh_from_db()
    assert (bid.status, bid.decline_reason, bid.decline_note) == ("not_taken", "price", "A close call.")
    with pytest.raises(policies.ReasonGiven):
        operations.explain_bid(bid_id=bid.id, reason="time", note="", actor=employer, now=make.now)
    outbox_drain(make.now)
    assert Notification.objects.filter(kind="bid_explained", organization=bid.bidder).exists()


def test_only_the_employer_gives_a_reason_and_only_for_a_bid_not_taken(make):
    first, taken, _ = passed_over(make)
    for organization in (first.bidder, make.employer()):
        with pytest.raises(NotAllowed):
            operations.explain_bid(
                bid_id=first.id, reason="price", note="", actor=make.actor(organization), now=make.now
            )
    with pytest.raises(IllegalTransition):
        operations.explain_bid(
            bid_id=taken.id, reason="price", note="", actor=make.actor(taken.task.employer), now=make.now
        )


def test_a_debrief_tells_reason_number_and_range_after_the_award(client, make):
    bid = passed_over(make)[0]
    debrief = queries.debrief(bid, make.now)
    assert (debrief.reason, debrief.bids) == ("", 3)
    assert (debrief.lowest, debrief.highest) == (euros("600"), euros("900"))
    log_in(client, bid.bidder)
    assert "Debrief" in client.get(bid.get_absolute_url()).content.decode()
    answer = client.get(f"/api/v1/bids/{bid.id}/debrief/").json()
    assert (answer["bids"], answer["lowest"]["amount_minor"], answer["own"]["amount_minor"]) == (3, 600_00, 900_00)


def test_prices_are_not_shown_while_somebody_can_still_bid(make):
    task = make.task()
    bids = [make.bid(task=task, amount=euros(price)) for price in ("900", "600", "800")]
    operations.decline_bid(bid_id=bids[0].id, reason="price", note="", actor=make.actor(task.employer), now=make.now)
    bid = Bid.objects.select_related("task").get(id=bids[0].id)
    assert queries.debrief(bid, make.now).lowest is None
    assert queries.debrief(bid, task.bidding_closes_at).lowest == euros("600")


def test_sealed_prices_are_shown_only_after_the_award(make):
    task = make.task(bid_window="sealed")
    bids = [make.bid(task=task, amount=euros(price)) for price in ("900", "600", "800")]
    make.now = task.bidding_closes_at + timedelta(hours=1)
    tasks.close_bidding(task_id=task.id, now=make.now)
    operations.decline_bid(bid_id=bids[0].id, reason="price", note="", actor=make.actor(task.employer), now=make.now)
    bid = Bid.objects.select_related("task").get(id=bids[0].id)
    assert queries.debrief(bid, make.now).lowest is None
    make.contract(bid=Bid.objects.get(id=bids[1].id))
    bid = Bid.objects.select_related("task").get(id=bids[0].id)
    assert queries.debrief(bid, make.now).highest == euros("900")


def test_prices_of_two_bids_are_never_shown(make):
    task = make.task()
    bids = [make.bid(task=task, amount=euros(price)) for price in ("900", "600")]
    operations.decline_bid(bid_id=bids[0].id, reason="price", note="", actor=make.actor(task.employer), now=make.now)
    bid = Bid.objects.select_related("task").get(id=bids[0].id)
    debrief = queries.debrief(bid, task.bidding_closes_at)
    assert (debrief.bids, debrief.lowest, debrief.highest) == (2, None, None)


def test_a_bid_still_in_the_running_and_a_rival_get_no_debrief(client, make, three):
    assert queries.debrief(three[0], make.now) is None
    log_in(client, three[0].bidder)
    assert client.get(f"/api/v1/bids/{three[0].id}/debrief/").status_code == 404
    log_in(client, three[1].bidder)
    assert client.get(f"/api/v1/bids/{three[0].id}/debrief/").status_code == 404


def test_the_api_gives_the_reason_afterwards(client, make):
    bid = passed_over(make)[2]
    log_in(client, bid.task.employer)
    answer = client.post(f"/api/v1/bids/{bid.id}/reason/", {"reason": "time"}, content_type="application/json")
    assert answer.status_code == 200
    assert answer.json()["decline_reason"] == "time"
