import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import override_settings

from apps.notifications import devices, operations, pushes
from apps.notifications.gateways import push_services
from apps.notifications.models import EmailDelivery, Notification, PushDelivery, PushDevice
from apps.notifications.queries import Channels
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
LATE = NOON.replace(hour=22)  # 23:00 in Lagos
SEVEN = datetime(2026, 10, 29, 6, 0, tzinfo=UTC)
TITLE = "Bola offers you a contract: “Logo”"


@pytest.fixture
def ada(make):
    return make.user("Ada", language="en", time_zone="Africa/Lagos")


@pytest.fixture
def phone(ada, push_service):
    return turn_on(ada, push_service.browser("phone"))


def turn_on(user, browser, **options):
    values = {"token": browser.name, "user_agent": "", "now": NOON} | browser.subscription() | options
    return devices.add(user=user, **values)


def tell(user, kind="contract_offered", key="1", now=NOON, params=None, **options):
    values = {"who": "Bola", "contract": "Logo", "amount": {"money": [50000, "EUR"]}} | (params or {})
    operations.notify(
        users=[user], organization_id=None, kind=kind, key=key, params=values,
        **{"route": "contracts:detail", "route_args": ["x"]} | options, now=now,
    )  # fmt: skip


def test_an_offer_reaches_the_phone_with_its_title_alone(ada, phone, push_service):
    tell(ada)
    assert pushes.send_pending(now=NOON) == 1
    [received] = push_service.received
    notification = Notification.objects.get()
    assert received.content == {
        "title": "Contracts", "body": TITLE, "url": f"/en/notifications/{notification.id}/",
        "tag": received.topic, "lang": "en", "dir": "ltr",
    }  # fmt: skip
    assert "500" not in str(received.content), "the text of the notification stays on the site"
    assert (received.urgency, received.ttl) == ("normal", 3 * 86_400)
    assert not PushDelivery.objects.exists()
    phone.refresh_from_db()
    assert phone.last_used_at == NOON


def test_it_is_in_the_readers_language_and_direction(make, push_service):
    layla = make.user("Layla", language="ar", time_zone="Africa/Cairo")
    turn_on(layla, push_service.browser("phone"))
    tell(layla)
    pushes.send_pending(now=NOON)
    content = push_service.received[0].content
    assert (content["lang"], content["dir"], content["title"]) == ("ar", "rtl", "العقود")
    assert content["url"].startswith("/ar/notifications/")


@pytest.mark.parametrize(
    ("kind", "is_sent"),
    [
        ("contract_offered", True), ("milestone_overdue_to_freelancer", True), ("refund_issued", True),
        ("message_received", True), ("payout_account_changed", True), ("bid_shortlisted", False),
        ("task_suits", False), ("review_published", False),
    ],
)  # fmt: skip
def test_money_deadlines_offers_messages_and_safety_are_pushed_by_default(ada, phone, kind, is_sent):
    if kind == "refund_issued":
        from apps.notifications.catalogue import money

        kind = next(iter(money.KINDS))
    tell(ada, kind=kind)
    assert PushDelivery.objects.exists() == is_sent


def test_preferences_decide_for_each_group(ada, phone):
    wishes = {"contracts": Channels(False, "off", False), "bids": Channels(False, "off", True)}
    operations.set_preferences(user_id=ada.pk, preferences=wishes, now=NOON)
    tell(ada)
    assert not Notification.objects.exists()
    tell(ada, kind="bid_shortlisted")
    assert PushDelivery.objects.count() == 1
    assert not EmailDelivery.objects.exists()


def test_what_is_not_chosen_stays_as_it_is(ada, phone):
    operations.set_preferences(user_id=ada.pk, preferences={"contracts": Channels(True, "off")}, now=NOON)
    operations.unsubscribe(token=operations.unsubscribe_token(ada.pk, "money"))
    assert dict(ada.notification_preferences.values_list("group", "is_pushed")) == {"contracts": True, "money": True}
    operations.set_preferences(user_id=ada.pk, preferences={"contracts": Channels(True, "off", False)}, now=NOON)
    operations.set_preferences(user_id=ada.pk, preferences={"contracts": Channels(True, "daily")}, now=NOON)
    assert not ada.notification_preferences.get(group="contracts").is_pushed


