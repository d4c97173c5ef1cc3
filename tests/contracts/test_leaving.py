"""A freelancer leaves a contract of which nothing was ever paid in."""

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.policies import NotYours
from apps.common.errors import NotAllowed
from apps.contracts import errors, policies
from apps.contracts.models import Contract
from apps.contracts.operations import leaving, milestones
from apps.notifications.models import Notification
from apps.outbox import bus
from apps.tasks.models import Task
from tests.contracts.test_views import as_  # noqa: F401 - a fixture
from tests.make.agreed import active_contract

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


def leave(make, contract, who=None, reason="No time left"):
    actor = make.actor(who or contract.freelancer)
    return leaving.leave_contract(contract_id=contract.id, reason=reason, actor=actor, now=make.now)


def test_the_contract_ends_without_fault_and_the_task_goes_on(make):
    contract = active_contract(make)
    assert leave(make, contract).status == "left"
    assert set(contract.milestones.values_list("status", flat=True)) == {"cancelled"}
    assert Task.objects.get(id=contract.task_id).status == "closed"
    assert policies.can_offer_again(make.actor(contract.employer), Contract.objects.get(id=contract.id))


def test_both_sides_are_notified(make):
    contract = active_contract(make)
    leave(make, contract)
    bus.deliver_pending(now=make.now)
    assert Notification.objects.filter(kind="contract_left").count() == 2


@pytest.mark.parametrize("status", ["funded", "delivered", "approved"])
def test_nobody_leaves_alone_after_money_was_paid(make, status):
    contract = make.milestone(status=status).contract
    with pytest.raises((errors.WasFunded, policies.NotAtWork)):
        leave(make, contract)


def test_a_payment_that_was_started_and_not_made_is_closed(make):
    milestone, site = make.milestone(), "https://market.example/"
    assert make.processor
    employer = make.actor(milestone.contract.employer)
    milestones.fund_milestone(milestone_id=milestone.id, actor=employer, now=make.now, return_url=site)
    assert leave(make, milestone.contract).status == "left"
    milestone.refresh_from_db()
    assert milestone.status == "cancelled"
    assert milestone.escrow.status == "cancelled"


def test_only_the_freelancer_leaves_and_says_why(make):
    contract = active_contract(make)
    with pytest.raises((NotAllowed, NotYours)):
        leave(make, contract, contract.employer)
    with pytest.raises(errors.LeaveReasonMissing):
        leave(make, contract, reason="  ")
    assert Contract.objects.get(id=contract.id).status == "active"


def test_the_page_asks_for_a_reason_and_the_room_says_how_it_ended(make, as_):  # noqa: F811
    contract = active_contract(make)
    address = f"/en/contracts/{contract.id}/leave/"
    assert as_(make.freelancer()).get(address).status_code == 404
    assert as_(contract.employer).get(address).status_code == 403
    assert address not in as_(contract.employer).get(contract.get_absolute_url()).content.decode()
    client = as_(contract.freelancer)
    assert address in client.get(contract.get_absolute_url()).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "I am ill"}).status_code == 302
    room = client.get(contract.get_absolute_url()).content.decode()
    assert "Nothing was paid, nobody at fault" in room
    assert "I am ill" in room
    assert address not in room


def test_leaving_by_api(make):
    contract = active_contract(make)
    client = APIClient()
    client.force_authenticate(contract.freelancer.memberships.get(role="owner").user)
    client.force_login(contract.freelancer.memberships.get(role="owner").user)
    answer = client.post(f"/api/v1/contracts/{contract.id}/leave/", {"reason": "Moved away"})
    assert (answer.status_code, answer.json()["status"]) == (200, "left")
