import pytest
import requests
from rest_framework.test import APIClient

from apps.common.money import Money
from apps.payouts.models import Payout
from tests.conftest import prove

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(make):
    organization = make.freelancer("Ada")
    make.payout_account(organization)
    make.balance(organization, Money.of("450.00", "EUR"))
    return organization


def api(organization) -> APIClient:
    client, user = APIClient(), organization.memberships.get(role="owner").user
    client.force_login(user)
    prove(client, user)
    return client


def test_a_withdrawal_by_api_is_quoted_agreed_and_made_once(ada):
    client = api(ada)
    assert client.get("/api/v1/balances/").json() == [
        {
            "currency": "EUR",
            "available": {"amount_minor": 45000, "currency": "EUR"},
            "pending": {"amount_minor": 0, "currency": "EUR"},
        }
    ]
    quote = client.post("/api/v1/quotes/", {"currency": "EUR", "all": True}).json()
    assert quote["amount_from"] == {"amount_minor": 45000, "currency": "EUR"}
    assert client.get(f"/api/v1/quotes/{quote['id']}/").json() == quote

    body, headers = {"quote_id": quote["id"]}, {"Idempotency-Key": "withdraw-1"}
    first = client.post("/api/v1/payouts/", body, headers=headers)
    again = client.post("/api/v1/payouts/", body, headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Payout.objects.count() == 1
    assert client.get(f"/api/v1/payouts/{first.json()['id']}/").json()["status"] == "requested"
    assert [row["id"] for row in client.get("/api/v1/payouts/").json()["results"]] == [first.json()["id"]]


def test_moving_money_wants_a_key_and_the_same_key_the_same_content(ada):
    client = api(ada)
    quote = client.post("/api/v1/quotes/", {"currency": "EUR", "all": True}).json()
    missing = client.post("/api/v1/payouts/", {"quote_id": quote["id"]})
    client.post("/api/v1/payouts/", {"quote_id": quote["id"]}, headers={"Idempotency-Key": "k"})
    other = client.post(
        "/api/v1/payouts/", {"quote_id": "00000000-0000-0000-0000-000000000000"}, headers={"Idempotency-Key": "k"}
    )

    assert (missing.status_code, missing.json()["code"]) == (422, "idempotency_key_missing")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_statement_and_entries_are_read(ada, make):
    client = api(ada)
    page = client.get("/api/v1/statement/", {"limit": 1}).json()
    assert page["lines"][0]["amount"] == {"amount_minor": 45000, "currency": "EUR"}
    assert page["older"] is None
    escrow_id = page["lines"][0]["refs"]["escrow"]

    entries = client.get("/api/v1/journal-entries/", {"escrow": escrow_id}).json()
    held = client.get(f"/api/v1/escrows/{escrow_id}/").json()

    assert [entry["event"] for entry in entries] == ["charge.processor_fee", "escrow.funded", "escrow.released"]
    assert all(sum(line["amount_minor"] for line in entry["lines"]) == 0 for entry in entries)
    assert held["releases"][0]["net"] == {"amount_minor": 45000, "currency": "EUR"}
    assert client.get("/api/v1/escrows/").json()["results"][0]["id"] == escrow_id
    assert client.get("/api/v1/journal-entries/").status_code == 400
    assert api(make.freelancer()).get("/api/v1/journal-entries/", {"escrow": escrow_id}).status_code == 404


def test_the_payout_account_is_read_set_and_made_automatic(ada, make):
    client = api(ada)
    assert client.get("/api/v1/payout-account/").json()["last4"] == "4567"
    values = {"currency": "USD", "holder_name": "Ada", "account_number": "999888777"}

    changed = client.put("/api/v1/payout-account/", values)
    switched = client.patch("/api/v1/payout-account/", {"is_automatic": True})

    assert (changed.json()["last4"], switched.json()["is_automatic"]) == ("8777", True)
    assert client.put("/api/v1/payout-account/", values | {"currency": "JPY"}).status_code == 422
    assert client.put("/api/v1/payout-account/", values | {"account_number": "?"}).status_code == 400
    assert api(make.freelancer()).get("/api/v1/payout-account/").status_code == 404


def test_an_account_is_onboarded_by_the_processors_page(make):
    berta = make.freelancer("Berta")
    client = api(berta)
    assert make.processor
    assert client.get("/api/v1/payout-account/onboarding/").status_code == 404
    result = client.post("/api/v1/payout-account/onboarding/", {"currency": "USD", "holder_name": "Berta"})
    waiting = client.get("/api/v1/payout-account/onboarding/")
    requests.post(result.json()["url"], data={"account_number": "000123456789"}, timeout=5, allow_redirects=False)
    ready = client.get("/api/v1/payout-account/onboarding/")

    assert (result.status_code, result.json()["account"]["status"]) == (201, "onboarding")
    assert waiting.json()["status"] == "onboarding"
    assert (ready.json()["status"], ready.json()["last4"]) == ("active", "6789")
    refused = client.post("/api/v1/payout-account/onboarding/", {"currency": "JPY", "holder_name": "Berta"})
    assert refused.status_code == 422


@pytest.mark.parametrize("path", ["balances", "statement", "journal-entries", "payouts", "charges", "escrows"])
def test_strangers_are_notified_to_log_in(path):
    assert APIClient().get(f"/api/v1/{path}/").status_code == 401


def test_a_quote_in_no_currency_is_refused(ada):
    assert api(ada).post("/api/v1/quotes/", {"currency": "ZZZ", "all": True}).status_code == 422
