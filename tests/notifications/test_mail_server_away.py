"""No page waits for a mail server: account mail is kept and sent by a worker, which gives up soon and tries again."""

import re
import secrets
import socket
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.notifications.models import EmailDelivery
from apps.notifications.operations import send_pending_emails

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=2)


def sign_up() -> str:
    """Somebody new each time: an address is sent few codes in a row."""
    address = f"amara-{secrets.token_hex(4)}@example.org"
    values = {
        "display_name": "Amara Okafor", "email": address, "password1": "violet river lamp",
        "password2": "violet river lamp", "country": "NG", "purpose": "work",
    }  # fmt: skip
    assert stranger().post("/en/accounts/signup/", values).status_code == 302
    return address


def stranger() -> Client:
    """From an address of their own, so that limits of other tests do not count."""
    return Client(REMOTE_ADDR=f"2001:db8::{secrets.token_hex(2)}")


@pytest.fixture(params=["hangs", "refuses"])
def bad_server(request, settings):
    """One that takes the connection and says nothing, or one that is not there."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 0.2
        settings.EMAIL_PORT = server.getsockname()[1]
        if request.param == "refuses":
            server.close()
        yield


def test_sign_up_and_password_reset_answer_at_once_and_the_mail_arrives_later(bad_server, settings, make):
    user = make.user()
    started = time.monotonic()
    address = sign_up()
    for _ in range(2):
        assert stranger().post("/en/accounts/password/reset/", {"email": user.email}).status_code == 302
    assert time.monotonic() - started < 5

    started = time.monotonic()
    send_pending_emails(now=timezone.now())
    assert time.monotonic() - started < 3
    assert not EmailDelivery.objects.filter(status="sent").exists()

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_pending_emails(now=timezone.now() + LATER)
    [message] = [item for item in mail.outbox if item.to == [address]]
    assert re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", message.body)


def test_a_run_ends_after_three_silences(bad_server, make):
    for number in range(6):
        EmailDelivery.objects.create(
            key=f"k{number}", template="account", address="a@example.org", language="en",
            params={"subject": "s", "text": "t", "html": ""}, next_attempt_at=timezone.now(),
        )  # fmt: skip
    assert send_pending_emails(now=timezone.now()) == 3
    assert EmailDelivery.objects.filter(attempts_made=0).count() == 3


def test_codes_are_dropped_once_they_are_sent(make):
    address = sign_up()
    kept = EmailDelivery.objects.get(template="account")
    assert kept.params["text"]
    assert kept.user == User.objects.get(email=address)

    send_pending_emails(now=timezone.now())

    kept.refresh_from_db()
    assert (kept.status, kept.params) == ("sent", {})
    assert kept.subject


def test_an_address_that_is_refused_does_not_end_the_run(settings, make, monkeypatch):
    from smtplib import SMTPRecipientsRefused

    def refuse(self, *args, **options):
        raise SMTPRecipientsRefused({"x": (550, b"no")})

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    for number in range(5):
        EmailDelivery.objects.create(
            key=f"k{number}", template="account", address="a@example.org", language="en",
            params={"subject": "s", "text": "t", "html": ""}, next_attempt_at=timezone.now(),
        )  # fmt: skip
    assert send_pending_emails(now=timezone.now()) == 5


def test_mail_is_written_in_the_language_of_its_reader(make):
    reader = make.user(language="ar")
    stranger().post("/en/accounts/password/reset/", {"email": reader.email})
    assert EmailDelivery.objects.get(template="account").language == "ar"
