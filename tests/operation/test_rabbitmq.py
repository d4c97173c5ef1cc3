"""RabbitMQ as the broker: a real server, real workers that are killed, and messages that survive both."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import psycopg2
import pytest
from celery import Celery
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from apps.common import jobs
from apps.common.models import SignOfLife
from apps.dashboard.queries import metrics
from apps.outbox import bus
from apps.outbox.models import Delivery, DeliveryStatus
from marketplace.broker import broker_url, transport_options
from tests import databases
from tests.make import Make
from tests.operation import rabbitmq

ROOT = Path(django_settings.BASE_DIR)
SECONDS_MAX = 60
MONEY, MAIL, DEFAULT = "worker.money", "worker.mail", "worker.default"


@pytest.fixture(scope="module")
def server() -> Iterator[rabbitmq.Server]:
    with rabbitmq.running() as running:
        yield running


@pytest.fixture
def site(server, transactional_db, settings):
    """Its queues are empty, and `send` sends as this process would if its broker were RabbitMQ."""
    settings.CELERY_BROKER_URL, settings.CELERY_BROKER_TRANSPORT_OPTIONS = server.url, transport_options(server.url)
    program = Celery("sender", set_as_current=False)
    program.config_from_object("django.conf:settings", namespace="CELERY")
    program.conf.update(broker_url=server.url, broker_transport_options=transport_options(server.url))
    with program.connection_for_write() as opened:
        for queue in settings.CELERY_TASK_QUEUES:
            opened.default_channel.queue_delete(queue.name)
            queue(opened.default_channel).declare()
    yield SimpleNamespace(server=server, send=program.send_task)
    program.close()


@contextmanager
def worker(server: rabbitmq.Server, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ, "CELERY_BROKER_URL": server.url, "DATABASE_URL": databases.url(connection.settings_dict["NAME"]),
        "C_FORCE_ROOT": "1", "SIGNS_DIR": str(server.folder),
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "celery", "-A", "marketplace", "--quiet", "worker", "-c", "2", *words],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """With the processes of its jobs, as a machine that loses power."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def until(is_true: Callable[[], object], what: str) -> None:
    ends = time.monotonic() + SECONDS_MAX
    while not is_true():
        assert time.monotonic() < ends, f"{what}: not within {SECONDS_MAX} s"
        time.sleep(0.05)


def seen(*names: str) -> bool:
    """Whether a job of each of these queues ran."""
    return set(names) <= set(SignOfLife.objects.values_list("name", flat=True))


def lengths() -> dict[str, float]:
    return {name.rpartition(".")[2]: length for name, length in (metrics._queue_lengths() or {}).items()}


@contextmanager
def blocked(name: str) -> Iterator[Callable[[], bool]]:
    """A job that writes this sign waits until the block ends; yields whether one is waiting."""
    SignOfLife.objects.create(name=name, seen_at=timezone.now() - timedelta(days=1))
    holder = psycopg2.connect(databases.url(connection.settings_dict["NAME"]))
    with holder.cursor() as cursor:
        cursor.execute("SELECT 1 FROM common_signoflife WHERE name = %s FOR UPDATE", [name])

        def is_waiting() -> bool:
            with connection.cursor() as own:
                own.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                            " AND datname = current_database() AND query LIKE '%signoflife%'")  # fmt: skip
                return bool(own.fetchone()[0])

        try:
            yield is_waiting
        finally:
            holder.close()


def is_new(name: str) -> bool:
    return SignOfLife.objects.filter(name=name, seen_at__gt=timezone.now() - timedelta(hours=1)).exists()


@pytest.mark.processes
def test_jobs_reach_the_workers_of_their_queues(site):
    for queue in jobs.sign_jobs:
        site.send(f"heartbeat.{queue}")
    assert lengths() == {django_settings.CELERY_TASK_DEFAULT_QUEUE: 1, "money": 1, "mail": 1, "matching": 1}
    site.send("heartbeat.default", expires=timezone.now() - timedelta(seconds=1))

    with worker(site.server, "-Q", f"{django_settings.CELERY_TASK_DEFAULT_QUEUE}.money"):
        until(lambda: seen(MONEY), "a worker of one queue")
    assert not seen(MAIL)
    with worker(site.server):
        until(lambda: seen(MONEY, MAIL, DEFAULT, "worker.matching"), "a worker of all queues")
        SignOfLife.objects.filter(name=DEFAULT).delete()
        sent = timezone.now()
        site.send("heartbeat.default", eta=sent + timedelta(seconds=1))
        until(lambda: seen(DEFAULT), "a job for later")
        assert SignOfLife.objects.get(name=DEFAULT).seen_at >= sent + timedelta(seconds=1)
    assert sum(lengths().values()) == 0


@pytest.mark.processes
def test_a_job_of_a_worker_that_is_killed_is_done_by_the_next(site):
    with blocked(MONEY) as is_waiting, worker(site.server) as first:
        site.send("heartbeat.money")
        until(is_waiting, "the job has begun")
        kill(first)
    assert not is_new(MONEY)

    with worker(site.server):
        until(lambda: is_new(MONEY), "the job again")


@pytest.mark.processes
def test_messages_survive_a_crash_of_the_broker_and_workers_connect_again(site):
    site.send("heartbeat.mail")
    site.server.kill()
    site.server.start()
    assert lengths()["mail"] == 1

    with worker(site.server):
        until(lambda: seen(MAIL), "a job from before the crash")
        site.server.kill()
        site.server.start()
        site.send("heartbeat.money", retry=True)
        until(lambda: seen(MONEY), "a job after the second crash")


@pytest.mark.processes
def test_an_event_of_the_time_without_a_broker_is_delivered_when_it_is_back(site, monkeypatch):
    monkeypatch.setattr(jobs, "_away_until", 0.0)
    site.server.kill()
    Make(timezone.now()).task()
    begun = time.monotonic()
    jobs.hint(SimpleNamespace(apply_async=lambda **options: site.send("outbox.deliver", **options)))
    assert jobs._away_until > begun, "the visitor is not told, and the broker rests"
    assert metrics._queue_lengths() is None
    assert Delivery.objects.filter(status=DeliveryStatus.PENDING).exists()

    site.server.start()
    site.send("outbox.deliver", retry=True)  # as beat does, every two seconds
    with worker(site.server):
        until(lambda: not Delivery.objects.exclude(status=DeliveryStatus.DONE).exists(), "the outbox")
    assert bus.deliver_pending(now=timezone.now()) == 0


def test_only_redis_gets_the_options_of_redis():
    assert broker_url("", "redis://x:6379") == "redis://x:6379"
    assert broker_url("", "unix:///run/s") == "redis+socket:///run/s?virtual_host=0"
    assert broker_url("amqp://u:p@h/v", "redis://x") == "amqp://u:p@h/v"
    assert transport_options("redis+socket:///run/s")["visibility_timeout"] == 3600
    assert transport_options("amqps://u:p@h/v") == {"confirm_publish": True}
