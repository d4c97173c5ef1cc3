"""What was given up is seen by staff with its reason, and runs again when they say so."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from apps.common.models import SkippedRow
from apps.gateways.models import WebhookEvent
from apps.ledger.queries.invariants import check_all
from apps.moderation.models import AuditEntry
from apps.notifications.models import EmailDelivery
from apps.outbox.models import Delivery, Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed():
    now = timezone.now()
    event = Event.objects.create(name="test.event", payload={}, happened_at=now)
    return {
        "delivery": Delivery.objects.create(
            event=event, subscriber="test.listener", status="failed", attempts=12, next_attempt_at=now,
            last_error="ValueError: broken",
        ),
        "webhook": WebhookEvent.objects.create(
            processor="sandbox", external_id="evt_1", type="payout.paid", kind="payout", payload={"a": 1},
            status="failed", attempts_made=20, next_attempt_at=now, received_at=now, last_error="KeyError: 'x'",
        ),
        "email": EmailDelivery.objects.create(
            key="k", template="digest", address="a@example.org", language="en", params={"digest": []},
            status="failed", attempts_made=8, next_attempt_at=now, last_error="SMTPDataError: no",
        ),
        "row": SkippedRow.objects.create(
            job="contracts.lapse", row_id=uuid4(), error="TypeError: x", first_failed_at=now, failed_at=now,
            retry_at=now + timedelta(hours=1),
        ),
    }  # fmt: skip


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_staff_see_each_with_its_reason_and_run_it_again(make, failed):
    staff = client_of(make.staff())
    page = staff.get("/en/staff/failed/").content.decode()
    for words in ("test.listener", "ValueError: broken", "evt_1", "SMTPDataError", "contracts.lapse"):
        assert words in page

    for kind, row in failed.items():
        staff.post(f"/en/staff/failed/{kind}/{row.pk}/")
        row.refresh_from_db()

    assert (failed["delivery"].status, failed["delivery"].attempts) == ("pending", 0)
    assert (failed["webhook"].status, failed["webhook"].attempts_made) == ("received", 0)
    assert (failed["email"].status, failed["email"].attempts_made) == ("pending", 0)
    assert failed["row"].retry_at <= timezone.now()
    assert AuditEntry.objects.filter(action__startswith="run_again.").count() == 4


def test_nothing_runs_twice_and_nonsense_is_refused(make, failed):
    staff = client_of(make.staff())
    for row_id in ("999999", "x", "9" * 40):
        staff.post(f"/en/staff/failed/delivery/{row_id}/")
    staff.post("/en/staff/failed/webhook/not-an-id/")
    assert staff.post("/en/staff/failed/nothing/1/").status_code == 404
    assert not AuditEntry.objects.exists()


def test_others_see_and_run_nothing(make, failed):
    other = client_of(make.freelancer().memberships.get().user)
    assert other.get("/en/staff/failed/").status_code in (403, 404)
    assert other.post(f"/en/staff/failed/delivery/{failed['delivery'].pk}/").status_code in (403, 404)
    failed["delivery"].refresh_from_db()
    assert failed["delivery"].status == "failed"


def test_the_command_lists_and_retries(failed, capsys):
    call_command("outbox", "list")
    assert "test.listener" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("outbox", "retry")
    call_command("outbox", "retry", "--all")
    assert "1 will be handled again" in capsys.readouterr().out


def test_the_check_of_the_ledger_counts_what_was_given_up(failed):
    counted = {item.invariant: item.breaches for item in check_all()}
    assert counted["I12_webhooks_that_failed"] == counted["I12_domain_events_that_were_not_handled"] == 1
