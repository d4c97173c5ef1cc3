"""What must not leak: answers in caches, secrets in the database and in logs, members by the clock, links elsewhere."""

from __future__ import annotations

import logging
import re
import sys
from uuid import uuid4

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from apps.accounts.models import User
from apps.common.text import canonical_email
from apps.notifications.operations import send_pending_emails
from marketplace.logs import CUT, SecretsFilter, cut_secrets, cut_secrets_processor
from tests.addresses import addresses

pytestmark = pytest.mark.django_db


def _address():
    """Of a visitor whom no other test has used up the limits of."""
    return f"2001:db8::{uuid4().hex[:4]}:{uuid4().hex[:4]}"


@pytest.fixture
def amara(make):
    return make.freelancer("Amara")


def test_what_is_shown_to_somebody_logged_in_is_kept_nowhere(client, amara):
    public = client.get("/en/people/")
    assert "no-store" not in public.get("Cache-Control", "")
    client.force_login(amara.memberships.get().user)
    for address in ("/en/", "/en/people/", "/en/money/", "/en/settings/keys/", "/api/v1/me/", "/en/no-such-page/"):
        assert client.get(address)["Cache-Control"] in ("private, no-store", "max-age=0, no-cache, no-store, "
                                                        "must-revalidate, private"), address  # fmt: skip


def test_an_answer_to_a_key_is_kept_nowhere(client, make, amara):
    from apps.accounts.operations import keys

    user = amara.memberships.get().user
    _row, key = keys.create_token(
        user=user, actor=make.actor(amara), name="k", scopes=[], expires_at=None, now=make.now
    )
    response = client.get("/api/v1/me/", headers={"Authorization": f"Bearer {key}"})
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"


def test_every_page_names_what_a_browser_may_do(client, make):
    for address in ("/en/", "/api/docs/", "/admin/login/", "/api/v1/people/"):
        response = client.get(address)
        policy = response["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert ("'unsafe-eval'" in policy) == address.startswith("/admin/")
        assert ("'unsafe-inline'" in policy) == address.startswith(("/admin/", "/api/docs/"))
        assert "'unsafe-inline'" not in re.search(r"script-src [^;]*", policy)[0]
        assert "camera=()" in response["Permissions-Policy"]


@override_settings(ALLOWED_HOSTS=["*"], SITE_URL="https://tradewind.example")
def test_links_in_account_mail_lead_to_us_whatever_host_was_asked(client, make, mailoutbox):
    user = make.user()
    for host in ("localhost:6666", "evil.example"):
        client.post("/en/accounts/password/reset/", {"email": user.email}, headers={"Host": host})
    send_pending_emails(now=timezone.now())
    assert len(mailoutbox) == 2
    for mail in mailoutbox:
        assert set(re.findall(r"https?://[^/\s]+", mail.body)) == {"https://tradewind.example"}
        assert "evil" not in mail.subject + mail.body
        assert "6666" not in mail.subject + mail.body


def test_signing_up_with_a_known_address_hashes_too(client, make, monkeypatch):
    user, hashed = make.user(), []
    monkeypatch.setattr("apps.accounts.forms.make_password", lambda password: hashed.append(password))
    values = {"email": user.email, "password1": "correct horse battery", "password2": "correct horse battery",
             "display_name": "New", "purpose": "work", "country": "DE"}  # fmt: skip
    assert client.post("/en/accounts/signup/", values, REMOTE_ADDR=_address()).status_code == 302
    assert hashed == ["correct horse battery"]


def test_secrets_of_two_factor_apps_are_encrypted_and_keys_can_be_exchanged(make, settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.TOTP_KEYS = [old]
    written = get_adapter().encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in written
    user = make.user()
    rows = [
        Authenticator.objects.create(user=user, type="totp", data={"secret": written}),
        Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": "plain", "used_mask": 0}),
    ]

    settings.TOTP_KEYS = [new, old]
    call_command("encrypt_totp", verbosity=0)
    settings.TOTP_KEYS = [new]

    for row in rows:
        row.refresh_from_db()
    assert get_adapter().decrypt(rows[0].data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert rows[1].data["seed"] != "plain"
    assert get_adapter().decrypt(rows[1].data["seed"]) == "plain"
    assert rows[1].data["used_mask"] == 0
    with pytest.raises(InvalidToken):
        get_adapter().decrypt(written)


def test_a_new_two_factor_app_is_kept_encrypted(make):
    from allauth.mfa.totp.internal.auth import TOTP

    row = TOTP.activate(make.user(), "JBSWY3DPEHPK3PXP").instance
    assert row.data["secret"].startswith("fernet:")


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("GET /en/accounts/password/reset/key/4f-abc123-def/", "abc123"),
        ("Not Found: /en/invitations/accept/q1w2e3r4t5y6/", "q1w2e3"),
        ("/en/notifications/unsubscribe/abc:def:ghi/?x=1", "abc:def"),
        ("GET /x/?token=hush&a=1", "hush"),
        ("GET /x/?code=hush", "hush"),
        ("Authorization: Bearer hushhushhush", "hushhush"),
        ("key tw_abcdefghijklmnop failed", "abcdefgh"),
        ("secret whsec_abcdefghijk", "abcdefgh"),
    ],
)
def test_a_line_of_the_log_carries_no_secret(line, secret):
    assert secret not in cut_secrets(line)
    assert CUT in cut_secrets(line)
    record = logging.LogRecord("x", logging.WARNING, "", 0, "%s", (line,), None)
    assert SecretsFilter().filter(record)
    assert secret not in record.getMessage()
    assert secret not in str(cut_secrets_processor(None, "info", {"request": line}))


def test_values_are_cut_by_their_name_and_tracebacks_too():
    assert cut_secrets_processor(None, "info", {"password": "hush", "user_id": "7"}) == {
        "password": CUT,
        "user_id": "7",
    }
    try:
        raise ValueError("GET /en/invitations/accept/q1w2e3r4t5y6/")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    SecretsFilter().filter(record)
    assert "q1w2e3" not in logging.Formatter().format(record)


def test_an_ordinary_line_stays_as_it_is():
    line = "GET /en/tasks/019a0000-0000-7000-8000-000000000000/?q=code&cursor=abc 200"
    assert cut_secrets(line) == line


def test_every_address_that_is_a_secret_itself_is_cut():
    routes = [address for address in addresses() if re.search(r"<\w*:?\w*(token|key|secret|code)>", address.route)]
    assert len(routes) >= 2
    for route in routes:
        assert CUT in cut_secrets(route.filled(lambda converter, name: "hushhush")), route.route


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("user@bücher.example", "user@xn--bcher-kva.example"),
        ("User@BÜCHER.Example", "User@xn--bcher-kva.example"),
        ("user@xn--bcher-kva.example", "user@xn--bcher-kva.example"),
        ("user@例え.テスト", "user@xn--r8jz45g.xn--zckzah"),
        ("user@EXAMPLE.org", "user@example.org"),
        ("no address", "no address"),
        ("user@-bad-.example", "user@-bad-.example"),
    ],
)
def test_a_mailbox_has_one_spelling(typed, kept):
    assert canonical_email(typed) == kept


