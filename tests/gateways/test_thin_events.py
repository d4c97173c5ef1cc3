"""Events that name their object only: signed with a secret of their own, recorded, and looked up."""

import json
import time

import pytest
from django.test import Client

from apps.gateways.models import WebhookEvent
from apps.gateways.operations import webhooks
from apps.payouts.models import PayoutAccount
from devstack.sandbox_processor import events
from tests.make.onboarding import complete_onboarding, start_onboarding

pytestmark = pytest.mark.django_db
THIN_URL = "/webhooks/sandbox/thin/"


def thin(make, number: int = 0) -> bytes:
    return json.dumps(events.public(make.processor.store.listed("v2.core.event", "")[number])).encode()


def post(body: bytes, secret: str = "whsec_sandbox_thin"):
    signed = events.signature(body, secret, int(time.time()))
    return Client().post(THIN_URL, body, content_type="application/json", headers={"Stripe-Signature": signed})


def test_a_thin_event_is_recorded_and_its_object_fetched(make):
    account = start_onboarding(make, make.freelancer())
    complete_onboarding(make, account)

    answers = {post(thin(make)).status_code for _ in range(3)}
    webhooks.handle_due()

    account.refresh_from_db()
    assert answers == {200}
    assert account.status == "active"
    assert WebhookEvent.objects.get().status == "handled"


def test_each_address_has_its_own_secret_and_without_one_it_is_not_there(make, settings):
    start_onboarding(make, make.freelancer())
    complete_onboarding(make, PayoutAccount.objects.get())
    body = thin(make)
    assert post(body, "whsec_sandbox").status_code == 400
    assert post(b'{"id": "evt_1", "object": "event"}').status_code == 400
    assert post(b"[]").status_code == 400
    settings.WEBHOOK_THIN_SECRET = ""
    assert post(body, "").status_code == 404


def test_a_thin_event_about_somebody_else_is_ignored(make):
    assert make.processor
    body = {
        "id": "evt_other", "object": "v2.core.event", "type": "v2.core.account.updated",
        "related_object": {"id": "acct_other", "type": "v2.core.account", "url": "/x"},
    }  # fmt: skip
    assert post(json.dumps(body).encode()).status_code == 200
    webhooks.handle_due()
    assert WebhookEvent.objects.get().status == "ignored"
