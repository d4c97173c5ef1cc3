import json
import random
import time

import pytest
from django.test import Client
from django.utils import timezone

from apps.gateways.models import WebhookEvent
from apps.gateways.operations import webhooks
from apps.payments.models import Charge
from devstack.sandbox_processor import charges, events, payouts
from tests.conftest import NOON
from tests.make import dispatch

pytestmark = pytest.mark.django_db
URL = "/webhooks/sandbox/"


def post(client: Client, body: bytes, signature: str | None = None):
    signed = events.signature(body, "whsec_sandbox", int(time.time())) if signature is None else signature
    return client.post(URL, body, content_type="application/json", headers={"Stripe-Signature": signed})


@pytest.fixture
def paid(make):
    """A charge that was paid, of which nobody has told us yet."""
    escrow = make.escrow(status="funding")
    charge = Charge.objects.get(reference_id=escrow.id)
    store = make.processor.store
    with store.step():
        charges.pay(store, charges.find_session(store, charge.remote_session_id), "4242424242424242")
    about = [
        json.dumps(event).encode()
        for event in store.listed("event", "")
        if (event["data"]["object"].get("metadata") or {}).get("charge") == str(charge.id)
    ]
    return charge, about


def test_a_webhook_is_recorded_answered_and_handled_later(client, paid):
    charge, about = paid

    answers = [post(client, body).status_code for body in about]

    charge.refresh_from_db()
    assert (answers, charge.status) == ([200, 200], "open")
    assert webhooks.handle_due() == 2
    charge.refresh_from_db()
    assert charge.status == "succeeded"
    assert set(WebhookEvent.objects.values_list("status", flat=True)) == {"handled"}


def test_fifty_webhooks_in_any_order_and_twice_end_the_same(client, paid, make, outbox_drain):
    charge, about = paid
    payout = make.payout(status="submitted")
    payouts.finish(make.processor.store, payout.remote_payout_id)
    about += [
        json.dumps(event).encode()
        for event in make.processor.store.listed("event", "")
        if event["data"]["object"]["id"] == payout.remote_payout_id
    ]
    shuffled = about * 17
    random.Random(7).shuffle(shuffled)
    for body in shuffled[:50]:
        assert post(client, body).status_code == 200
        if random.Random(body).random() < 0.5:
            webhooks.handle_due()
    webhooks.handle_due()
    outbox_drain(timezone.now())

    charge.refresh_from_db()
    payout.refresh_from_db()
    assert (charge.status, payout.status) == ("succeeded", "paid")
    assert WebhookEvent.objects.count() == 3


@pytest.mark.parametrize("signature", ["", "t=1,v1=00", "nonsense"])
def test_a_webhook_without_a_good_signature_is_not_recorded(client, signature):
    assert post(client, b'{"id": "evt_1"}', signature).status_code == 400
    assert not WebhookEvent.objects.exists()


def test_a_signed_webhook_without_sense_is_refused(client):
    assert post(client, b"[]").status_code == 400
    assert post(client, b"not json").status_code == 400


@pytest.mark.parametrize("odd", ["\\u0000", "\\ud83d", "\\u0001"])
def test_a_signed_webhook_with_signs_that_no_column_holds_is_recorded(client, odd):
    body = '{"id": "evt_odd%s", "object": "event", "type": "refund.updated", "data": {"object": {"object": "refund",'
    body = (body + ' "id": "re_1", "description": "bad%sname", "rate": NaN, "limit": 1e400}}}') % (odd, odd)
    assert post(client, body.encode()).status_code == 200
    row = WebhookEvent.objects.get()
    assert row.external_id == "evt_odd\ufffd"
    assert "bad\ufffdname" in str(row.payload)


def test_a_signed_webhook_without_a_bottom_is_refused(client):
    body = b'{"id": "evt_1", "type": "refund.updated", "data": ' + b"[" * 100_000
    assert post(client, body).status_code == 400
    assert not WebhookEvent.objects.exists()


def test_another_processors_address_is_not_there(client):
    assert client.post("/webhooks/stripe/", b"{}", content_type="application/json").status_code == 404
    assert client.get(URL).status_code == 405


def test_a_webhook_about_somebody_else_is_ignored(client):
    body = json.dumps(
        {
            "id": "evt_x", "type": "payment_intent.succeeded",
            "data": {"object": {"object": "payment_intent", "metadata": {"charge": "0" * 32}}},
        }
    ).encode()  # fmt: skip
    assert post(client, body).status_code == 200
    webhooks.handle_due()
    assert WebhookEvent.objects.get().status == "ignored"


def test_a_webhook_that_cannot_be_handled_now_is_tried_again(client, paid, settings):
    charge, about = paid
    post(client, about[0])
    good, settings.PROCESSOR_URL = settings.PROCESSOR_URL, "http://127.0.0.1:9"
    webhooks.handle_due()
    waiting = WebhookEvent.objects.get()
    assert (waiting.status, waiting.attempts_made) == ("received", 1)
    assert "PaymentUnavailable" in waiting.last_error
    assert webhooks.handle_due() == 0

    settings.PROCESSOR_URL = good
    webhooks.handle_due(clock=lambda: waiting.next_attempt_at)

    charge.refresh_from_db()
    assert charge.status == "succeeded"


def test_what_no_webhook_told_is_looked_up_after_a_while(paid, make):
    from datetime import timedelta

    charge, _ = paid
    later = timezone.now() + timedelta(hours=1)

    assert dispatch.refresh_stale(older_than=timedelta(minutes=10), clock=lambda: NOON - timedelta(days=999)) == 0
    assert dispatch.refresh_stale(older_than=timedelta(minutes=10), clock=lambda: later) >= 1

    charge.refresh_from_db()
    assert charge.status == "succeeded"
