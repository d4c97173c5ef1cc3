"""What machines ask: answered whatever host was named, and by nobody else."""

import json

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
STRANGE = {"HTTP_HOST": "10.1.2.3:8000"}


@pytest.fixture(autouse=True)
def _as_in_production(settings):
    settings.ALLOWED_HOSTS = ["tradewind.example"]
    settings.SECURE_SSL_REDIRECT = True


@pytest.mark.parametrize("address", ["/livez", "/readyz", "/version"])
def test_a_check_by_an_address_of_the_machine_is_answered(address, caplog):
    answer = Client(**STRANGE).get(address)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert not caplog.records  # no line of a wrong host every ten seconds


def test_any_other_page_is_not_answered_to_a_wrong_host():
    assert Client(**STRANGE).get("/en/", secure=True).status_code == 400


def test_the_version_is_said(settings):
    settings.VERSION = "7.8.9"
    assert Client().get("/version").json() == {"name": "tradewind", "version": "7.8.9"}
    assert Client().get("/readyz").json()["version"] == "7.8.9"


def test_checks_take_no_posts():
    assert Client().post("/readyz").status_code == 405


def test_metrics_are_for_whoever_has_the_token(settings):
    settings.METRICS_TOKEN = "t0ken"
    assert Client(**STRANGE).get("/metrics").status_code == 404
    assert Client(**STRANGE).get("/metrics", HTTP_AUTHORIZATION="Bearer t0ken2").status_code == 404
    answer = Client(**STRANGE).get("/metrics", HTTP_AUTHORIZATION="Bearer t0ken")
    assert answer.status_code == 200
    assert b"tradewind_payments_paused 0.0" in answer.content


def test_without_a_token_there_are_no_metrics(settings):
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", HTTP_AUTHORIZATION="Bearer ").status_code == 404


def test_webhooks_come_to_the_internal_address(settings):
    settings.ALLOWED_HOSTS = ["tradewind.example", "web"]  # INTERNAL_URL adds its host
    answer = Client(HTTP_HOST="web:8000").post("/webhooks/sandbox/", json.dumps({}), content_type="application/json")
    assert answer.status_code == 400  # the signature, and neither the host nor TLS, is what is wrong
    assert b"ignature" in answer.content or b"notice" in answer.content or not answer.content


@pytest.mark.parametrize(("environment", "is_said"), [("production", True), ("demo", False)])
def test_a_sandbox_that_looks_real_says_so(settings, environment, is_said):
    settings.TRADEWIND_ENV, settings.PAYMENT_GATEWAY = environment, "sandbox"
    settings.ALLOWED_HOSTS = ["*"]
    page = Client().get("/en/help/", secure=True).content.decode()
    assert ("No real money moves here" in page) is is_said
