"""Which gateway takes whose money is dated data; a gateway that does not answer is left for the next, and says so."""

from datetime import date

import pytest
import requests
from django.core.management import call_command
from django.db.models import Q
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.escrow.operations import funding
from apps.gateways.errors import PaymentUnavailable
from apps.payments.models import Charge, PaymentMethod
from apps.payments.queries import methods

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _methods(make):
    make.now = timezone.now()
    assert make.processor
    for _ in range(2):
        call_command("load_payment_methods", verbosity=0)
    yield
    make.processor.store.run("DELETE FROM faults")  # one that nothing met must not meet another test


def names(country="DE", currency="EUR", on=TODAY):
    return [method.name for method in methods.methods_for(country=country, currency=currency, on=on)]


def fault(make, kind="500", times=1):
    body = {"path": "POST /v1/checkout/sessions", "kind": kind, "times": times}
    requests.post(f"{make.processor.url}/control/faults", json=body, timeout=5)


def start(make, escrow, method=""):
    return funding.start_funding(
        escrow_id=escrow.id, actor=make.actor(escrow.payer), now=timezone.now(), return_url="http://testserver/back",
        method=method,
    )  # fmt: skip


def test_the_first_gateway_takes_all_and_others_those_of_the_table():
    assert names() == ["sandbox", "bank"]
    assert names(country="US") == ["sandbox"]
    assert names(currency="USD") == ["sandbox"]
    assert names(on=date(2025, 12, 31)) == ["sandbox"]
    PaymentMethod.objects.filter(Q(country="DE")).update(valid_until=TODAY)
    assert names() == ["sandbox"]


@pytest.mark.parametrize("kind", ["500", "lost_reply", "lost_request", "refuse"])
def test_a_gateway_that_gives_no_page_is_left_for_the_next(make, kind):
    fault(make, kind)
    escrow = make.escrow()
    charge = start(make, escrow)
    assert charge.gateway == "bank"
    assert set(Charge.objects.filter(reference_id=escrow.id).values_list("gateway", "status")) == {
        ("sandbox", "expired"), ("bank", "open"),
    }  # fmt: skip


def test_where_no_other_gateway_takes_it_the_payer_is_notified(make):
    fault(make)
    with pytest.raises(PaymentUnavailable):
        start(make, make.escrow(payer=make.employer(country="US")))


def test_a_page_that_is_open_is_never_left(make):
    escrow = make.escrow()
    first = start(make, escrow)
    fault(make)
    assert start(make, escrow) == first


def test_the_payer_chooses_on_the_page_and_is_notified_of_another_way(make):
    milestone = make.milestone()
    client = Client()
    client.force_login(milestone.contract.employer.memberships.get().user)
    address = f"/en/milestones/{milestone.id}/fund/"
    page = client.get(address).content.decode()
    assert 'value="bank"' in page and 'value="sandbox"' in page
    fault(make)
    answer = client.post(address, {"method": "sandbox", "step": "pay"}, follow=True)
    assert "does not answer just now" in answer.content.decode()
    assert "Pay by bank transfer" in answer.content.decode()


def test_the_api_names_the_ways_takes_the_choice_and_says_which_gave_the_page(make):
    milestone = make.milestone()
    employer = APIClient()
    employer.force_login(milestone.contract.employer.memberships.get().user)
    path = f"/api/v1/milestones/{milestone.id}"
    assert [item["name"] for item in employer.get(f"{path}/payment-methods/").json()] == ["sandbox", "bank"]
    body, headers = {"return_url": "https://robot.example/back", "method": "bank"}, {"Idempotency-Key": "pay"}
    answer = employer.post(f"{path}/fund/", body, headers=headers)
    assert (answer.status_code, answer.json().get("method")) == (201, "bank")
    assert Charge.objects.get(id=answer.json()["charge_id"]).gateway == "bank"
    stranger = APIClient()
    stranger.force_login(make.freelancer("Other").memberships.get().user)
    assert stranger.get(f"{path}/payment-methods/").status_code == 404
