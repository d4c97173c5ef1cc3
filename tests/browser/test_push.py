"""
Turning push notifications on and off. Headless Chromium has no push service offline, so the browser's own part
(permission, PushManager) is replaced in the page; the worker is registered for real.
"""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from apps.notifications import devices
from apps.notifications.gateways import push_services
from apps.notifications.models import PushDevice
from tests.notifications.fake_push_service import FakeBrowser, b64

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/settings/notifications/"


@pytest.fixture
def reader(make, settings):
    settings.WEB_PUSH_PRIVATE_KEY = b64(b"\x11" * 32)
    return make.freelancer("Ada").memberships.get().user


def replace_browser(page, *, permission="granted", is_subscribed=False, key=""):
    """What the person answers, and a subscription as the browser would make it."""
    browser = FakeBrowser("phone").subscription()
    whole = {
        "endpoint": browser["endpoint"],
        "keys": {"p256dh": browser["public_key"], "auth": browser["auth_secret"]},
    }
    page.add_init_script(
        f"""
        const key = Uint8Array.from(atob({json.dumps(key or push_services.public_key())}
          .replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
        const subscription = {{
          options: {{ applicationServerKey: key.buffer }}, toJSON: () => ({json.dumps(whole)}),
          unsubscribe: async () => {{ sessionStorage.ended = "1"; return true; }},
        }};
        let current = {json.dumps(is_subscribed)} ? subscription : null;
        PushManager.prototype.getSubscription = async () => current;
        PushManager.prototype.subscribe = async (options) => {{
          sessionStorage.options = JSON.stringify(options);
          return (current = subscription);
        }};
        Object.defineProperty(Notification, "permission", {{ get: () => {json.dumps(permission)} }});
        Notification.requestPermission = async () => {json.dumps(permission)};
        """
    )


def test_it_is_turned_on_and_off_again(visitor, reader):
    person = visitor(reader)
    replace_browser(person.page)
    page = person.open(PAGE)
    expect(page.get_by_text("This browser cannot show")).to_be_hidden()
    page.get_by_role("button", name="Turn on for this device").click()
    expect(page.get_by_role("button", name="Turn on for this device")).to_be_visible()  # this fake forgets at each load
    expect(page.get_by_role("listitem").filter(has_text="Chrome on Linux").get_by_text("This device")).to_be_visible()
    options = json.loads(page.evaluate("sessionStorage.options"))
    assert options == {"userVisibleOnly": True, "applicationServerKey": push_services.public_key()}
    scope = page.evaluate("navigator.serviceWorker.ready.then((worker) => worker.scope)")
    assert scope == f"{person.address}/"
    person.check()
    assert PushDevice.objects.get().user == reader

    replace_browser(page, is_subscribed=True)
    person.open(PAGE)
    page.get_by_role("button", name="Turn off for this device").click()
    expect(page.get_by_role("heading", name="Where they are on")).to_have_count(0)
    assert page.evaluate("sessionStorage.ended") == "1"
    assert not PushDevice.objects.exists()


def test_a_no_is_explained(visitor, reader):
    person = visitor(reader)
    replace_browser(person.page, permission="denied")
    page = person.open(PAGE)
    expect(page.get_by_text("This browser blocks notifications")).to_be_visible()
    expect(page.get_by_role("button", name="Turn on for this device")).to_be_hidden()
    person.check()


def test_a_subscription_for_another_key_is_made_again(visitor, reader):
    person = visitor(reader)
    replace_browser(person.page, is_subscribed=True, key=b64(b"\x04" + b"\x02" * 64))
    page = person.open(PAGE)
    page.get_by_role("button", name="Turn on for this device").click()
    expect(page.get_by_role("heading", name="Where they are on")).to_be_visible()
    assert page.evaluate("sessionStorage.ended") == "1"


def test_without_scripts_a_sentence_says_so_and_devices_can_be_removed(visitor, reader):
    from django.utils import timezone

    devices.add(user=reader, token="", user_agent="", now=timezone.now(), **FakeBrowser("phone").subscription())
    page = visitor(reader, javascript=False).open(PAGE)
    expect(page.get_by_text("This browser cannot show push notifications here")).to_be_visible()
    expect(page.get_by_role("button", name="Turn on for this device")).to_be_hidden()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="Where they are on")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_it_fits_a_phone(visitor, reader, language):
    from django.utils import timezone

    devices.add(user=reader, token="", user_agent="", now=timezone.now(), **FakeBrowser("phone").subscription())
    person = visitor(reader, language=language, width=390)
    replace_browser(person.page, permission="default")
    person.open(PAGE)
    person.check()


def test_the_worker_shows_a_message(visitor, reader):
    """The real worker, with a message as our sender writes it, through the browser's own developer protocol."""
    person = visitor(reader)
    page = person.open(PAGE)
    page.context.grant_permissions(["notifications"])
    protocol = page.context.new_cdp_session(page)
    protocol.send("ServiceWorker.enable")
    versions = []
    protocol.on("ServiceWorker.workerRegistrationUpdated", lambda event: versions.extend(event["registrations"]))
    page.evaluate("navigator.serviceWorker.register('/push-worker.js').then(() => navigator.serviceWorker.ready)")
    content = {"title": "Contracts", "body": "“Logo” is overdue", "url": "/en/", "tag": "t", "lang": "en", "dir": "ltr"}
    page.wait_for_function("navigator.serviceWorker.ready.then((worker) => worker.active.state === 'activated')")
    protocol.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": person.address, "registrationId": versions[-1]["registrationId"], "data": json.dumps(content)},
    )
    shown = page.wait_for_function(
        """navigator.serviceWorker.ready.then(async (worker) => {
          const [item] = await worker.getNotifications();
          return item && [item.title, item.body, item.tag, item.data.url];
        })"""
    )
    assert shown.json_value() == ["Contracts", "“Logo” is overdue", "t", "/en/"]
    assert not person.complaints