def test_either_spelling_of_a_mailbox_logs_in(client, make):
    user = make.user(email="login@bücher.example")
    assert user.email == "login@xn--bcher-kva.example"
    assert User.objects.get_by_natural_key("login@bücher.example") == user
    values = {"login": "login@bücher.example", "password": "correct horse battery"}
    assert client.post("/en/accounts/login/", values, REMOTE_ADDR=_address()).status_code == 302


def test_one_mailbox_is_one_account(client, make):
    make.user(email="signup@xn--bcher-kva.example")
    values = {"email": "signup@BÜCHER.example", "password1": "correct horse battery", "display_name": "New",
             "password2": "correct horse battery", "purpose": "work", "country": "DE"}  # fmt: skip
    assert client.post("/en/accounts/signup/", values, REMOTE_ADDR=_address()).status_code == 302
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["\u200b", "\u3164", "\u2800", "\u00ad"])
def test_a_name_of_which_nothing_is_seen_is_refused_everywhere(client, make, amara, name):
    values = {"email": "a@example.org", "password1": "correct horse battery", "password2": "correct horse battery",
             "display_name": name, "purpose": "work", "country": "DE"}  # fmt: skip
    signup = client.post("/en/accounts/signup/", values, REMOTE_ADDR=_address())
    assert signup.status_code == 200
    assert "something can be seen" in signup.content.decode()
    client.force_login(amara.memberships.get().user)
    json = {"content_type": "application/json"}
    assert client.patch("/api/v1/me/", {"display_name": name}, **json).status_code == 400
    new = {"display_name": name, "kind": "company", "country": "DE", "currency": "EUR", "time_zone": "UTC"}
    assert client.post("/api/v1/organizations/", new, **json).status_code == 400
    page = client.post("/en/settings/", {"display_name": name, "language": "en", "time_zone": "UTC",
                                         "display_currency": "EUR"})  # fmt: skip
    assert page.status_code == 422


def test_the_description_of_the_api_is_made_once(client, monkeypatch):
    from apps.common.api.views import SchemaView

    created = []
    generator = SchemaView.generator_class
    monkeypatch.setattr(SchemaView, "_made", {})
    monkeypatch.setattr(
        SchemaView, "generator_class", lambda *args, **options: created.append(1) or generator(*args, **options)
    )
    answers = [client.get("/api/schema/?lang=en&version=%0a") for _number in range(3)]
    assert len(created) == 1
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].content == answers[2].content
