"""What an operator is warned of before people come, and when something is wrong."""

import contextlib
import io
import json
import os
from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.accounts.models import User
from apps.common.actors import SYSTEM
from apps.common.jobs import give_sign
from apps.common.models import SignOfLife
from apps.dashboard.management import deploy_checks
from apps.dashboard.queries import metrics
from apps.legal import operations as legal
from apps.legal.models import LegalKind
from apps.pricing.models import FxRate

pytestmark = pytest.mark.django_db
COMPLETE = {
    "TRADEWIND_ENV": "production", "SITE_URL": "https://tradewind.example", "ALLOWED_HOSTS": ["tradewind.example"],
    "PAYMENT_GATEWAY": "stripe", "MOVES_REAL_MONEY": True, "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "DEFAULT_FROM_EMAIL": "noreply@tradewind.example", "PLATFORM_LEGAL_NAME": "Operator GmbH",
    "PLATFORM_STREET": "Street 1", "PLATFORM_POSTCODE": "10115", "PLATFORM_CITY": "Berlin",
    "PLATFORM_VAT_ID": "DE123456788", "STAFF_NEEDS_SECOND_FACTOR": True, "METRICS_TOKEN": "t", "TRUSTED_PROXIES": 1,
    "WEB_PUSH_PRIVATE_KEY": "set",
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"), "FX_RATE_BUSINESS_DAYS_MAX": 10_000,
    "SECRET_KEY": "k7Yw3vQ2pL9xZt5RmB8cNfHs4GdJ6aUe1WqXoVi0bTnP-rEySgDh", "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True, "SECURE_SSL_REDIRECT": True, "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True, "LANGUAGE_COOKIE_SECURE": True, "DEBUG": False,
}  # fmt: skip


@pytest.fixture
def complete(settings, monkeypatch, tmp_path):
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").write_text("{}")
    for name, value in COMPLETE.items():
        setattr(settings, name, value)
    monkeypatch.setenv("TOTP_KEYS", "set")
    # The browser tests need the variable that it warns of, and their loop runs on in this thread.
    settings.SILENCED_SYSTEM_CHECKS = [*settings.SILENCED_SYSTEM_CHECKS, "async.E001"]
    monkeypatch.setattr(deploy_checks, "powers_over_the_books", list)  # the tests connect as the owner
    call_command("load_payment_methods", verbosity=0)
    for kind in LegalKind:
        wordings = {"en": legal.Wording("Title", "Words")}
        legal.publish(kind=kind, wordings=wordings, effective_at=None, actor=SYSTEM, now=timezone.now())
    for number in (1, 2):
        User.objects.create_user(f"staff{number}@operator.test", "x", display_name="S", is_staff=True)
    return settings


def ids() -> set[str]:
    return {item.id for item in deploy_checks.run_all()}


def test_a_complete_environment_is_clean(complete):
    result = run_checks(include_deployment_checks=True)
    assert [f"{item.id} {item.msg}" for item in result if item.id not in complete.SILENCED_SYSTEM_CHECKS] == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("TRADEWIND_ENV", "demo", "tradewind.E001"),
        ("SITE_URL", "http://tradewind.example", "tradewind.E002"),
        ("SITE_URL", "https://localhost", "tradewind.E002"),
        ("ALLOWED_HOSTS", ["other.example"], "tradewind.E003"),
        ("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend", "tradewind.E004"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "tradewind.E004"),
        ("DEFAULT_FROM_EMAIL", "Tradewind <noreply@localhost>", "tradewind.E005"),
        ("STAFF_NEEDS_SECOND_FACTOR", False, "tradewind.E006"),
        ("MEDIA_ROOT", "/proc/nowhere", "tradewind.E007"),
        ("STATIC_ROOT", "/nowhere", "tradewind.E008"),
        ("PAYMENT_GATEWAY", "sandbox", "tradewind.W001"),
        ("MOVES_REAL_MONEY", False, "tradewind.W007"),
        ("EMAIL_HOST_PASSWORD", "p", "tradewind.W008"),
        ("PLATFORM_VAT_ID", "", "tradewind.W002"),
        ("METRICS_TOKEN", "", "tradewind.W004"),
        ("WEB_PUSH_PRIVATE_KEY", "", "tradewind.W011"),
        ("TRUSTED_PROXIES", 0, "tradewind.W005"),
    ],
)
def test_each_gap_is_named(complete, name, value, expected):
    setattr(complete, name, value)
    if expected == "tradewind.E007" and os.geteuid() == 0 and os.access("/proc", os.W_OK):
        complete.MEDIA_ROOT = __file__ + "/nowhere"  # below a file nobody can write
    assert expected in ids()


