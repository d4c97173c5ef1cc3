"""
Work of scheduled jobs: one run at a time, a limit per run, and a failing row never stops the others.

A failed row is recorded as a `SkippedRow` with its error, retried after growing pauses, and shown to staff.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F, Model, QuerySet
from django.utils import timezone

from apps.common.backoff import pause_after
from apps.common.errors import DomainError
from apps.common.models import SkippedRow

logger = logging.getLogger(__name__)

LIMIT = 200
SECONDS_MAX = 40.0
"""Below the time limit of most jobs, so that a slow run ends between two rows and not during one."""
PAUSE_FIRST = timedelta(minutes=1)
Row = TypeVar("Row", bound=Model)


def next_due(rows: QuerySet[Row], *, now: datetime, due: str = "next_attempt_at") -> Row | None:
    """
    The row that has been due longest, locked until the transaction ends; None if none is due. Rows locked by another
    worker are skipped.

    :param due: the column with the time from which the row is due.
    """
    waiting = rows.select_for_update(skip_locked=True, of=("self",)).filter(**{f"{due}__lte": now})
    return waiting.order_by(due, "pk").first()


def each_row(
    job: str,
    rows: QuerySet[Any],
    work: Callable[[UUID], Any],
    *,
    now: datetime,
    limit: int = LIMIT,
    seconds_max: float = SECONDS_MAX,
) -> int:
    """
    Call `work` with the id of each of these rows, in order. Returns the number of successes.

    :param rows: in the order in which they are due. A processed row must no longer match the query, or move to its end.

    :raises OperationalError, InterfaceError: if the database is down: nothing can be done or recorded.
    """
    resting = SkippedRow.objects.filter(job=job, retry_at__gt=now).values("row_id")
    ids = list(rows.exclude(pk__in=resting).values_list("pk", flat=True)[:limit])
    return _try_each(job, ids, work, now, seconds_max)


@dataclass(frozen=True, slots=True)
class Step:
    """
    One kind of work of a job: `work` is called with `now` and the id of each row that is due, as the argument named by
    `row`.

    :param rows: returns the rows that are due at a moment, in the order in which they are due.
    """

    name: str
    rows: Callable[[datetime], QuerySet[Any]]
    work: Callable[..., Any]
    row: str


def run_steps(job: str, *steps: Step) -> int:
    """Run the steps of a job in order, unless another process runs the job. Returns the number of rows processed."""
    now = timezone.now()
    with one_at_a_time(job) as is_ours:
        if not is_ours:
            return 0
        return sum(each_row(step.name, step.rows(now), _with_id(step, now), now=now) for step in steps)


def _with_id(step: Step, now: datetime) -> Callable[[UUID], Any]:
    return lambda row_id: step.work(**{step.row: row_id}, now=now)


def each_id(
    job: str,
    ids: Iterable[UUID],
    work: Callable[[UUID], Any],
    *,
    now: datetime,
    limit: int = LIMIT,
    seconds_max: float = SECONDS_MAX,
) -> int:
    """Like `each_row`, for ids that do not come from one query."""
    resting = set(SkippedRow.objects.filter(job=job, retry_at__gt=now).values_list("row_id", flat=True))
    due = islice((fromkey for fromkey in dict.fromkeys(ids) if fromkey not in resting), limit)
    return _try_each(job, list(due), work, now, seconds_max)


def _try_each(job: str, ids: list[UUID], work: Callable[[UUID], Any], now: datetime, seconds_max: float) -> int:
    ends = time.monotonic() + seconds_max
    failed_before = set(SkippedRow.objects.filter(job=job, row_id__in=ids).values_list("row_id", flat=True))
    done = 0
    for row_id in ids:
        if time.monotonic() > ends:
            logger.warning("%s stops after %.0f s; rows are left for the next run", job, seconds_max)
            break
        try:
            work(row_id)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            _record(job, row_id, error, now)
        else:
            done += 1
            if row_id in failed_before:
                SkippedRow.objects.filter(job=job, row_id=row_id).delete()
    return done


def _record(job: str, row_id: UUID, error: Exception, now: datetime) -> None:
    if isinstance(error, DomainError):  # refused for a reason that may go away
        code = error.code
        logger.warning("%s skips %s: %s", job, row_id, code)
    else:
        code = type(error).__name__
        logger.error("%s skips %s", job, row_id, exc_info=error)
    failure = {"error": f"{code}: {error}"[:2000], "failed_at": now}
    row, is_new = SkippedRow.objects.get_or_create(
        job=job, row_id=row_id, defaults={**failure, "first_failed_at": now, "retry_at": now + PAUSE_FIRST}
    )
    if not is_new:
        pause = pause_after(row.times + 1, first=PAUSE_FIRST)
        SkippedRow.objects.filter(pk=row.pk).update(times=F("times") + 1, retry_at=now + pause, **failure)


def delete_old(rows: QuerySet[Any], *, batch: int = 2000, seconds_max: float = SECONDS_MAX) -> int:
    """Delete these rows in batches, each in its own transaction, until the time is used up. Returns their number."""
    ends, deleted = time.monotonic() + seconds_max, 0
    while ids := list(rows.values_list("pk", flat=True)[:batch]):
        rows.model._default_manager.filter(pk__in=ids).delete()
        deleted += len(ids)
        if time.monotonic() > ends:
            break
    return deleted


@contextmanager
def one_at_a_time(job: str) -> Iterator[bool]:
    """
    Yields False while another process runs this job. The lock belongs to a database connection, so that a killed worker
    leaves no lock behind.
    """
    lock = _locked_by_transaction if settings.DATABASE_POOLED_BY_TRANSACTION else _locked_by_session
    with lock(job) as is_ours:
        yield is_ours


@contextmanager
def _locked_by_session(job: str) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('job'), hashtext(%s))", [job])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours and connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('job'), hashtext(%s))", [job])


@contextmanager
def _locked_by_transaction(job: str) -> Iterator[bool]:
    """
    With a second connection, whose transaction is open as long as the job runs: for it, PgBouncer keeps one connection
    to PostgreSQL. Such a transaction reads nothing and holds back no vacuum.
    """
    own = connection.copy()
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('job'), hashtext(%s))", [job])
            is_ours = bool(cursor.fetchone()[0])
        if not is_ours:
            own.close()
        yield is_ours
    finally:
        own.close()
