"""The contract with push services, over HTTP with a fake one; and which addresses are never called."""

import socket
import threading
from datetime import timedelta

import pytest
import requests
from django.core.cache import cache
from urllib3.exceptions import LocationParseError

from apps.common.breaker import Open
from apps.notifications.gateways import push_services
from apps.notifications.gateways.push_services import Message
from tests.conftest import NOON
from tests.notifications.fake_push_service import HOST

MESSAGE = Message(b'{"title": "Hello"}', timedelta(hours=1), "topic-1", "high")


def send(browser, message=MESSAGE, now=NOON):
    keys = browser.subscription()
    return push_services.send(
        browser.endpoint, keys=(keys["public_key"], keys["auth_secret"]), message=message, now=now
    )


def test_a_message_is_signed_encrypted_and_read_by_the_browser(push_service):
    answer = send(push_service.browser("ada"))
    [received] = push_service.received
    assert answer.is_accepted
    assert received.content == {"title": "Hello"}
    assert (received.ttl, received.topic, received.urgency) == (3600, "topic-1", "high")


def test_the_fake_refuses_what_another_key_signed_and_what_is_signed_for_another_host(push_service, monkeypatch):
    browser, sign = push_service.browser("ada"), push_services._signature
    monkeypatch.setattr(push_services, "_signature", lambda _endpoint, now: sign("https://fcm.googleapis.com/x", now))
    assert send(browser).status == 403
    monkeypatch.setattr(push_services, "_signature", lambda endpoint, now: sign(endpoint, now + timedelta(days=2)))
    assert send(browser).status == 403
    cut = {"Authorization": sign(browser.endpoint, NOON)["Authorization"].replace("k=BP", "k=BQ")}
    monkeypatch.setattr(push_services, "_signature", lambda _endpoint, _now: cut | {"TTL": "never"})
    assert send(browser).status == 400


@pytest.mark.parametrize(
    ("status", "headers", "is_gone", "is_busy", "pause"),
    [
        (404, {}, True, False, None), (410, {}, True, False, None), (413, {}, False, False, None),
        (400, {}, False, False, None), (429, {"Retry-After": "120"}, False, True, timedelta(seconds=120)),
        (503, {"Retry-After": "Wed, 28 Oct 2026 12:05:00 GMT"}, False, True, timedelta(minutes=5)),
        (500, {"Retry-After": "soon"}, False, True, None), (429, {"Retry-After": "9" * 40}, False, True, None),
    ],
)  # fmt: skip
def test_an_answer_says_what_to_do_next(push_service, status, headers, is_gone, is_busy, pause):
    browser = push_service.browser("ada")
    push_service.answers["ada"] = (status, headers)
    answer = send(browser)
    assert (answer.is_accepted, answer.is_gone, answer.is_busy, answer.retry_after) == (False, is_gone, is_busy, pause)


def test_a_redirect_is_not_followed(push_service):
    push_service.browser("other")
    push_service.answers["ada"] = (307, {"Location": f"https://{HOST}/wpush/v2/other"})
    answer = send(push_service.browser("ada"))
    assert (answer.status, answer.is_accepted, push_service.calls) == (307, False, 1)


def test_a_service_that_does_not_answer_is_left_alone_for_a_while(push_key, settings, monkeypatch):
    def refuse(*_words, **_options):
        raise requests.ConnectionError("no route")

    settings.GATEWAY_FAILURES_MAX = 3
    monkeypatch.setattr(requests.Session, "send", refuse)
    push_services._breaker.cache_clear()
    from tests.notifications.fake_push_service import FakeBrowser

    browser = FakeBrowser("ada", host="quiet.push.services.mozilla.com")
    for _ in range(3):
        with pytest.raises(push_services.NoAnswer):
            send(browser)
    with pytest.raises(Open):
        send(browser)
    with pytest.raises(push_services.NoAnswer):
        send(FakeBrowser("ada", host="other.push.services.mozilla.com"))
    push_services._breaker.cache_clear()
    cache.clear()