def test_without_a_key_nothing_is_queued_and_nothing_is_read(ada, phone, settings, django_assert_num_queries):
    settings.WEB_PUSH_PRIVATE_KEY = ""
    tell(ada)
    assert not PushDelivery.objects.exists()
    with django_assert_num_queries(0):
        assert pushes.send_pending(now=NOON) == 0


def test_a_chat_is_one_topic_and_shows_the_newest(ada, phone, push_service):
    options = {"kind": "message_received", "replaces_unread": True}
    tell(ada, key="1", params={"text": "One"}, **options)
    tell(ada, key="2", params={"text": "Two"}, **options)
    assert pushes.send_pending(now=NOON) == 1, "what still waits is sent once"
    tell(ada, key="3", params={"text": "Three"}, **options)
    assert pushes.send_pending(now=NOON) == 1
    first, second = push_service.received
    assert first.topic == second.topic and first.urgency == "high"
    assert "One" not in str(push_service.received) and "Three" not in str(push_service.received)
    tell(ada, key="4", route_args=["y"], **options)
    pushes.send_pending(now=NOON)
    assert push_service.received[2].topic != first.topic


def test_what_was_read_meanwhile_is_not_pushed(ada, phone, push_service):
    tell(ada)
    operations.mark_all_read(user_id=ada.pk, now=NOON)
    pushes.send_pending(now=NOON)
    assert push_service.received == []
    assert not PushDelivery.objects.exists()


def test_it_expires_at_the_first_moment_it_names(ada, phone, push_service):
    ends = NOON + timedelta(hours=5)
    tell(ada, params={"respond_by": {"moment": ends.isoformat()}})
    assert PushDelivery.objects.get().expires_at == ends
    pushes.send_pending(now=NOON + timedelta(hours=4))
    assert (push_service.received[0].ttl, push_service.received[0].urgency) == (3600, "high")
    tell(ada, key="2", params={"respond_by": {"moment": ends.isoformat()}})
    pushes.send_pending(now=ends)
    assert len(push_service.received) == 1


# -- quiet hours


def be_quiet(user, quiet=(22, 7), now=NOON):
    operations.set_mail_hours(user=user, quiet=quiet, digest_hour=8, digest_weekday=1, now=now)


def test_quiet_hours_hold_it_until_they_end(ada, phone, push_service):
    be_quiet(ada)
    tell(ada, now=LATE)
    assert pushes.send_pending(now=LATE) == 0
    push_service.now = SEVEN
    assert pushes.send_pending(now=SEVEN) == 1
    assert push_service.received[0].content["body"] == TITLE


def test_what_was_held_comes_as_one(ada, phone, push_service):
    be_quiet(ada)
    for number in range(4):
        tell(ada, key=str(number), route_args=[str(number)], now=LATE + timedelta(minutes=number))
    Notification.objects.filter(key="1").update(read_at=LATE)
    push_service.now = SEVEN
    assert pushes.send_pending(now=SEVEN) == 1
    [received] = push_service.received
    assert (received.content["title"], received.content["url"]) == ("3 new notifications", "/en/notifications/")
    assert not PushDelivery.objects.exists()


def test_one_message_for_many_is_still_one_when_it_is_tried_again(ada, phone, push_service):
    be_quiet(ada)
    for number in range(3):
        tell(ada, key=str(number), now=LATE)
    push_service.answers["phone"] = (503, {})
    pushes.send_pending(now=SEVEN)
    push_service.answers.clear()
    push_service.now = SEVEN
    pushes.send_pending(now=SEVEN + timedelta(hours=1))
    assert [item.content["title"] for item in push_service.received] == ["3 new notifications"]


def test_nothing_left_to_read_is_no_message(ada, phone, push_service):
    be_quiet(ada)
    for number in range(2):
        tell(ada, key=str(number), now=LATE)
    operations.mark_all_read(user_id=ada.pk, now=LATE)
    pushes.send_pending(now=SEVEN)
    assert push_service.received == []
    assert not PushDelivery.objects.exists()


