"""
Reads from a replica, only where a value that is some seconds old is harmless: `read` is the only way to it, and is used
for pages and answers of the API for strangers (docs/adr/0015-reads-from-a-replica.md).
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import Http404
from psycopg2 import errors as postgres

from apps.common.errors import NotFound

logger = logging.getLogger(__name__)

ALIAS = "replica"
CHECK_SECONDS = 1.0
REST_SECONDS = 5.0
"""How long a replica is not asked after it did not answer."""
_is_reading: ContextVar[bool] = ContextVar("is_reading", default=False)
Value = TypeVar("Value")


def read(compute: Callable[[], Value]) -> Value:
    """
    `compute()`, with its reads from the replica, if there is one that is at most `REPLICA_LAG_SECONDS_MAX` behind.

    It is called again with the primary if the replica does not answer, stops a query, or lacks the object: it may be
    newer than the replica. `compute` must not write.
    """
    if not _state.is_usable():
        return compute()
    token = _is_reading.set(True)
    try:
        return compute()
    except (Http404, NotFound, ObjectDoesNotExist):
        pass
    except (OperationalError, InterfaceError) as error:
        if isinstance(error.__cause__, postgres.QueryCanceled):
            raise  # too slow: it would be no faster on the primary
        if not isinstance(error.__cause__, postgres.SerializationFailure):  # stopped by the replay of a change
            _state.rest(error)
    finally:
        _is_reading.reset(token)
    return compute()


def reading_alias() -> str:
    """The database for reads without a model: the replica inside of `read`, else the primary."""
    return ALIAS if _is_reading.get() and not connections[DEFAULT_DB_ALIAS].in_atomic_block else DEFAULT_DB_ALIAS


def reading_connection() -> BaseDatabaseWrapper:
    return connections[reading_alias()]


class ReplicaRouter:
    """Only tables of `REPLICA_APPS` are read from the replica, and never inside a transaction."""

    def db_for_read(self, model: Any, **_hints: Any) -> str:
        return reading_alias() if model._meta.app_label in settings.REPLICA_APPS else DEFAULT_DB_ALIAS

    def db_for_write(self, model: Any, **_hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, first: Any, second: Any, **_hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


class _State:
    """
    Whether this process uses the replica now.

    It is fresh if its newest change was committed within the last `REPLICA_LAG_SECONDS_MAX`; or, since nothing may have
    been written for a while, if it has replayed all that the primary had written at some moment of these seconds. So a
    replica that lost its connection is noticed too, which knows of no newer change itself.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._written: deque[tuple[float, int]] = deque()
        self._check_at = 0.0
        self._is_fresh = False
        self._reason = ""

    def is_usable(self) -> bool:
        if ALIAS not in connections.databases or connections[DEFAULT_DB_ALIAS].in_atomic_block:
            return False
        if time.monotonic() >= self._check_at and self._lock.acquire(blocking=False):
            try:
                self._check()
            finally:
                self._lock.release()
        return self._is_fresh

    def rest(self, error: Exception) -> None:
        self._check_at = time.monotonic() + REST_SECONDS
        self._conclude(f"it does not answer: {error}".strip())

    def _check(self) -> None:
        now, lag_max = time.monotonic(), settings.REPLICA_LAG_SECONDS_MAX
        try:
            (written,) = _row("SELECT pg_current_wal_lsn()", DEFAULT_DB_ALIAS)
            is_replica, replayed, age = _row(_STATE, ALIAS)
        except (DatabaseError, InterfaceError) as error:
            self.rest(error)
            return
        self._check_at = now + CHECK_SECONDS
        self._written.append((now, _bytes(written)))
        while self._written[0][0] < now - lag_max:
            self._written.popleft()
        if not is_replica:
            self._conclude("it is no replica any more")
        elif (age is not None and age <= lag_max) or _bytes(replayed) >= self._written[0][1]:
            self._conclude("")
        else:
            self._conclude("it is too far behind" if age is None else f"its newest change is {age:.0f} s old")

    def _conclude(self, reason: str) -> None:
        self._is_fresh = not reason
        if reason and not self._reason:
            logger.warning("the replica is not used, the primary answers in its place: %s", reason)
        elif self._reason and not reason:
            logger.warning("the replica is used again")
        self._reason = reason


_STATE = """SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn(),
    extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float"""


def _row(statement: str, alias: str) -> tuple[Any, ...]:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


def _bytes(position: str | None) -> int:
    """A position in the write-ahead log, from the start: PostgreSQL writes 16/B374D848 for 0x16_B374D848."""
    high, low = (position or "0/0").split("/")
    return (int(high, 16) << 32) + int(low, 16)


_state = _State()


def newest_change() -> tuple[bool, float | None]:
    """Whether it is a replica, and the age of the newest change that it replayed in seconds; None if there is none."""
    is_replica, _replayed, age = _row(_STATE, ALIAS)
    return is_replica, age
