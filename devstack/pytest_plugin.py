"""
Starts a temporary PostgreSQL and Valkey before Django reads its settings. DATABASE_URL and REDIS_URL, where they are
set, name other servers.
"""

import os
from collections.abc import Generator

import pytest

from devstack.services import Stack

NEEDED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
_started: Stack | None = None
_set: list[str] = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    global _started
    os.environ["TRADEWIND_ENV"] = "test"
    # Each worker has one core. If numpy and scikit-learn used as many threads as cores in every worker, they would
    # compete: `tests/matching/test_learning.py` would take three times as long.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    # A test that clears the cache must not clear what a test in another worker counts.
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    os.environ["REDIS_CACHE_DATABASE"] = str(1 + worker % 15)
    if not all(os.environ.get(name) for name in NEEDED):  # the parallel workers inherit them
        _started = Stack(os.environ.get("DEVSTACK_TEST", "test"), durable=False).start()
        missing = {name: value for name, value in _started.environment().items() if not os.environ.get(name)}
        os.environ.update(missing)
        _set.extend(missing)
    return (yield)


def pytest_report_header() -> str:
    return f"servers: {os.environ.get('DATABASE_URL')}"


def pytest_unconfigure() -> None:
    global _started
    if _started is not None:
        _started.stop()
        _started = None
        for name in _set:
            os.environ.pop(name, None)