def test_urgent_things_and_the_accounts_safety_are_not_held(ada, phone, push_service):
    be_quiet(ada)
    tell(ada, now=LATE, params={"respond_by": {"moment": (SEVEN + timedelta(hours=1)).isoformat()}})
    tell(ada, kind="payout_account_changed", now=LATE)
    assert pushes.send_pending(now=LATE) == 2


def test_other_hours_count_for_what_is_held_too(ada, phone):
    be_quiet(ada)
    tell(ada, now=LATE)
    be_quiet(ada, quiet=None, now=LATE)
    assert pushes.send_pending(now=LATE) == 1


# -- devices that are removed meanwhile


def test_a_device_removed_between_reading_and_commit_does_not_undo_what_notified(ada, phone, monkeypatch):
    read = pushes.devices_of

    def then_removed(users):
        rows = read(users)
        PushDevice.objects.all().delete()
        return rows

    monkeypatch.setattr(pushes, "devices_of", then_removed)
    tell(ada)
    connection.check_constraints()
    assert Notification.objects.count() == 1 and not PushDelivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_removal_waits_for_a_notification_that_is_being_queued(ada, phone):
    failures = []

    def remove():
        try:
            devices.remove(user_id=ada.pk, device_id=phone.pk, now=NOON)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        tell(ada)
        thread = threading.Thread(target=remove)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(10)
    assert failures == []
    assert not PushDevice.objects.exists() and not PushDelivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_notification_does_not_wait_for_a_device_that_is_being_removed(ada, phone):
    def notify():
        try:
            tell(ada)
        finally:
            connection.close()

    with transaction.atomic():
        pushes.delete_devices(PushDevice.objects.all())
        thread = threading.Thread(target=notify)
        thread.start()
        thread.join(10)
        assert not thread.is_alive() and Notification.objects.count() == 1
    assert not PushDelivery.objects.exists()


def test_a_device_with_keys_that_cannot_be_used_is_forgotten(ada, phone, push_service):
    PushDevice.objects.update(public_key="AAAA")
    tell(ada)
    assert pushes.send_pending(now=NOON) == 1
    assert push_service.calls == 0 and not PushDevice.objects.exists()


# -- answers


@pytest.mark.parametrize("error", [ValueError("secret address"), KeyError("kind"), RuntimeError()])
def test_what_fails_for_one_device_does_not_stop_the_others(ada, phone, make, push_service, monkeypatch, caplog, error):
    tell(ada)
    bola = make.user("Bola")
    turn_on(bola, push_service.browser("laptop"))
    tell(bola)
    send = push_services.send

    def fails(endpoint, **options):
        if endpoint == phone.endpoint:
            raise error
        return send(endpoint, **options)

    monkeypatch.setattr(push_services, "send", fails)
    assert pushes.send_pending(now=NOON) == 2
    assert len(push_service.received) == 1
    assert not PushDelivery.objects.exists() and PushDevice.objects.count() == 2
    assert type(error).__name__ in caplog.text and "secret address" not in caplog.text


@pytest.mark.parametrize("host", ["a..notify.windows.com", "a" * 70 + ".notify.windows.com"])
def test_a_stored_address_that_is_no_name_stops_nobody(ada, phone, make, push_service, host):
    PushDevice.objects.filter(pk=phone.pk).update(endpoint=f"https://{host}/x")
    tell(ada)
    bola = make.user("Bola")
    turn_on(bola, push_service.browser("laptop"))
    tell(bola)
    assert pushes.send_pending(now=NOON) == 2
    assert len(push_service.received) == 1
    assert [device.user for device in PushDevice.objects.all()] == [bola]


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_ended_is_forgotten(ada, phone, push_service, status):
    tell(ada)
    tell(ada, key="2")
    push_service.answers["phone"] = (status, {})
    pushes.send_pending(now=NOON)
    assert not PushDevice.objects.exists() and not PushDelivery.objects.exists()
    assert push_service.calls == 1


