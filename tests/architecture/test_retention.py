"""What has done its work goes after its time; what waits, failed or is young stays."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from apps.accounts.jobs import prune_sessions
from apps.common.jobs import prune as prune_common
from apps.common.models import IdempotencyRecord
from apps.common.work_queue import delete_old
from apps.gateways.jobs import prune as prune_payments
from apps.gateways.models import WebhookEvent
from apps.notifications.jobs import prune as prune_notifications
from apps.notifications.models import EmailDelivery, PushDelivery, PushDevice
from apps.outbox.jobs import prune as prune_outbox
from apps.outbox.models import Delivery, Event

pytestmark = pytest.mark.django_db
OLD = timedelta(days=1000)


@pytest.fixture
def now():
    return timezone.now()


def event(now, age, **delivery) -> Event:
    created = Event.objects.create(name="test.event", payload={}, happened_at=now - age)
    for status, done_at in delivery.items():
        Delivery.objects.create(event=created, subscriber=status, status=status, next_attempt_at=now, done_at=done_at)
    return created


def test_handled_events_go_and_failed_ones_stay(now):
    gone = event(now, OLD, done=now - OLD)
    young = event(now, timedelta(days=1), done=now)
    kept = event(now, OLD, done=now - OLD, failed=None)
    waiting = event(now, OLD, pending=None)

    prune_outbox()

    assert set(Event.objects.values_list("id", flat=True)) == {young.id, kept.id, waiting.id}
    assert gone.id not in set(Delivery.objects.values_list("event_id", flat=True))
    assert list(kept.deliveries.values_list("status", flat=True)) == ["failed"]


def test_webhooks_lose_their_content_and_are_still_known(now):
    for number, (status, age) in enumerate([("handled", OLD), ("failed", OLD), ("handled", timedelta(0))]):
        WebhookEvent.objects.create(
            processor="sandbox", external_id=str(number), type="t", kind="other", payload={"a": 1}, status=status,
            next_attempt_at=now, received_at=now - age,
        )  # fmt: skip
    assert prune_payments() == 1
    assert list(WebhookEvent.objects.order_by("external_id").values_list("payload", flat=True)) == [
        {}, {"a": 1}, {"a": 1},
    ]  # fmt: skip


def test_sent_mails_and_old_answers_go(now, make):
    for number, (status, sent) in enumerate([("sent", now - OLD), ("sent", now), ("failed", None)]):
        EmailDelivery.objects.create(
            key=str(number), template="digest", address="a@example.org", language="en", status=status, sent_at=sent,
            next_attempt_at=now,
        )  # fmt: skip
    for key in ("old", "young"):
        IdempotencyRecord.objects.create(user_id=make.user().pk, key=key, fingerprint="x")
    IdempotencyRecord.objects.filter(key="old").update(created_at=now - OLD)

    assert (prune_notifications(), prune_common()) == (1, 1)
    assert IdempotencyRecord.objects.get().key == "young"


def test_push_messages_go_when_they_are_late(now, make):
    device = PushDevice.objects.create(user=make.user(), endpoint="https://x.example/", added_at=now)
    for hours in (-1, 1):
        PushDelivery.objects.create(
            device=device, next_attempt_at=now + timedelta(days=9), expires_at=now + timedelta(hours=hours)
        )
    assert prune_notifications() == 1
    assert PushDelivery.objects.get().expires_at > now


def test_ended_sessions_go_with_their_devices(now, make):
    user = make.user()
    for key, ends in (("ended", now - timedelta(days=1)), ("alive", now + timedelta(days=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
        UserSession.objects.create(user=user, ip="192.0.2.1", session_key=key, user_agent="x")

    prune_sessions()

    assert Session.objects.get().session_key == "alive"
    assert UserSession.objects.get().session_key == "alive"


def test_deleting_goes_in_batches_and_ends_in_time(now):
    for _ in range(5):
        event(now, OLD)
    assert delete_old(Event.objects.all(), batch=2, seconds_max=-1) == 2
    assert delete_old(Event.objects.all(), batch=2) == 3
