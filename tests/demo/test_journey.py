"""The whole job as an operator runs it: a database of its own, a real worker, web and payment processor."""

import json
import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.conf import settings


@pytest.fixture
def own_database():
    """A fresh database on the test servers; gives its URL."""
    address = urlsplit(os.environ["DATABASE_URL"])
    name = f"journey_{os.getpid()}"

    def run(statement: str) -> None:
        connection = psycopg2.connect(os.environ["DATABASE_URL"])
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    run(f"CREATE DATABASE {name}")
    yield urlunsplit(address._replace(path=f"/{name}"))
    run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


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

    made = json.loads(done.stdout.splitlines()[-1])

    assert made["ok"] is True
    events = [entry["event"] for entry in made["journal_entries"]]
    for event in ("escrow.funded", "escrow.released", "payout.requested", "payout.transferred", "payout.paid"):
        assert events.count(event) == 1
    check = subprocess.run(
        [sys.executable, "manage.py", "ledger_check", "--json"],
        env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert check.returncode == 0, check.stdout