@pytest.mark.parametrize("status", [400, 403, 413, 307])
def test_a_message_that_is_refused_is_dropped_and_the_device_stays(ada, phone, push_service, status):
    tell(ada)
    push_service.answers["phone"] = (status, {})
    pushes.send_pending(now=NOON)
    assert PushDevice.objects.exists() and not PushDelivery.objects.exists()


@pytest.mark.parametrize(
    ("answer", "pause"),
    [
        ((429, {"Retry-After": "600"}), timedelta(minutes=10)), ((503, {}), None),
        ((503, {"Retry-After": "99999999"}), timedelta(hours=6)),
    ],
)  # fmt: skip
def test_a_busy_service_is_asked_again_later(ada, phone, push_service, answer, pause):
    tell(ada)
    push_service.answers["phone"] = answer
    assert pushes.send_pending(now=NOON) == 1
    due = PushDelivery.objects.get().next_attempt_at
    assert due == NOON + pause if pause else NOON < due < NOON + timedelta(minutes=2)
    assert pushes.send_pending(now=NOON) == 0
    push_service.answers.clear()
    assert pushes.send_pending(now=due) == 1
    assert len(push_service.received) == 1


def test_it_is_given_up_in_the_end(ada, phone, push_service):
    tell(ada)
    push_service.answers["phone"] = (500, {})
    for hours in range(0, 96, 6):
        pushes.send_pending(now=NOON + timedelta(hours=hours))
    assert not PushDelivery.objects.exists()
    assert PushDevice.objects.exists() and 3 < push_service.calls <= 8


def test_no_log_says_the_address_of_a_device(ada, phone, monkeypatch, caplog):
    import requests

    def refuse(_session, request, **_options):
        raise requests.ConnectionError(f"Max retries exceeded with url: {request.url}")

    monkeypatch.setattr(requests.Session, "send", refuse)
    tell(ada)
    pushes.send_pending(now=NOON)
    assert "updates.push.services.mozilla.com: ConnectionError" in caplog.text
    assert "wpush" not in caplog.text
    assert PushDelivery.objects.get().attempts_made == 1


def test_an_open_breaker_costs_no_attempt(ada, phone, monkeypatch):
    from apps.common.breaker import Open
    from apps.notifications.gateways import push_services

    def refuse(*_words, **_options):
        raise Open

    monkeypatch.setattr(push_services, "send", refuse)
    tell(ada)
    pushes.send_pending(now=NOON)
    delivery = PushDelivery.objects.get()
    assert (delivery.attempts_made, delivery.next_attempt_at) == (0, NOON + timedelta(seconds=30))


def test_a_message_whose_sender_died_is_sent_after_its_lease(ada, phone, push_service):
    tell(ada)
    assert pushes._claim(NOON) is not None  # and then the worker is killed
    assert pushes.send_pending(now=NOON + timedelta(minutes=1)) == 0
    assert pushes.send_pending(now=NOON + timedelta(minutes=11)) == 1


def test_a_device_of_another_key_or_of_a_host_no_longer_allowed_is_forgotten(ada, phone, push_service):
    tell(ada)
    with override_settings(WEB_PUSH_HOSTS=["fcm.googleapis.com"]):
        pushes.send_pending(now=NOON)
    assert not PushDevice.objects.exists()

    turn_on(ada, push_service.browser("phone"))
    tell(ada, key="2")
    PushDevice.objects.update(server_key="another")
    pushes.send_pending(now=NOON)
    assert not PushDevice.objects.exists() and push_service.calls == 0


def test_a_closed_account_gets_nothing(ada, phone, push_service):
    tell(ada)
    ada.is_active = False
    ada.save()
    tell(ada, key="2")
    pushes.send_pending(now=NOON)
    assert push_service.calls == 0 and not PushDelivery.objects.exists()


def test_a_test_goes_to_every_device(ada, phone, push_service):
    turn_on(ada, push_service.browser("laptop"))
    assert devices.send_test(user=ada, now=NOON) == 2
    assert pushes.send_pending(now=NOON) == 2
    assert {item.browser for item in push_service.received} == {"phone", "laptop"}
    assert push_service.received[0].content["url"] == "/en/settings/notifications/"
