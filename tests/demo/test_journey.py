"""The whole job as an operator runs it: a database of its own, a real worker, web and payment processor."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests import databases


@pytest.fixture(params=["migrated", pytest.param("empty", marks=pytest.mark.full)])
def own_database(request):
    """A database of its own on the test servers, without reference data or wholly empty; gives its URL."""
    name = f"journey_{os.getpid()}"
    if request.param == "migrated":
        databases.copy(name, databases.template())
        tables = ", ".join(sorted(databases.REFERENCE_TABLES - databases.OF_MIGRATIONS))
        append_only = "SET session_replication_role = replica"  # their triggers refuse it
        databases.run(append_only, f"TRUNCATE {tables} CASCADE", database=name)
    else:
        databases.drop(name)
        databases.run(f"CREATE DATABASE {name}")
    yield databases.url(name)
    databases.drop(name)


@pytest.mark.processes
def test_the_journey_ends_paid_reviewed_and_balanced(own_database):
    environment = {
        **os.environ,
        "DATABASE_URL": own_database,
        "CELERY_QUEUE": f"journey-{os.getpid()}",
        "PROCESSOR_URL": "http://127.0.0.1:9",
        "TRADEWIND_ENV": "demo",
    }
    command = [sys.executable, "manage.py", "journey", "--language", "ar", "--json"]
    done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]

    loads = json.loads(done.stdout.splitlines()[-1])

    assert loads["ok"] is True
    events = [entry["event"] for entry in loads["journal_entries"]]
    for event in ("escrow.funded", "escrow.released", "payout.requested", "payout.transferred", "payout.paid"):
        assert events.count(event) == 1
    check = subprocess.run(
        [sys.executable, "manage.py", "ledger_check", "--json"],
        env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert check.returncode == 0, check.stdout