def test_old_and_missing_rates_are_named(complete):
    complete.FX_RATE_BUSINESS_DAYS_MAX = 0
    assert "tradewind.E012" in ids()
    FxRate.objects.all().delete()
    assert "tradewind.E012" in ids()


def test_an_owner_of_the_tables_is_named(complete, monkeypatch):
    monkeypatch.setattr(deploy_checks, "powers_over_the_books", lambda: ["owns ledger_posting"])
    assert "tradewind.E011" in ids()


def test_one_of_the_staff_is_too_few_and_the_demos_is_none(complete):
    User.objects.filter(email="staff2@operator.test").delete()
    assert "tradewind.W006" in ids()
    User.objects.create_user("admin@tradewind.example", "x", display_name="A", is_staff=True)
    assert "tradewind.E014" in ids()


def test_a_database_that_does_not_answer_is_a_finding(complete, monkeypatch):
    def away():
        raise OSError("no route")

    monkeypatch.setattr(deploy_checks, "check_database", away)
    assert "tradewind.E020" in ids()


class Answer:
    status_code = 200

    def __init__(self, version: str) -> None:
        self.version = version

    def json(self):
        return {"database": "ok", "version": self.version}


@pytest.fixture
def healthy(complete, monkeypatch):
    complete.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for name in metrics.SIGNS:
        give_sign(name)
    monkeypatch.setattr("requests.get", lambda *a, **k: Answer(complete.VERSION))
    monkeypatch.setattr(deploy_checks, "run_all", list)
    return complete


def doctor(**options):
    out = io.StringIO()
    with contextlib.suppress(CommandError):
        call_command("doctor", json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def test_a_healthy_installation(healthy, mailoutbox):
    result = doctor(books=True, mail_to="you@operator.test")
    assert [line for line in result["lines"] if line["level"] == "fail"] == []
    assert result["ok"] is True
    assert {line["section"] for line in result["lines"]} == {
        "settings", "database", "files", "jobs", "payments", "mail", "web", "books",
    }  # fmt: skip
    assert len(mailoutbox) == 1


def test_files_that_cannot_be_stored_are_a_failure(healthy):
    healthy.MEDIA_ROOT = __file__  # a file, not a folder
    assert [line["section"] for line in doctor()["lines"] if line["level"] == "fail"] == ["files"]


def failing(findings) -> str:
    assert findings["ok"] is False
    return " ".join(line["text"] for line in findings["lines"] if line["level"] == "fail")


def test_a_silent_beat_fails(healthy):
    SignOfLife.objects.filter(name="beat").update(seen_at=timezone.now() - timedelta(minutes=5))
    assert "beat gave its last sign" in failing(doctor())


def test_a_queue_without_a_worker_fails(healthy):
    SignOfLife.objects.filter(name="worker.money").delete()
    assert "worker.money has never given a sign" in failing(doctor())


def test_what_cannot_be_looked_at_is_a_finding_and_the_rest_is_looked_at(healthy, monkeypatch):
    def away(*a, **k):
        raise OSError("refused")

    monkeypatch.setattr("requests.get", away)
    result = doctor()
    assert "refused" in failing(result)
    assert any(line["section"] == "payments" for line in result["lines"])


def test_it_ends_non_zero(healthy):
    SignOfLife.objects.all().delete()
    with pytest.raises(CommandError):
        call_command("doctor", stdout=io.StringIO())


class TestFirstAdmin:
    @pytest.fixture(autouse=True)
    def _password(self, monkeypatch):
        monkeypatch.setenv("FIRST_ADMIN_PASSWORD", "a long pass phrase")

    def test_it_is_administrator_and_can_log_in(self, client):
        call_command("first_admin", "me@operator.test", name="Me", stdout=io.StringIO())
        user = User.objects.get()
        assert user.is_superuser
        assert user.emailaddress_set.get().verified
        assert user.check_password("a long pass phrase")

    def test_a_second_one_is_made_by_the_first(self):
        call_command("first_admin", "me@operator.test", name="Me", stdout=io.StringIO())
        with pytest.raises(CommandError, match="staff grant"):
            call_command("first_admin", "you@operator.test", name="You")

    @pytest.mark.parametrize("password", ["short", "1234567890123", "tradewind@x"])
    def test_a_weak_password_is_refused(self, monkeypatch, password):
        monkeypatch.setenv("FIRST_ADMIN_PASSWORD", password)
        with pytest.raises(CommandError):
            call_command("first_admin", "tradewind@x.test", name="Me")
        assert not User.objects.exists()

    def test_an_account_that_exists_is_not_taken_over(self, make):
        user = make.user("Somebody")
        with pytest.raises(CommandError, match="has an account"):
            call_command("first_admin", user.email.upper(), name="Me")
        assert not User.objects.get().is_superuser
