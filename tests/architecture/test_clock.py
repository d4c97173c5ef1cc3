"""A worker whose clock differs from the database's does not start."""

import time

import pytest
from django.db import connection

from marketplace import celery


@pytest.mark.django_db
@pytest.mark.parametrize("days", [20, -20])
def test_a_clock_that_differs_starts_no_worker(monkeypatch, days):
    monkeypatch.setattr(connection, "close", lambda: None)
    celery.check_clock()
    now = time.time()
    monkeypatch.setattr(celery.time, "time", lambda: now + days * 86400)
    with pytest.raises(SystemExit, match="clock differs"):
        celery.check_clock()
