"""Events that no webhook brought are fetched from the processor."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.gateways import jobs, registry
from apps.gateways.models import WebhookEvent
from apps.gateways.operations import webhooks
from apps.payments.models import Charge
from devstack.sandbox_processor import charges

pytestmark = pytest.mark.django_db


def test_the_poll_brings_what_no_webhook_brought_and_nothing_twice(make):
    escrow = make.escrow(status="funding")
    charge = Charge.objects.get(reference_id=escrow.id)
    store = make.processor.store
    with store.step():
        charges.pay(store, charges.find_session(store, charge.remote_session_id), "4242424242424242")

    poll_events = webhooks.poll_events(processor="sandbox")
    again = webhooks.poll_events(processor="sandbox")
    webhooks.handle_due(limit=1000)

    charge.refresh_from_db()
    assert poll_events >= 2 and again == 0
    assert charge.status == "succeeded"


def test_a_long_no_answer_is_asked_about_from_the_last_thing_heard(make, monkeypatch):
    query = []

    assert make.processor
    gateway = type(registry.gateway("sandbox"))
    monkeypatch.setattr(gateway, "events_since", lambda self, since: query.append(since) or iter(()))
    now = timezone.now()
    webhooks.poll_events(processor="sandbox", clock=lambda: now)
    for hours in (0, 30):
        WebhookEvent.objects.all().delete()
        WebhookEvent.objects.create(
            processor="sandbox", external_id=f"evt_{hours}", type="x", kind="other", payload={},
            received_at=now - timedelta(hours=hours), next_attempt_at=now,
        )  # fmt: skip
        webhooks.poll_events(processor="sandbox", clock=lambda: now)

    assert [now - since for since in query] == [timedelta(days=30), timedelta(hours=3), timedelta(hours=31)]


def test_the_hourly_job_survives_a_processor_that_is_away(make, settings):
    settings.PROCESSOR_URL = "http://127.0.0.1:9"
    assert jobs.poll_events() == 0
