from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from rest_framework.test import APIClient

from tests import databases, network
from tests.make import Make

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's sync API keeps a loop in the test's thread

network.shut()

# Hypothesis measures by the clock on the wall, which says nothing on a machine that is busy; bench/ measures speed.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parent.parent
NOON = datetime(2026, 10, 28, 12, 0, tzinfo=UTC)

# What takes longest begins first, so that no worker is left alone with it at the end.
LONGEST = [
    "tests/demo/test_dev_tracks.py", "tests/demo/test_seeding.py", "tests/api/test_description.py",
    "tests/demo/test_journey.py", "tests/browser/test_journey.py", "tests/browser/test_a_contract_that_lives.py",
    "tests/money/test_state_machine.py", "tests/operation/test_rabbitmq.py",
]  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.nodeid.partition("::")[0] not in LONGEST)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, django_db_modify_db_settings: None
) -> Iterator[None]:
    """pytest-django's own would run all migrations for each worker; here each gets a copy (tests/databases.py)."""
    TransactionTestCase._fixture_teardown = databases.empty_tables  # type: ignore[method-assign]
    with django_db_blocker.unblock():
        before, name = connection.settings_dict["NAME"], connection.creation._get_test_db_name()
        databases.copy(name, databases.template())
        connection.close()
        connection.settings_dict["NAME"] = name
    yield
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = before
        databases.drop(name)


@pytest.fixture(scope="session", autouse=True)
def _static_files(django_test_environment: None) -> None:
    """
    A file is looked for when it is asked for: else every test client looks at all of them before its first request,
    which took a tenth of the time of all tests.
    """
    django_settings.WHITENOISE_USE_FINDERS = True
    django_settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def _quick_and_private(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path
    settings.MATCH_INDEX = tmp_path / "index"
    # A page that another test opened in Chinese leaves its language behind in the thread.
    translation.activate("en")
    network.refused.clear()
    yield
    assert not network.refused, f"a test speaks to the outside: {network.refused}"


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


def log_in(client: Any, organization: Any, role: str = "owner") -> Any:
    """The client of the organization's member with this role, who has just proved who they are."""
    user = organization.memberships.get(role=role).user
    client.force_login(user)
    prove(client, user)
    return client


def api(user: Any) -> APIClient:
    """A client of the API as this user."""
    client = APIClient()
    client.force_login(user)
    return client


def api_post(client: APIClient, path: str, body: dict[str, Any]) -> Any:
    """POST with an idempotency key, as money endpoints want it."""
    return client.post(f"/api/v1/{path}", body, format="json", headers={"Idempotency-Key": str(uuid4())})


@pytest.fixture
def processor_url(tmp_path: Path, settings: Any) -> Iterator[str]:
    """A processor that is a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "devstack.sandbox_processor", "--port", "0", "--db", str(tmp_path / "p.db"),
         "--payout-delay", "1000000"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    search = re.search(r"http://\S+", process.stdout.readline())
    assert search is not None
    settings.PROCESSOR_URL = search[0]
    yield search[0]
    process.kill()
    process.wait()
    process.stdout.close()


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
