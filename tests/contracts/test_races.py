"""Several people of one team choose at once: one contract, and a refusal for everybody else."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.bidding import operations as bidding
from apps.bidding.models import Bid
from apps.common.database_errors import refusal_of
from apps.common.errors import DomainError
from apps.contracts.models import Contract
from apps.contracts.operations import offers
from tests.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls):
    """The results or errors of calls that begin together."""
    start = threading.Barrier(len(calls))

    def work(call):
        try:
            start.wait(timeout=30)
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(work, calls))


def refused(results):
    errors = [result for result in results if isinstance(result, Exception)]
    return [error if isinstance(error, DomainError) else refusal_of(error) for error in errors]


def test_of_many_awards_one_wins_and_the_others_are_conflicts(make):
    task = make.task()
    bids = [make.bid(task=task) for _number in range(3)]
    employer = make.actor(task.employer)

    results = at_once(
        [lambda bid=bid: offers.award(bid_id=bid.id, actor=employer, now=NOON) for bid in bids for _twice in "ab"]
    )

    assert Contract.objects.filter(task=task).count() == 1
    assert [error.status for error in refused(results)] == [409] * 5


@pytest.mark.parametrize("by_api", [True, False])
def test_awarding_a_second_bid_is_a_conflict(client, make, by_api):
    task = make.task()
    first, second = make.bid(task=task), make.bid(task=task)
    offers.award(bid_id=first.id, actor=make.actor(task.employer), now=NOON)
    client.force_login(task.employer.memberships.get().user)
    if by_api:
        response = client.post("/api/v1/contracts/", {"bid_id": str(second.id)}, content_type="application/json")
    else:
        response = client.post(f"/en/bids/{second.id}/award/")
    assert response.status_code == 409
    assert Contract.objects.count() == 1


def test_a_second_click_on_send_makes_no_second_bid(make):
    task, bidder = make.task(), make.freelancer()
    actor, draft = make.actor(bidder), make.bid_draft(task)

    results = at_once([lambda: bidding.submit_bid(task_id=task.id, draft=draft, actor=actor, now=NOON)] * 6)

    assert Bid.objects.filter(task=task).count() == 1
    assert None not in refused(results)
    assert {error.status for error in refused(results)} <= {403, 409, 422}