@pytest.mark.parametrize("error", [LocationParseError("a..b"), UnicodeError("label too long")])
def test_what_the_client_does_not_translate_is_no_answer(push_key, monkeypatch, error):
    def refuse(*_words, **_options):
        raise error

    monkeypatch.setattr(requests.Session, "send", refuse)
    with pytest.raises(push_services.NoAnswer, match=f"^ok.notify.windows.com: {type(error).__name__}$"):
        push_services._post("https://ok.notify.windows.com/secret", b"", {}, NOON)


@pytest.mark.parametrize("host", ["a..notify.windows.com", "a" * 70 + ".notify.windows.com"])
def test_a_host_that_is_no_name_is_no_answer_even_if_it_was_stored(host):
    with pytest.raises(push_services.NoAnswer):
        push_services._post(f"https://{host}/x", b"", {}, NOON)


# -- addresses that strangers give


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:APA91b",
        "https://fcm.googleapis.com:443/fcm/send/x",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
        "https://wns2-db5p.notify.windows.com/w/?token=BQYAAAD%2f",
        "https://web.push.apple.com/QGx",
        "https://FCM.googleapis.com/x",
        f"https://{'a' * 63}.notify.windows.com/x",
    ],
)
def test_the_usual_services_are_allowed(endpoint):
    push_services.check_endpoint(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "", "http://fcm.googleapis.com/x", "https://fcm.googleapis.com:8443/x", "https://fcm.googleapis.com.evil.test/x",
        "https://evilfcm.googleapis.com/x", "https://push.services.mozilla.com/x", "https://notify.windows.com/x",
        "https://evilnotify.windows.com/x",
        "https://a@fcm.googleapis.com/x", "https://fcm.googleapis.com@evil.test/x", "https://evil.test\\@fcm.googleapis.com/x",
        "https://evil.test/x#https://fcm.googleapis.com/", "https://127.0.0.1/x", "https://[::1]/x", "https://localhost/x",
        "https://169.254.169.254/latest/meta-data", "https://fcm.googleapis.com./x", "https://fcm.googleapis.com",
        "https://fcm.googleapis.com/a b", "https://fcm.googleapis.com/a\nHost: x", "https://fcm。googleapis.com/x",
        "file:///etc/passwd", "gopher://fcm.googleapis.com/x", "https:fcm.googleapis.com/x",
        "https://fcm.googleapis.com/" + "a" * 1000,
        "https://a..notify.windows.com/x", "https://.notify.windows.com/x", "https://-.notify.windows.com/x",
        "https://a-.notify.windows.com/x", f"https://{'a' * 64}.notify.windows.com/x",
    ],
)  # fmt: skip
def test_no_other_address_is_called(endpoint):
    with pytest.raises(push_services.EndpointNotAllowed):
        push_services.check_endpoint(endpoint)
    with pytest.raises(push_services.EndpointNotAllowed):
        push_services.send(endpoint, keys=("", ""), message=MESSAGE, now=NOON)


def test_a_name_that_leads_inside_is_left_before_anything_is_sent(push_key, monkeypatch):
    """An allowed name whose DNS answers with an address of this machine, as after a takeover of its zone."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def listen():
            connection, _address = server.accept()
            with connection:
                heard.append(connection.recv(100))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr("socket.getaddrinfo", lambda *_words, **_options: here)
        with (
            push_services.session() as http,
            pytest.raises(requests.ConnectionError, match=r"127\.0\.0\.1, which is not a public address"),
        ):
            http.post("https://fcm.googleapis.com/x", data=b"secret", timeout=5)
        thread.join(5)
    assert heard == [b""]


def test_only_https_is_spoken(push_key):
    with push_services.session() as http, pytest.raises(requests.exceptions.InvalidSchema):
        http.post("http://fcm.googleapis.com/x", data=b"")
