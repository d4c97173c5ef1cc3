from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command, get_commands
from django.db import connections
from django.test import TransactionTestCase
from django.utils import translation

from tests.make import Make

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's sync API keeps a loop in the test's thread

NOON = datetime(2026, 10, 28, 12, 0, tzinfo=UTC)

# Loaded once per database by commands, as an operator would, and never changed by a test.
REFERENCE_COMMANDS = [
    ("load_compliance", {}),
    ("load_fees", {}),
    ("import_fx_rates", {}),
    ("import_skills", {"core_only": True}),
]
REFERENCE_TABLES = {
    "django_migrations", "django_content_type", "auth_permission",
    "skills_skill", "skills_skilllabel", "skills_skillrelation", "skills_category", "skills_importprogress",
    "compliance_corridor", "compliance_withholding", "compliance_country",
    "pricing_fxrate", "pricing_feeschedule", "pricing_commissiontax",
}  # fmt: skip


def _empty_tables(self: TransactionTestCase) -> None:
    """
    Take a transactional test's rows away.

    Append-only tables refuse TRUNCATE from everybody; the superuser of the throw-away test cluster sets the
    triggers aside for this one statement. The application has no such way.
    """
    for name in self._databases_names(include_mirrors=False):
        connection = connections[name]
        tables = set(connection.introspection.table_names()) - REFERENCE_TABLES
        quoted = ", ".join(connection.ops.quote_name(table) for table in sorted(tables))
        with connection.cursor() as cursor:
            _check_reference_stays(cursor, tables)
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(f"TRUNCATE {quoted} RESTART IDENTITY CASCADE")
            cursor.execute("SET session_replication_role = origin")


def _check_reference_stays(cursor: Any, tables: set[str]) -> None:
    cursor.execute(
        """SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
           WHERE contype = 'f' AND confrelid::regclass::text = ANY(%s) AND NOT conrelid::regclass::text = ANY(%s)""",
        [list(tables), list(tables)],
    )
    wrong = cursor.fetchall()
    assert not wrong, f"reference tables point at tables that tests empty: {wrong}"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    TransactionTestCase._fixture_teardown = _empty_tables  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        known = get_commands()
        for name, options in REFERENCE_COMMANDS:
            if name in known:
                call_command(name, verbosity=0, **options)


@pytest.fixture(autouse=True)
def _quick_and_private(settings: Any, tmp_path: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path
    settings.MATCH_INDEX = tmp_path / "shelf"
    settings.WHITENOISE_USE_FINDERS = True
    # A page that another test opened in Chinese leaves its language behind in the thread.
    translation.activate("en")


@pytest.fixture
def now() -> datetime:
    return NOON


@pytest.fixture
def make(db: None) -> Make:
    return Make(NOON)


def prove(client: Any, user: Any, *, minutes_ago: float = 0, method: str = "password") -> None:
    """Say in the client's session that its person proved who they are, so long ago."""
    session = client.session
    record = {"method": method, "at": time.time() - 60 * minutes_ago}
    session["account_authentication_methods"] = [*session.get("account_authentication_methods", []), record]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@pytest.fixture
def outbox_drain() -> Iterator[Callable[..., int]]:
    """Handle all facts that are due; a failure of a subscriber fails the test."""
    from apps.outbox import bus
    from apps.outbox.models import Delivery

    def drain(now: datetime = NOON) -> int:
        handled = bus.deliver_pending(now=now)
        failed = list(Delivery.objects.exclude(status="done").values_list("subscriber", "last_error"))
        assert not failed, failed
        return handled

    return drain
