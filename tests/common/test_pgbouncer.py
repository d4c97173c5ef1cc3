"""Behind PgBouncer in transaction mode, with three connections for everybody: each transaction may get another one."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.test import Client
from django.utils import timezone

from apps.common.work_queue import one_at_a_time
from apps.dashboard.management import deploy_checks
from apps.files import operations as files
from apps.ledger.queries import invariants
from apps.matching.queries import candidates
from apps.outbox import bus
from apps.outbox.models import Delivery, DeliveryStatus
from tests import pgbouncer
from tests.conftest import log_in
from tests.make import Make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
POOL_SIZE, THREADS = 3, 8


@pytest.fixture(scope="module")
def pooler(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        parameters = connection.get_connection_params()
        with pgbouncer.running(parameters["dbname"], parameters["host"], pool_size=POOL_SIZE) as folder:
            yield folder


@pytest.fixture
def pooled(pooler, transactional_db, settings):
    """This process connects through the pooler, as a worker does."""
    before = connection.settings_dict
    settings.DATABASE_POOLED_BY_TRANSACTION = True
    connection.close()
    connection.settings_dict = {
        **before, "NAME": "tradewind_worker", "HOST": pooler, "PORT": str(pgbouncer.PORT), "OPTIONS": {},
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }  # fmt: skip
    yield
    connection.close()
    connection.settings_dict = before


def in_threads(work: Callable[[int], object], count: int = THREADS) -> list:
    """What each call returns; all begin together, each with connections of its own."""
    gate, own = threading.Barrier(count), connection.settings_dict

    def run(number: int) -> object:
        connection.settings_dict = own
        try:
            gate.wait()
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


def _one(statement: str, *parameters: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]


def test_many_clients_share_few_connections(pooled):
    pids = in_threads(lambda _number: [_one("SELECT pg_backend_pid()") for _ in range(20)])

    assert len({pid for own in pids for pid in own}) <= POOL_SIZE


def test_the_limits_of_the_configuration_apply(pooled, settings):
    assert _one("SHOW statement_timeout") == "50s"
    assert _one("SHOW lock_timeout") == "15s"
    connection.close()
    connection.settings_dict = {**connection.settings_dict, "NAME": "tradewind_web"}
    assert _one("SHOW statement_timeout") == "8s"
    assert "tradewind.W009" not in {item.id for item in deploy_checks.run_all()}


def test_an_installation_without_limits_is_warned(db, settings):
    settings.DATABASE_POOLED_BY_TRANSACTION = True
    assert "tradewind.W009" in {item.id for item in deploy_checks.run_all()}


def test_a_job_runs_once_at_a_time_although_its_connections_are_shared(pooled):
    runs, most, ran = [0], [0], Counter()
    guard = threading.Lock()

    def work(number: int) -> None:
        for _ in range(10):
            with one_at_a_time("job of a test") as is_ours:
                if not is_ours:
                    continue
                with guard:
                    runs[0] += 1
                    most[0] = max(most[0], runs[0])
                _one("SELECT 1")
                ran[number] += 1
                with guard:
                    runs[0] -= 1

    in_threads(work, 4)
    assert most[0] == 1
    assert ran
    assert any(_is_free() for _ in range(200)), (
        "a run left a lock behind"
    )  # PgBouncer ends a transaction a moment later


def _is_free() -> bool:
    with one_at_a_time("job of a test") as is_ours:
        return is_ours


_HOLDER = """
import psycopg2, sys
session = psycopg2.connect(sys.argv[1])
session.cursor().execute("SELECT pg_advisory_xact_lock(hashtext('job'), hashtext('job of a test'))")
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_worker_that_is_killed_leaves_no_lock(pooled, pooler):
    address = f"host={pooler} port={pgbouncer.PORT} dbname=tradewind_worker user=postgres"
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        with one_at_a_time("job of a test") as is_ours:
            assert not is_ours
        process.kill()
    _one("SELECT pg_advisory_xact_lock(hashtext('job'), hashtext('job of a test'))::text")  # waits until it is noticed
    with one_at_a_time("job of a test") as is_ours:
        assert is_ours


def test_each_event_is_delivered_once_by_workers_in_parallel(pooled):
    make = Make(timezone.now())
    for _ in range(6):
        make.task()
    waiting = Delivery.objects.filter(status=DeliveryStatus.PENDING).count()
    assert waiting > THREADS

    handled = in_threads(lambda _number: bus.deliver_pending(now=timezone.now()))

    assert sum(handled) >= waiting
    assert set(Delivery.objects.values_list("status", "attempts")) == {(DeliveryStatus.DONE, 1)}


def test_money_moves_from_an_employer_to_a_freelancer_and_the_books_are_right(pooled):
    make = Make(timezone.now())
    milestone = make.milestone(status="approved")

    assert milestone.status == "approved"
    assert [finding.invariant for finding in invariants.check_all() if finding.breaches] == []


def test_pages_search_and_log_in_work(pooled):
    make = Make(timezone.now())
    task = make.task()
    client = log_in(Client(), make.freelancer())

    for page in ("/en/", "/en/tasks/", "/en/tasks/?q=guide&language=en", f"/en/tasks/{task.id}/", "/en/money/"):
        assert client.get(page).status_code == 200
        assert Client().get(page).status_code in (200, 302)


def test_what_reads_row_by_row_needs_no_cursor_of_the_server(pooled, capsys):
    for number in range(3):
        upload = SimpleUploadedFile(f"{number}.txt", b"words")
        files.store(upload=upload, uploaded_by_id=uuid4(), now=timezone.now())

    in_threads(lambda _number: call_command("check_files"))

    assert capsys.readouterr().out.count("3 files are complete") == THREADS


def test_temporary_tables_of_the_candidate_index_end_with_their_transaction(pooled):
    make = Make(timezone.now())
    for _ in range(3):
        make.freelancer()

    def load(_number: int) -> int:
        return len(candidates.load_candidates(timezone.now()).features)

    assert in_threads(load, 4) == [3] * 4


def test_a_slow_statement_is_stopped(pooled):
    connection.close()
    connection.settings_dict = {**connection.settings_dict, "NAME": "tradewind_web"}
    with pytest.raises(OperationalError, match="statement timeout"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)")
