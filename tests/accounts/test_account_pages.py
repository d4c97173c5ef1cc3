"""Pages of allauth in our own words: the code of a sign-up, proving who one is, addresses, devices."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from apps.notifications.operations import send_pending_emails
from tests.conftest import prove

pytestmark = pytest.mark.django_db

SIGN_UP = {
    "display_name": "Amara Okafor", "email": "amara@example.org", "password1": "violet river lamp",
    "password2": "violet river lamp", "country": "NG", "purpose": "work",
}  # fmt: skip
CODE_PAGE = "/en/accounts/confirm-email/"
STOCK = ["Enter Email Verification Code", "Re-send Verification", "Confirm Access", "Sign In", "Make Primary"]


def _codes() -> list[str]:
    send_pending_emails(now=timezone.now())
    return [item for item in mail.outbox for item in re.findall(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", item.body)]


@pytest.fixture
def amara(make):
    return make.user("Amara Okafor")


@pytest.fixture
def as_amara(client, amara):
    EmailAddress.objects.create(user=amara, email=amara.email, verified=True, primary=True)
    client.force_login(amara)
    prove(client, amara)
    return client


@pytest.fixture(autouse=True)
def _end_waiting() -> None:
    """allauth counts its seconds between two codes in the cache."""
    cache.clear()


def test_a_new_code_is_sent_and_the_old_one_no_longer_works(client):
    client.post("/en/accounts/signup/", SIGN_UP)
    assert "Send a new code" in client.get(CODE_PAGE).content.decode()
    cache.clear()

    client.post(CODE_PAGE, {"action": "resend"})

    first, second = _codes()
    wrong = client.post(CODE_PAGE, {"action": "verify", "code": first})
    assert "This code is wrong" in wrong.content.decode()
    assert client.post(CODE_PAGE, {"action": "verify", "code": second}).status_code == 302
    assert EmailAddress.objects.get(email="amara@example.org").verified


def test_a_second_code_at_once_is_refused_with_a_reason(client):
    client.post("/en/accounts/signup/", SIGN_UP)

    answer = client.post(CODE_PAGE, {"action": "resend"}, follow=True)

    assert "A code was sent a moment ago" in answer.content.decode()
    [code] = _codes()
    assert client.post(CODE_PAGE, {"action": "verify", "code": code}).status_code == 302, "the first one still works"
    assert EmailAddress.objects.get(email="amara@example.org").verified


def test_after_five_new_codes_the_page_offers_no_more(client):
    client.post("/en/accounts/signup/", SIGN_UP)
    for _time in range(5):
        cache.clear()
        client.post(CODE_PAGE, {"action": "resend"})

    page = client.get(CODE_PAGE).content.decode()

    assert "Send a new code" not in page
    assert "No more codes can be sent" in page


def test_the_code_page_looks_the_same_for_an_address_that_has_an_account(client, as_amara, amara):
    as_amara.logout()
    client.post("/en/accounts/signup/", SIGN_UP | {"email": amara.email})

    page = client.get(CODE_PAGE).content.decode()

    assert "Send a new code" in page
    assert amara.email in page


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
@pytest.mark.parametrize(
    "path",
    [
        "email/", "password/change/", "reauthenticate/", "sessions/", "2fa/", "2fa/totp/activate/", "2fa/webauthn/",
        "2fa/webauthn/add/",
    ],
)  # fmt: skip
def test_own_pages_speak_in_our_words(as_amara, language, path):
    answer = as_amara.get(f"/{language}/accounts/{path}")

    assert answer.status_code == 200
    assert not [words for words in STOCK if words in answer.content.decode()]


def test_recovery_codes_are_listed_and_made_again_after_a_question(as_amara, amara):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(amara, "JBSWY3DPEHPK3PXP")
    code = RecoveryCodes.activate(amara).get_unused_codes()[0]

    assert code in as_amara.get("/en/accounts/2fa/recovery-codes/").content.decode()
    result = as_amara.get("/en/accounts/2fa/recovery-codes/generate/").content.decode()
    assert "The codes that you have now stop working at once." in result
    assert "Turn off the authenticator app?" in as_amara.get("/en/accounts/2fa/totp/deactivate/").content.decode()


def test_another_address_becomes_the_main_one_and_the_old_one_goes(as_amara, amara):
    EmailAddress.objects.create(user=amara, email="second@example.org", verified=True)
    page = as_amara.get("/en/accounts/email/").content.decode()
    assert "Make it the main address" in page

    as_amara.post("/en/accounts/email/", {"email": "second@example.org", "action_primary": "1"})
    as_amara.post("/en/accounts/email/", {"email": amara.email, "action_remove": "1"})

    assert [
        (email_address.email, email_address.primary) for email_address in EmailAddress.objects.filter(user=amara)
    ] == [("second@example.org", True)]


def test_a_wrong_password_is_refused_in_our_words(as_amara):
    answer = as_amara.post("/en/accounts/reauthenticate/", {"password": "not this one"})

    assert "Confirm that it is you" in answer.content.decode()
    assert "This password is wrong." in answer.content.decode()


def test_devices_are_named_by_browser_and_system(as_amara, amara):
    phone = "Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0"
    as_amara.get("/en/accounts/sessions/", headers={"user-agent": phone})

    page = as_amara.get("/en/accounts/sessions/", headers={"user-agent": phone}).content.decode()

    assert UserSession.objects.filter(user=amara).count() == 1
    assert "Firefox on Android" in page
