from datetime import timedelta

import pytest
from django.core import mail
from django.utils import translation

from apps.notifications import operations, queries
from apps.notifications.catalogue.kinds import Group, Pace
from apps.notifications.models import DeliveryStatus, EmailDelivery, Notification, Preference
from apps.notifications.queries import Channels
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def tell(users, kind="bid_shortlisted", key="1", now=NOON, **options):
    return operations.notify(
        users=users, organization_id=None, kind=kind, key=key, params={"task": "Logo"}, route="tasks:list", now=now,
        **options,
    )  # fmt: skip


@pytest.fixture
def ada(make):
    return make.user("Ada", language="en", time_zone="Africa/Lagos")


def test_the_same_thing_is_notified_once(ada):
    assert len(tell([ada])) == 1
    assert tell([ada]) == []
    assert Notification.objects.count() == EmailDelivery.objects.count() == 1


def test_mail_goes_out_in_the_recipients_language_zone_and_direction(make, settings):
    settings.SITE_URL = "https://tradewind.example"
    reader = make.user("Layla", language="ar", time_zone="Africa/Cairo")
    operations.notify(
        users=[reader], organization_id=None, kind="bid_received_sealed", key="1",
        params={"task": "Logo", "closes_at": {"moment": NOON.isoformat()}}, route="tasks:list", now=NOON,
    )  # fmt: skip
    with translation.override("zh-hans"):  # whoever happens to run the worker
        assert operations.send_pending_emails(now=NOON) == 1

    [message] = mail.outbox
    html = message.alternatives[0][0]
    assert '<html lang="ar" dir="rtl">' in html
    assert message.extra_headers["Content-Language"] == "ar"
    assert "https://tradewind.example/ar/notifications/" in message.body
    assert "15:00" in message.body or "3:00" in message.body, "12:00 UTC is 15:00 in Cairo on that day"
    assert "List-Unsubscribe" in message.extra_headers
    assert EmailDelivery.objects.get().status == DeliveryStatus.SENT


def test_a_language_changed_later_is_the_one_that_counts(ada):
    tell([ada])
    ada.language = "ar"
    ada.save()
    operations.send_pending_emails(now=NOON)
    assert 'dir="rtl"' in mail.outbox[0].alternatives[0][0]


def test_a_subject_cannot_carry_a_second_line(ada):
    operations.notify(
        users=[ada], organization_id=None, kind="bid_shortlisted", key="1",
        params={"task": "Logo\r\nBcc: all@example.org"}, route="tasks:list", now=NOON,
    )  # fmt: skip
    operations.send_pending_emails(now=NOON)
    assert "\n" not in mail.outbox[0].subject


def test_a_refused_mail_is_tried_again_later_and_given_up_in_the_end(ada, monkeypatch):
    def refuse(message, *args, **options):
        raise OSError("no route to host")

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    tell([ada])
    operations.send_pending_emails(now=NOON)
    delivery = EmailDelivery.objects.get()
    assert (delivery.status, delivery.attempts_made) == (DeliveryStatus.PENDING, 1)
    assert delivery.next_attempt_at > NOON
    assert "no route to host" in delivery.last_error
    assert operations.send_pending_emails(now=NOON) == 0, "not before its time"
    for days in range(1, 9):
        operations.send_pending_emails(now=NOON + timedelta(days=days))
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.FAILED


def test_a_mail_whose_sender_died_is_sent_after_its_lease(ada):
    tell([ada])
    assert operations._claim(NOON) is not None  # and then the worker is killed
    assert operations.send_pending_emails(now=NOON + timedelta(minutes=1)) == 0
    assert operations.send_pending_emails(now=NOON + timedelta(minutes=11)) == 1
    assert len(mail.outbox) == 1


def test_wishes_decide_what_is_notified_where(ada):
    operations.set_preferences(user_id=ada.pk, preferences={"bids": Channels(False, "off")}, now=NOON)
    assert tell([ada]) == []
    operations.set_preferences(user_id=ada.pk, preferences={"bids": Channels(False, "at_once")}, now=NOON)
    tell([ada], key="2")
    assert queries.unread_count(ada.pk) == 0
    assert EmailDelivery.objects.count() == 1
    operations.set_preferences(user_id=ada.pk, preferences={"bids": Channels(True, "off")}, now=NOON)
    tell([ada], key="3")
    assert queries.unread_count(ada.pk) == 1
    assert EmailDelivery.objects.count() == 1


def test_what_keeps_an_account_safe_cannot_be_switched_off(ada):
    operations.set_preferences(user_id=ada.pk, preferences={"account": Channels(False, "off")}, now=NOON)
    assert not Preference.objects.exists()
    tell([ada], kind="payout_account_changed")
    assert EmailDelivery.objects.count() == 1


def test_a_chat_sends_one_mail_until_it_is_read(ada):
    options = {"kind": "message_received", "replaces_unread": True, "route_args": ["x"]}
    tell([ada], key="1", **options)
    tell([ada], key="2", **options)
    assert (Notification.objects.count(), EmailDelivery.objects.count()) == (1, 1)
    assert Notification.objects.get().key == "2"
    operations.mark_all_read(user_id=ada.pk, now=NOON)
    tell([ada], key="3", **options)
    assert (Notification.objects.count(), EmailDelivery.objects.count()) == (2, 2)


MORNING = NOON.replace(hour=7, minute=30)  # 8:30 in Lagos; 28 October 2026 is a Wednesday


def test_a_daily_digest_comes_once_in_the_readers_morning(ada):
    Preference.objects.create(user=ada, group=Group.BIDS, pace=Pace.DAILY)
    for key in ("1", "2"):
        tell([ada], key=key, now=MORNING - timedelta(hours=20))
    assert not EmailDelivery.objects.exists()
    assert operations.queue_digests(now=MORNING - timedelta(hours=2)) == 0, "too early in Lagos"
    assert operations.queue_digests(now=MORNING) == 1
    assert operations.queue_digests(now=MORNING) == 0
    operations.send_pending_emails(now=MORNING)
    assert mail.outbox[0].subject.startswith("2 things for you")
    assert mail.outbox[0].body.count("Logo") == 2


def test_a_weekly_digest_waits_for_monday(ada):
    Preference.objects.create(user=ada, group=Group.BIDS, pace=Pace.WEEKLY)
    tell([ada], now=MORNING)
    assert operations.queue_digests(now=MORNING) == 0
    assert operations.queue_digests(now=MORNING + timedelta(days=5)) == 1


def test_what_was_read_in_the_app_is_left_out_of_the_digest(ada):
    Preference.objects.create(user=ada, group=Group.BIDS, pace=Pace.DAILY)
    tell([ada], now=MORNING)
    operations.mark_all_read(user_id=ada.pk, now=MORNING)
    assert operations.queue_digests(now=MORNING + timedelta(days=1)) == 0


def test_a_mails_link_stops_its_group_only(ada):
    token = operations.unsubscribe_token(ada.pk, "bids")
    assert operations.unsubscribe(token=token) == Group.BIDS
    assert Preference.objects.get().pace == Pace.OFF
    assert operations.unsubscribe(token=token + "x") is None
    assert operations.unsubscribe(token=operations.unsubscribe_token(ada.pk, "account")) is None
