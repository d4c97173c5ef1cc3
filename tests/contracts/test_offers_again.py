"""After a contract ended early, the work is offered to another bidder."""

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from apps.accounts.policies import NotYours
from apps.common.errors import IllegalTransition, NotAllowed
from apps.contracts import policies
from apps.contracts.models import Contract
from apps.contracts.operations import cancellations, offers
from tests.conftest import api, api_post, log_in


@pytest.fixture
def ended(make):
    """A contract stopped by agreement, with a second bid on its task."""
    task = make.task()
    first, second = make.bid(task=task), make.bid(task=task)
    contract = make.contract(bid=first)
    stop = cancellations.propose_cancellation(
        contract_id=contract.id, freelancer_share_bps=0, reason="Illness", actor=make.actor(contract.employer),
        now=make.now,
    )  # fmt: skip
    contract = cancellations.accept_cancellation(
        proposal_id=stop.id, actor=make.actor(contract.freelancer), now=make.now
    )
    contract.second = second
    return contract


def again(make, contract, actor=None):
    return offers.offer_to_other_bidder(
        contract_id=contract.id, bid_id=contract.second.id, actor=actor or make.actor(contract.employer), now=make.now
    )


def states(contract):
    offer = Contract.objects.select_related("task", "bid").get(id=contract.id)
    return offer.status, offer.bid.status, offer.task.status


def test_another_bidder_gets_an_offer_and_accepts(make, ended):
    offer = again(make, ended)
    assert states(offer) == ("offered", "awarded", "awarded")
    offers.accept_offer(contract_id=offer.id, actor=make.actor(offer.freelancer), now=make.now)
    assert states(offer) == ("active", "accepted", "awarded")
    with pytest.raises(IllegalTransition):
        again(make, ended)


@pytest.mark.parametrize(("way", "bid"), [("decline", "refused"), ("take_back", "not_taken")])
def test_an_unaccepted_offer_closes_the_task_again(make, ended, way, bid):
    offer = again(make, ended)
    if way == "decline":
        offers.decline_offer(contract_id=offer.id, actor=make.actor(offer.freelancer), now=make.now)
    else:
        offers.take_back_offer(contract_id=offer.id, actor=make.actor(offer.employer), now=make.now)
    assert states(offer)[1:] == (bid, "closed")


def test_not_during_the_contract_and_not_by_others(make, ended):
    with pytest.raises(NotAllowed):
        again(make, ended, make.actor(ended.employer, "viewer"))
    with pytest.raises(NotYours):
        again(make, ended, make.actor(ended.freelancer))
    running = make.contract()
    running.second = ended.second
    with pytest.raises((NotAllowed, policies.NothingToOfferAgain)):
        again(make, running)


def test_by_page_and_api(make, client, ended):
    make.now = timezone.now()
    page = log_in(client, ended.employer)
    room = f"/en/contracts/{ended.id}/"
    text = " ".join(strip_tags(page.get(room).content.decode()).split())
    assert "Offer this work to another bidder" in text
    assert page.post(f"{room}offer-again/", {"bid": "nothing"}).status_code == 404
    assert page.post(f"{room}offer-again/", {"bid": str(ended.second.id)}).status_code == 302
    offer = Contract.objects.get(bid=ended.second)
    offers.take_back_offer(contract_id=offer.id, actor=make.actor(offer.employer), now=make.now)
    robot = api(ended.employer.memberships.get(role="owner").user)
    response = api_post(robot, f"contracts/{ended.id}/offer-again/", {"bid_id": str(ended.second.id)})
    assert (response.status_code, response.json()["status"]) == (201, "offered")
    log_in(client, ended.freelancer)
    assert "Offer this work" not in client.get(room).content.decode()
