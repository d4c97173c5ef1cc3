from datetime import timedelta
from io import StringIO

import pytest
from allauth.account.signals import password_reset
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from apps.accounts.adapter import UserSessionsAdapter
from apps.common import limits
from apps.common.errors import NotFound
from apps.notifications import devices
from apps.notifications.gateways import push_services
from apps.notifications.models import PushDelivery, PushDevice
from marketplace.checked import checked_push_key
from tests.conftest import NOON, api, log_in
from tests.notifications.fake_push_service import FakeBrowser, b64

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def ada(make, push_key):
    return make.user("Ada")


def add(user, browser=None, **options):
    browser = browser or FakeBrowser("phone")
    return devices.add(
        user=user, **{"token": "t", "user_agent": FIREFOX, "now": NOON} | browser.subscription() | options
    )


def test_the_same_browser_is_one_device(ada):
    browser = FakeBrowser("phone")
    first = add(ada, browser)
    second = add(ada, browser, token="new", user_agent="other")
    assert first.pk == second.pk and PushDevice.objects.count() == 1
    assert devices.is_this(second, "new") and not devices.is_this(second, "t")


def test_another_person_in_the_same_browser_takes_it_over(ada, make):
    bola, browser = make.user("Bola"), FakeBrowser("phone")
    device = add(ada, browser)
    PushDelivery.objects.create(device=device, next_attempt_at=NOON, expires_at=NOON)
    add(bola, browser)
    assert PushDevice.objects.get().user == bola
    assert not PushDelivery.objects.exists(), "what waited was for another person"


def test_who_only_knows_the_address_takes_nothing_over(ada, make):
    add(ada, FakeBrowser("phone"))
    with pytest.raises(devices.SubscriptionInvalid):
        add(make.user("Mallory"), FakeBrowser("phone"))
    assert PushDevice.objects.get().user == ada


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"endpoint": "https://127.0.0.1/x"}, devices.PushServiceUnknown),
        ({"endpoint": "https://internal.example/x"}, devices.PushServiceUnknown),
        ({"public_key": b64(b"\x04" + b"\x00" * 64)}, devices.SubscriptionInvalid),
        ({"auth_secret": "short"}, devices.SubscriptionInvalid),
    ],
)
def test_a_subscription_that_cannot_be_used_is_refused(ada, values, error):
    with pytest.raises(error):
        add(ada, **values)
    assert not PushDevice.objects.exists()


def test_ten_devices_are_the_most(ada, make):
    for number in range(devices.DEVICES_MAX):
        add(ada, FakeBrowser(str(number)))
    with pytest.raises(devices.TooManyDevices, match="10 devices"):
        add(ada, FakeBrowser("one-more"))
    add(make.user("Bola"), FakeBrowser("of-another"))


def test_turning_on_and_tests_are_limited(ada, settings):
    settings.LIMITS_ARE_ON = True
    with pytest.raises(limits.LimitReached):
        for _ in range(25):
            add(ada)
    with pytest.raises(limits.LimitReached):
        for _ in range(15):
            devices.send_test(user=ada, now=NOON)


def test_without_a_key_there_is_no_such_thing(ada, settings, client):
    client.force_login(ada)
    add(ada)
    settings.WEB_PUSH_PRIVATE_KEY = ""
    with pytest.raises(devices.PushNotOffered):
        add(ada)
    with pytest.raises(devices.PushNotOffered):
        devices.send_test(user=ada, now=NOON)
    assert "push" not in client.get(reverse("notifications:preferences")).content.decode().lower()
    assert client.get("/api/v1/notifications/devices/").status_code == 404
    address = reverse("notifications:add-device")
    assert client.post(address, FakeBrowser("x").subscription()).status_code == 404


def test_a_device_is_removed_by_its_person_alone(ada, make):
    device = add(ada)
    with pytest.raises(NotFound):
        devices.remove(user_id=make.user("Bola").pk, device_id=device.pk, now=NOON)
    devices.remove(user_id=ada.pk, device_id=device.pk, now=NOON)
    assert not PushDevice.objects.exists()


# -- page


@pytest.fixture
def reader(client, make, push_key):
    freelancer = make.freelancer("Ada")
    log_in(client, freelancer)
    return freelancer.memberships.get().user


