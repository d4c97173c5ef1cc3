"""Additional checks of `manage.py check --deploy`: whether this installation is ready for users and real money."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from apps.accounts.models import User
from apps.compliance.models import Country
from apps.ledger.queries.guards import powers_over_the_books
from apps.legal import queries as legal
from apps.payments.models import PaymentMethod
from apps.pricing.queries import rates
from apps.skills.models import Category

Found = Iterator[CheckMessage]


def check_settings() -> Found:
    if settings.TRADEWIND_ENV != "production":
        yield Error(
            f"TRADEWIND_ENV is {settings.TRADEWIND_ENV}.", hint="Set TRADEWIND_ENV=production.", id="tradewind.E001"
        )
    site = urlsplit(settings.SITE_URL)
    if site.scheme != "https" or site.hostname in (None, "localhost", "127.0.0.1"):
        yield Error(
            f"SITE_URL is {settings.SITE_URL}: links in mails would lead nowhere safe.",
            hint="Set SITE_URL to the public address, with https.", id="tradewind.E002",
        )  # fmt: skip
    elif site.hostname not in settings.ALLOWED_HOSTS and "*" not in settings.ALLOWED_HOSTS:
        yield Error(
            f"ALLOWED_HOSTS does not name {site.hostname}.", hint="Add the host of SITE_URL.", id="tradewind.E003"
        )
    if settings.PAYMENT_GATEWAY == "sandbox":
        yield Warning(
            "PAYMENT_GATEWAY is sandbox: no real money moves, and every page says so.",
            hint="Set PAYMENT_GATEWAY=stripe when people are to be paid.", id="tradewind.W001",
        )  # fmt: skip
    elif not settings.MOVES_REAL_MONEY:
        yield Warning(
            "STRIPE_API_KEY is a key of Stripe's test mode: no real money moves, and every page says so.",
            hint="Set the live key when people are to be paid.", id="tradewind.W007",
        )  # fmt: skip
    if settings.EMAIL_HOST_PASSWORD and not settings.EMAIL_USE_TLS:
        yield Warning(
            f"The password of the mail server goes to {settings.EMAIL_HOST} without TLS.",
            hint="Set EMAIL_USE_TLS=1, and EMAIL_PORT to 587 as a rule.", id="tradewind.W008",
        )  # fmt: skip
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend") and "django.core.mail" in settings.EMAIL_BACKEND:
        yield Error(
            f"EMAIL_BACKEND is {settings.EMAIL_BACKEND}: no mail leaves this machine.",
            hint="Leave EMAIL_BACKEND out and set EMAIL_HOST.", id="tradewind.E004",
        )  # fmt: skip
    if settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith("@localhost"):
        yield Error("DEFAULT_FROM_EMAIL is at localhost.", hint="Name an address of yours.", id="tradewind.E005")
    missing = [
        f"PLATFORM_{part}"
        for part in ("LEGAL_NAME", "STREET", "POSTCODE", "CITY", "VAT_ID")
        if not getattr(settings, f"PLATFORM_{part}")
    ]
    if missing:
        yield Warning(
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set: "
            "no electronic invoice passes the official rules.",
            hint="Say who the operator is.", id="tradewind.W002",
        )  # fmt: skip
    if not settings.STAFF_NEEDS_SECOND_FACTOR:
        yield Error("Staff need no second factor.", hint="Set STAFF_NEEDS_SECOND_FACTOR=1.", id="tradewind.E006")
    if not os.environ.get("TOTP_KEYS"):
        yield Warning(
            "TOTP_KEYS is not set: the secrets of two-factor apps hang on SECRET_KEY.",
            hint="Set TOTP_KEYS, then run manage.py encrypt_totp.", id="tradewind.W003",
        )  # fmt: skip
    if not settings.METRICS_TOKEN:
        yield Warning(
            "METRICS_TOKEN is not set: nobody can watch this.", hint="Set METRICS_TOKEN.", id="tradewind.W004"
        )
    if not settings.WEB_PUSH_PRIVATE_KEY:
        yield Warning(
            "WEB_PUSH_PRIVATE_KEY is not set: nobody is offered push notifications.",
            hint="Set what manage.py web_push_key prints.", id="tradewind.W011",
        )  # fmt: skip
    if settings.SECURE_PROXY_SSL_HEADER and settings.TRUSTED_PROXIES == 0:
        yield Warning(
            "TRUSTED_PROXIES is 0 behind a proxy: limits count all visitors as one.",
            hint="Set TRUSTED_PROXIES to the number of your proxies.", id="tradewind.W005",
        )  # fmt: skip
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file():
        yield Error(
            "The static files were not collected: no page can be shown.",
            hint="Run manage.py collectstatic --noinput.", id="tradewind.E008",
        )  # fmt: skip
    for name in ("MATCH_INDEX",) if settings.FILES_S3_BUCKET else ("MEDIA_ROOT", "MATCH_INDEX"):
        if not _may_write(Path(getattr(settings, name))):
            yield Error(
                f"{name} cannot be written.", hint=f"Give this user {getattr(settings, name)}.", id="tradewind.E007"
            )


def _may_write(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)


def check_database() -> Found:
    plan = MigrationExecutor(connection).migration_plan(MigrationExecutor(connection).loader.graph.leaf_nodes())
    if plan:
        yield Error(f"{len(plan)} migrations are not applied.", hint="Run manage.py migrate.", id="tradewind.E010")
        return
    if powers := powers_over_the_books():
        yield Error(
            f"The database role of the application could undo what guards the books: it {'; it '.join(powers)}.",
            hint="Connect as a role of its own: manage.py grant_app_role (docs/how-to/install.md).",
            id="tradewind.E011",
        )  # fmt: skip
    if settings.DATABASE_POOLED_BY_TRANSACTION and not _has_statement_limit():
        yield Warning(
            "PgBouncer sets no limit for statements: a slow one blocks a thread for ever.",
            hint="Set connect_query in pgbouncer.ini (docs/how-to/scale-out.md).", id="tradewind.W009",
        )  # fmt: skip
    age = rates.rates_age(timezone.now().date())
    if age is None or age > settings.FX_RATE_BUSINESS_DAYS_MAX:
        yield Error(
            "There are no exchange rates." if age is None else f"The exchange rates are {age} business days old.",
            hint="Let beat run with FX_RATES_SOURCE, or run manage.py import_fx_rates --file eurofxref-hist.zip.",
            id="tradewind.E012",
        )  # fmt: skip
    for model, command in (
        (Country, "load_compliance"),
        (PaymentMethod, "load_payment_methods"),
        (Category, "import_skills"),
    ):
        if not model._default_manager.exists():
            yield Error(
                f"There is no {model._meta.verbose_name} yet.", hint=f"Run manage.py {command}.", id="tradewind.E013"
            )
    if missing := legal.missing_kinds():
        yield Warning(
            f"Not published yet: {', '.join(missing)}.",
            hint="Run manage.py load_legal_texts (docs/how-to/legal-texts.md).", id="tradewind.W010",
        )  # fmt: skip
    staff = User.objects.filter(is_staff=True, is_active=True).count()
    if staff < 2:
        yield Warning(
            f"{staff} of the staff: acts of the treasury need two people.",
            hint="docs/how-to/first-administrator.md", id="tradewind.W006",
        )  # fmt: skip
    if published := User.objects.filter(email__endswith="@tradewind.example", is_staff=True, is_active=True).first():
        yield Error(
            f"{published.email} is staff, with a published password.", hint="Deactivate it.", id="tradewind.E014"
        )


def _has_statement_limit() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout') <> '0'")
        return bool(cursor.fetchone()[0])


def run_all() -> list[CheckMessage]:
    """Return all findings, as `check --deploy` runs them. An unreachable database is one finding."""
    result = list(check_settings())
    try:
        result += check_database()
    except Exception as error:
        result.append(
            Error(f"The database cannot be asked: {error}".strip(), hint="See DATABASE_URL.", id="tradewind.E020")
        )
    return result


def _registered(**_options: Any) -> list[CheckMessage]:
    return run_all()


def connect() -> Callable[..., Any]:
    return register(_registered, deploy=True)  # type: ignore[no-any-return, call-overload]
