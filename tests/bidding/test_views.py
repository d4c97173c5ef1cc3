"""Pages of bids: what arrives is seen before a bid is sent, and what was typed is never lost."""

import re
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.bidding import queries
from apps.bidding.models import Bid
from apps.common import fmt
from apps.common.money import Money
from apps.pricing.models import PaidWork


@pytest.fixture
def task(make):
    make.now = timezone.now()
    return make.task()


@pytest.fixture
def bidder(make, client, task):
    own = make.freelancer()
    client.force_login(own.memberships.get().user)
    return own


def filled(task, **fields):
    answers = {}
    for criterion in task.criteria.all():
        answers |= {f"meets_{criterion.id}": "yes", f"note_{criterion.id}": ""}
    rows = {"milestones-TOTAL_FORMS": "1", "milestones-INITIAL_FORMS": "0",
            "milestones-0-title": "", "milestones-0-amount": "", "milestones-0-days": ""}  # fmt: skip
    return (
        {"amount": "900", "currency": "EUR", "days": "9", "cover_note": "Hello", "source_language": "en"}
        | answers
        | rows
        | fields
    )


def test_a_bid_is_not_sent_before_its_breakdown_was_seen(client, task, bidder):
    address = f"/en/tasks/{task.id}/bid/"
    shown = client.post(address, filled(task, send="1"))
    assert shown.status_code == 200
    assert b"810.00" in shown.content
    assert not Bid.objects.exists()

    other = client.post(address, filled(task, send="1", amount="800", previewed="90000 EUR"))
    assert b"720.00" in other.content
    assert not Bid.objects.exists()

    sent = client.post(address, filled(task, send="1", previewed="90000 EUR"))
    assert sent.status_code == 302
    assert Bid.objects.get().amount == Money.of("900.00", "EUR")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"amount": "viel"}, "digits"),
        ({"amount": "-3"}, "above zero"),
        ({"days": "0"}, "greater than or equal"),
        ({"milestones-0-title": "Half", "milestones-0-amount": "100", "milestones-0-days": "3"}, "add up"),
        ({"milestones-0-title": "Half"}, "whole line"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, task, bidder, fields, says):
    page = client.post(
        f"/en/tasks/{task.id}/bid/", filled(task, send="1", previewed="90000 EUR", cover_note="Keep me", **fields)
    )
    assert page.status_code == 422
    assert says in page.content.decode()
    assert "Keep me" in page.content.decode()
    assert not Bid.objects.exists()


def test_a_number_is_read_as_the_reader_writes_it(client, task, bidder):
    shown = client.post(f"/ar/tasks/{task.id}/bid/", filled(task, check="1", amount="٩٠٠"))
    assert "810.00" in shown.content.decode()


def test_a_second_visit_leads_to_the_own_bid(client, make, task, bidder):
    bid = make.bid(task=task, bidder=bidder)
    assert client.get(f"/en/tasks/{task.id}/bid/").url == f"/en/bids/{bid.id}/edit/"


def test_strangers_and_rivals_get_404(client, make, task):
    bid = make.bid(task=task)
    assert client.get(f"/en/bids/{bid.id}/").status_code == 302  # to the login
    client.force_login(make.freelancer().memberships.get().user)
    assert client.get(f"/en/bids/{bid.id}/").status_code == 404
    assert client.get(f"/en/tasks/{task.id}/bids/").status_code == 404
    assert client.post(f"/en/bids/{bid.id}/decline/").status_code == 404


def test_sealed_bids_are_a_closed_gateway_for_the_employer(client, make, task):
    sealed = make.task(bid_window="sealed")
    make.bid(task=sealed, cover_note="A secret note")
    client.force_login(sealed.employer.memberships.get().user)
    page = client.get(f"/en/tasks/{sealed.id}/bids/")
    assert "sealed" in page.content.decode()
    assert "A secret note" not in page.content.decode()


class TestWhatTheEmployerPays:
    """Price, service fee and sum are read before anybody is chosen."""

    def test_every_bid_and_the_offer_say_it_at_the_same_cost_for_many(
        self, client, make, task, django_assert_max_num_queries
    ):
        bid = make.bid(task=task)
        client.force_login(task.employer.memberships.get().user)
        client.get(f"/en/tasks/{task.id}/bids/")
        with django_assert_max_num_queries(30) as few:
            client.get(f"/en/tasks/{task.id}/bids/")
        for _ in range(3):
            make.bid(task=task)
        with django_assert_max_num_queries(len(few.captured_queries)):
            page = client.get(f"/en/tasks/{task.id}/bids/").content.decode()

        cost = queries.employer_costs(task, [bid], make.now)[bid.id]
        assert cost.fee == bid.binding_amount.share_bps(500)
        sentence = f"You pay {number(cost.total)}"
        # On each card and in each dialog of an offer.
        assert spaceless(page).count(sentence) >= 2
        assert sentence in spaceless(client.get(bid.get_absolute_url()).content.decode())

    def test_the_api_says_it_to_the_employer_alone(self, client, make, task, django_assert_max_num_queries):
        bid = make.bid(task=task)
        cost = queries.employer_costs(task, [bid], make.now)[bid.id]
        client.force_login(task.employer.memberships.get().user)
        with django_assert_max_num_queries(30) as few:
            client.get(f"/api/v1/bids/?task_id={task.id}")
        make.bid(task=task)
        with django_assert_max_num_queries(len(few.captured_queries)):
            listed = {row["id"]: row for row in client.get(f"/api/v1/bids/?task_id={task.id}").json()["results"]}

        assert listed[str(bid.id)]["cost"]["total"]["amount_minor"] == cost.total.amount_minor
        assert listed[str(bid.id)]["cost"]["fee"]["amount_minor"] == cost.fee.amount_minor
        assert client.get(f"/api/v1/bids/{bid.id}/").json()["cost"] == listed[str(bid.id)]["cost"]

        client.force_login(bid.bidder.memberships.get().user)
        assert client.get(f"/api/v1/bids/{bid.id}/").json()["cost"] is None
        assert client.get("/api/v1/bids/").json()["results"][0]["cost"] is None

    def test_a_bidder_is_not_told_what_the_employer_pays_on_top(self, client, make, task):
        bid = make.bid(task=task)
        client.force_login(bid.bidder.memberships.get().user)
        assert "service fee" not in client.get(bid.get_absolute_url()).content.decode()

    def test_who_was_paid_often_costs_less(self, make, task):
        bid = make.bid(task=task)
        for _ in range(10):
            PaidWork.objects.create(work_id=uuid4(), payer=task.employer, payee=bid.bidder, paid_at=make.now)
        assert queries.employer_costs(task, [bid], make.now)[bid.id].fee_bps == 400


def number(money):
    return fmt.money(money).replace("\N{NO-BREAK SPACE}", " ")


def spaceless(page):
    return " ".join(re.sub("<[^>]*>", "", page).replace("\N{NO-BREAK SPACE}", " ").split())


def test_milestones_that_do_not_add_up_are_said_before_anybody_is_asked_to_check(client, task, bidder):
    rows = {"milestones-0-title": "All", "milestones-0-amount": "20100", "milestones-0-days": "3"}
    page = client.post(f"/en/tasks/{task.id}/bid/", filled(task, check="1", **rows))
    assert page.status_code == 422
    text = page.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "add up to 20,100.00 EUR" in text
    assert "Please check, then send" not in text
