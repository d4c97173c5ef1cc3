import logging
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import structlog
from celery import Celery
from celery.signals import (
    after_task_publish,
    beat_init,
    heartbeat_sent,
    setup_logging,
    worker_init,
    worker_process_init,
)
from django.db import OperationalError, close_old_connections, connection
from django.dispatch import receiver
from django_structlog.celery.signals import bind_extra_task_metadata
from django_structlog.celery.steps import DjangoStructLogInitStep

from marketplace.telemetry import start_traces

logger = logging.getLogger(__name__)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

app = Celery("tradewind")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Background jobs are in jobs.py, because a Task here is what an employer posts.
app.autodiscover_tasks(related_name="jobs")
# Log lines of a job contain its id, its name and the ids of the request that queued it.
if app.steps is not None:
    app.steps["worker"].add(DjangoStructLogInitStep)


@receiver(bind_extra_task_metadata)
def name_the_job(task: Any, **_signal: Any) -> None:
    structlog.contextvars.bind_contextvars(task=task.name)


@setup_logging.connect
def keep_our_logging(**_signal: Any) -> None:
    """Connected so that Celery keeps the logging configuration of the settings."""


@worker_process_init.connect
def trace_its_jobs(**_signal: Any) -> None:
    start_traces()


SIGN_SECONDS = 10.0
_next_sign = 0.0


def _touch(kind: str) -> bool:
    """Touch the file that ops/alive.py checks, at most every ten seconds. Returns True if it was due."""
    global _next_sign
    if time.monotonic() < _next_sign:
        return False
    _next_sign = time.monotonic() + SIGN_SECONDS
    try:
        (Path(os.environ.get("SIGNS_DIR", tempfile.gettempdir())) / f"tradewind-{kind}").touch()
    except OSError as error:
        logger.warning("the heartbeat file could not be written: %s", error)
    return True


@heartbeat_sent.connect
def worker_is_alive(**_signal: Any) -> None:
    _touch("worker")


@beat_init.connect
def beat_begins(**_signal: Any) -> None:
    after_task_publish.connect(beat_is_alive, weak=False)


def beat_is_alive(**_signal: Any) -> None:
    """
    Beat has just sent a job: record a heartbeat, in the database too, because metrics of all machines are read there.
    """
    if not _touch("beat"):
        return
    from apps.common.jobs import give_sign

    try:
        close_old_connections()
        give_sign("beat")
    except Exception as error:  # beat continues without a database
        logger.warning("beat's heartbeat could not be recorded: %s", error)


CLOCK_SECONDS_MAX = 30.0


@worker_init.connect
@beat_init.connect
def check_clock(**_signal: Any) -> None:
    """Deadlines and payouts depend on this machine's clock: do not start if it differs from the database's."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            difference = time.time() - float(cursor.fetchone()[0])
    except OperationalError:
        return  # without a database nothing works, and nothing is checked
    finally:
        connection.close()  # before the worker forks
    if abs(difference) > CLOCK_SECONDS_MAX:
        raise SystemExit(
            f"This machine's clock differs from the database's by {difference:.0f} s: set both by NTP, then start."
        )