def test_the_page_turns_it_on_knows_this_device_and_turns_it_off(client, reader):
    page = reverse("notifications:preferences")
    assert "This browser cannot show push notifications" in client.get(page).content.decode()
    answer = client.post(
        reverse("notifications:add-device"), FakeBrowser("phone").subscription(), headers={"User-Agent": FIREFOX}
    )
    cookie = answer.cookies[devices.COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"

    html = client.get(page).content.decode()
    assert "Firefox on Linux" in html and "not used yet" in html and " registered" in html
    device = PushDevice.objects.get(user=reader)
    assert cookie.value not in (device.token_sha256, html)
    assert device.endpoint not in html

    assert client.post(reverse("notifications:test-devices")).status_code == 302
    assert PushDelivery.objects.count() == 1
    assert "on its way to 1 device." in client.get(page).content.decode()
    assert client.post(reverse("notifications:remove-device", args=[device.id])).status_code == 302
    assert not PushDevice.objects.exists()
    assert client.post(reverse("notifications:test-devices"), follow=True).status_code == 200


def test_what_cannot_be_registered_is_explained(client, reader):
    for values in ({}, FakeBrowser("x", host="evil.test").subscription()):
        answer = client.post(reverse("notifications:add-device"), values, follow=True)
        assert 'role="alert"' in answer.content.decode()
        assert devices.COOKIE not in client.cookies
    assert not PushDevice.objects.exists()


def test_a_strangers_device_is_not_found(client, reader, make):
    device = add(make.user("Bola"))
    assert client.post(reverse("notifications:remove-device", args=[device.id])).status_code == 404
    assert client.delete(f"/api/v1/notifications/devices/{device.id}/").status_code == 404
    assert PushDevice.objects.exists()


def test_who_logs_out_gets_no_more_in_this_browser(client, reader):
    client.post(reverse("notifications:add-device"), FakeBrowser("phone").subscription())
    add(reader, FakeBrowser("laptop"), token="another browser")
    client.post(reverse("account_logout"))
    assert [device.endpoint for device in PushDevice.objects.all()] == [FakeBrowser("laptop").endpoint]


@pytest.fixture
def two_browsers(client, reader):
    """One that belongs to whoever else got in, and this one."""
    client.post(reverse("notifications:add-device"), FakeBrowser("phone").subscription())
    add(reader, FakeBrowser("of-another"), token="another browser")
    add(reader, FakeBrowser("by-api"), token="")


def left():
    return [device.endpoint for device in PushDevice.objects.all()]


def test_who_logs_out_the_other_browsers_is_read_by_none_of_them(client, reader, two_browsers):
    other = Client()
    other.force_login(reader)
    other.get(reverse("notifications:preferences"))
    assert reader.usersession_set.count() == 2
    assert client.post(reverse("usersessions_list")).status_code == 302
    assert reader.usersession_set.count() == 1
    assert left() == [FakeBrowser("phone").endpoint]


def test_another_password_leaves_this_browser_alone(client, reader, two_browsers, make):
    stranger = add(make.user("Bola"), FakeBrowser("of-bola"))
    reader.set_password("the old one 123")
    reader.save()
    client.force_login(reader)
    words = {"oldpassword": "the old one 123", "password1": "quite another 456", "password2": "quite another 456"}
    assert client.post(reverse("account_change_password"), words).status_code == 302
    reader.refresh_from_db()
    assert reader.check_password("quite another 456")
    assert set(left()) == {FakeBrowser("phone").endpoint, stranger.endpoint}


def test_a_reset_password_ends_them_in_all_browsers_without_our_cookie(reader, two_browsers):
    password_reset.send(sender=type(reader), request=RequestFactory().get("/"), user=reader)
    assert left() == []


def test_a_session_that_ends_without_a_request_keeps_no_browser(reader, two_browsers):
    UserSessionsAdapter().end_sessions(reader.usersession_set.all())
    assert left() == []


def test_the_matrix_has_a_column_for_it(client, reader):
    url = reverse("notifications:preferences")
    html = client.get(url).content.decode()
    assert html.count("_push") and 'name="money_push"' in html and "Always" in html
    data = {
        f"{group}_pace": "daily" for group in ("tasks", "searches", "bids", "contracts", "money", "messages", "reviews")
    }
    data |= {"digest_hour": "8", "digest_weekday": "1", "bids_push": "on"}
    assert client.post(url, data).status_code == 302
    pushed = dict(reader.notification_preferences.values_list("group", "is_pushed"))
    assert pushed["bids"] and not pushed["money"]


# -- the worker


def test_the_worker_is_served_at_the_root_under_the_sites_policy(client):
    answer = client.get("/push-worker.js")
    text = b"".join(answer.streaming_content).decode()
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert int(answer["Cache-Control"].partition("max-age=")[2].partition(",")[0]) <= 60
    assert "event.data?.json()" in text, "a service may send a message without content"
    assert "fetch" not in text.replace("// ", ""), "it answers no requests"


def test_the_page_lets_a_worker_of_this_site_run_and_no_other(client, reader):
    policy = client.get(reverse("notifications:preferences"))["Content-Security-Policy"]
    assert "worker-src 'self';" in f"{policy};" and "unsafe" not in policy


# -- API


def test_the_api_lists_registers_tests_and_removes(reader):
    client, path = api(reader), "/api/v1/notifications/devices/"
    assert client.get(path).json()["devices"] == []
    values = FakeBrowser("phone").subscription()
    body = {
        "endpoint": values["endpoint"], "expirationTime": None,
        "keys": {"p256dh": values["public_key"], "auth": values["auth_secret"]},
    }  # fmt: skip
    created = client.post(path, body, headers={"User-Agent": FIREFOX})
    assert (created.status_code, created.json()["name"]) == (201, "Firefox on Linux")
    assert set(created.json()) == {"id", "name", "added_at", "last_used_at"}
    listed = client.get(path).json()
    assert len(listed["application_server_key"]) == 87 and len(listed["devices"]) == 1
    assert client.post(f"{path}test/").json() == {"count": 1}
    assert client.delete(f"{path}{created.json()['id']}/").status_code == 204
    refused = client.post(path, body | {"endpoint": "https://10.0.0.1/x"})
    assert (refused.status_code, refused.json()["code"]) == (422, "push_service_unknown")
    assert client.post(f"{path}test/").json()["code"] == "no_devices"


def test_the_api_keeps_the_push_column(reader):
    client, path = api(reader), "/api/v1/notifications/preferences/"
    row = {"group": "money", "is_in_app": True, "pace": "off"}
    assert next(item for item in client.put(path, [row]).json() if item["group"] == "money")["is_pushed"] is True
    row |= {"is_pushed": False}
    assert next(item for item in client.put(path, [row]).json() if item["group"] == "money")["is_pushed"] is False


# -- the key


def test_the_command_prints_a_key_that_the_settings_take(settings):
    printed = StringIO()
    call_command("web_push_key", stdout=printed)
    name, _sign, key = printed.getvalue().strip().partition("=")
    settings.WEB_PUSH_PRIVATE_KEY = checked_push_key(name, key)
    assert name == "WEB_PUSH_PRIVATE_KEY" and len(push_services.public_key()) == 87


@pytest.mark.parametrize("key", ["x", "é", b64(b"\0" * 32), b64(b"\xff" * 32), b64(b"\x11" * 31)])
def test_what_is_no_key_is_refused_at_the_start(key):
    with pytest.raises(RuntimeError, match=r"manage\.py web_push_key"):
        checked_push_key("WEB_PUSH_PRIVATE_KEY", key)


# -- privacy


def test_a_copy_of_ones_data_names_the_devices_without_their_secrets(reader, make):
    from apps.privacy import personal_data

    device = add(reader)
    [row] = dict(personal_data.tables(reader))["notifications.PushDevice"]
    assert row["user_agent"] == FIREFOX
    assert device.endpoint not in str(row) and device.auth_secret not in str(row)


def test_a_closed_account_has_no_devices(reader):
    from apps.privacy import operations as privacy

    add(reader)
    privacy._erase(reader)
    assert not PushDevice.objects.exists()


def test_a_test_expires_soon(ada):
    add(ada)
    devices.send_test(user=ada, now=timezone.now())
    assert PushDelivery.objects.get().expires_at - timezone.now() <= timedelta(minutes=10)
