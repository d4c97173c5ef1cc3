"""Passkeys with Chromium's virtual authenticator, and codes of an app, from turning on to logging in."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct horse battery"


@pytest.fixture
def amara(make):
    user = make.freelancer("Amara Okafor").memberships.get().user
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def _log_in(page: Page, user) -> None:
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


def _confirm(page: Page) -> None:
    """What decides over the account asks for the password again."""
    if "reauthenticate" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.locator("main form button[type=submit]").first.click()


def test_an_app_is_turned_on_and_asked_for_at_the_next_login(visitor, amara):
    visitor = visitor()
    page = visitor.open("/accounts/login/")
    _log_in(page, amara)
    page.wait_for_url("**/en/")
    visitor.open("/accounts/2fa/totp/activate/")
    _confirm(page)
    secret = page.locator("#authenticator_secret").input_value()
    visitor.check()
    page.locator("[name=code]").fill(_code(secret))
    page.get_by_role("button", name="Turn on").click()
    page.wait_for_url("**/2fa/**")
    visitor.open("/accounts/2fa/recovery-codes/")
    _confirm(page)
    visitor.check()
    codes = page.locator("main code").all_inner_texts()
    assert len(codes) == 10

    page.context.clear_cookies()
    visitor.open("/accounts/login/")
    _log_in(page, amara)
    page.wait_for_url("**/2fa/authenticate/**")
    visitor.check()
    page.locator("main form [name=code]").first.fill(codes[0])
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/en/")


def test_a_passkey_is_added_and_logs_in_without_a_password(visitor, amara):
    visitor = visitor()
    page = visitor.open("/accounts/login/")
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    _log_in(page, amara)
    page.wait_for_url("**/en/")
    visitor.open("/accounts/2fa/webauthn/add/")
    _confirm(page)
    visitor.check()
    page.locator("[name=name]").fill("Phone")
    page.locator("[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(re.compile("2fa/(?!webauthn/add)"))
    assert amara.authenticator_set.filter(type="webauthn").exists()

    page.context.clear_cookies()
    visitor.open("/accounts/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url("**/en/")
    expect(page.locator("header summary", has_text="Your account")).to_have_count(1)
