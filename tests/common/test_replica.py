"""Reads from a real streaming replica, made by pg_basebackup: which go there, and what happens without it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import dj_database_url
import pytest
from django.db import connection, connections, transaction
from django.db.utils import OperationalError
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg2 import errors as postgres

from apps.common import replica
from apps.common.models import IdempotencyRecord
from apps.dashboard.management.commands.doctor import Command as Doctor
from apps.gateways.models import PaymentPause
from apps.ledger.models import Posting
from apps.skills.models import Category
from apps.tasks.models import Task
from marketplace.processes import replica_of
from tests import databases
from tests.clusters import primary_and_replica
from tests.conftest import log_in
from tests.make import Make

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def clusters(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    with django_db_blocker.unblock(), primary_and_replica() as pair:
        yield pair


@pytest.fixture
def pair(clusters, django_db_blocker, settings, monkeypatch):
    """The primary as the database of this process, with its replica."""
    primary, standby = clusters
    before = connection.settings_dict
    own = {**before, **dj_database_url.parse(primary.url)}
    connection.close()
    connection.settings_dict = own
    connections.databases[replica.ALIAS] = replica_of(own, dj_database_url.parse(standby.url), {}) | {
        "TEST": before["TEST"], "TIME_ZONE": None, "AUTOCOMMIT": True,
    }  # fmt: skip
    settings.DATABASE_ROUTERS = ["apps.common.replica.ReplicaRouter"]
    settings.LIST_MEMORY_SECONDS = settings.STRANGER_PAGE_SECONDS = settings.REFERENCE_MEMORY_SECONDS = 0
    monkeypatch.setattr(replica, "CHECK_SECONDS", 0.0)
    replica._state.forget()
    with django_db_blocker.unblock():
        yield SimpleNamespace(primary=primary, standby=standby, make=Make(timezone.now()))
        databases.empty_tables(None)
        connections[replica.ALIAS].close()
        connection.close()
    del connections[replica.ALIAS]
    del connections.databases[replica.ALIAS]
    connection.settings_dict = before
    replica._state.forget()


@pytest.fixture
def paused(pair):
    """The replica receives changes and does not apply them; commits do not wait for it."""
    pair.standby.run("SELECT pg_wal_replay_pause()")
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = local")
    yield pair
    pair.standby.run("SELECT pg_wal_replay_resume()")
    connection.close()


def sent(path: str, client: Client | None = None) -> tuple[list[str], list[str]]:
    """The statements that a page sends to the primary and to the replica, without the check of its position."""
    with CaptureQueriesContext(connection) as first, CaptureQueriesContext(connections[replica.ALIAS]) as second:
        assert (client or Client()).get(path).status_code == 200
    return tuple([query["sql"] for query in captured if "wal_" not in query["sql"]] for captured in (first, second))


PAGES = ["/en/", "/en/tasks/", "/en/tasks/?q=guide&language=en", "/en/tasks/{task}/", "/en/people/",
         "/en/people/{person}/", "/api/v1/tasks/", "/api/v1/tasks/{task}/"]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_a_page_for_strangers_is_read_from_the_replica_alone(pair, page):
    task, person = pair.make.task(), pair.make.freelancer()

    primary, standby = sent(page.format(task=task.id, person=person.handle))

    assert [sql for sql in primary if "pricing_fxrate" not in sql] == [], "rates are kept for members' money too"
    assert standby


def test_a_member_reads_from_the_primary_what_they_have_just_written(pair):
    task = pair.make.task()
    client = log_in(Client(), task.employer)

    for page in (f"/en/tasks/{task.id}/", "/en/tasks/", f"/api/v1/tasks/{task.id}/"):
        primary, standby = sent(page, client)
        assert primary
        assert standby == []


def test_writes_locks_and_transactions_stay_on_the_primary(pair):
    task = pair.make.task()

    def compute() -> list[str | None]:
        read = Task.objects.get(id=task.id)
        with transaction.atomic():
            locked = Task.objects.select_for_update().get(id=task.id)
            inside = Task.objects.get(id=task.id)
        category = Category.objects.create(slug="of-a-test", name="Of a test")
        category.delete()
        return [read._state.db, locked._state.db, inside._state.db, category._state.db, read.employer._state.db]

    assert replica.read(compute) == ["replica", "default", "default", "default", "replica"]
    assert Task.objects.get(id=task.id)._state.db == "default"


def test_outside_a_read_nothing_asks_the_replica_not_even_for_an_object_that_came_from_it(pair):
    task = pair.make.task()
    read = replica.read(lambda: Task.objects.get(id=task.id))

    assert read.employer._state.db == "default"
    read.refresh_from_db()
    assert read._state.db == "default"


@pytest.mark.parametrize("model", [Posting, PaymentPause, IdempotencyRecord])
def test_money_pauses_and_keys_are_read_from_the_primary_everywhere(pair, model):
    assert replica.read(lambda: model._default_manager.all().db) == "default"
    assert replica.read(lambda: Task.objects.all().db) == "replica"


def test_a_task_that_the_replica_lacks_is_shown_from_the_primary(paused):
    task = paused.make.task()
    paused.make.task()

    primary, standby = sent(f"/en/tasks/{task.id}/")

    assert standby
    assert primary
    assert sent("/en/tasks/")[0] == []  # a list may be some seconds old
    with pytest.raises(Http404):
        replica.read(lambda: (_ for _ in ()).throw(Http404))


def test_a_replica_that_is_too_far_behind_is_not_used_until_it_has_caught_up(paused, settings, caplog):
    settings.REPLICA_LAG_SECONDS_MAX = 0
    task = paused.make.task()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            primary, standby = sent(f"/en/tasks/{task.id}/")
            assert primary
            assert standby == []
    assert [record.message.count("the replica is not used") for record in caplog.records] == [1]

    paused.standby.run("SELECT pg_wal_replay_resume()")
    paused.primary.run("SET synchronous_commit = remote_apply; CREATE TABLE now_applied (); DROP TABLE now_applied")
    assert sent(f"/en/tasks/{task.id}/")[1]


def test_a_replica_that_is_down_costs_a_warning_and_no_page(pair, settings, caplog, monkeypatch):
    task = pair.make.task()
    assert sent(f"/en/tasks/{task.id}/")[1]
    connections[replica.ALIAS].close()
    pair.standby.stop()
    try:
        with caplog.at_level(logging.WARNING):
            assert Client().get(f"/en/tasks/{task.id}/").status_code == 200
            assert Client().get("/en/tasks/").status_code == 200
        assert [record.message.count("the replica is not used") for record in caplog.records] == [1]
    finally:
        pair.standby.start()
    assert Client().get("/en/tasks/").status_code == 200
    assert sent("/en/tasks/")[1] == [], "it rests for some seconds"
    replica._state._check_at = 0.0
    assert sent("/en/tasks/")[1]


def test_a_replica_that_goes_down_in_the_middle_of_a_page_is_not_noticed_by_the_visitor(pair):
    task = pair.make.task()
    tries = []

    def compute() -> str | None:
        tries.append(replica.reading_alias())
        if len(tries) == 1:
            pair.standby.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type ="
                             " 'client backend' AND pid <> pg_backend_pid()")  # fmt: skip
        return Task.objects.get(id=task.id)._state.db

    assert replica.read(compute) == "default"
    assert tries == ["replica", "default"]


@pytest.mark.parametrize(
    ("cause", "tries"),
    [(postgres.SerializationFailure(), 2), (postgres.QueryCanceled(), 1)],
    ids=lambda item: str(item),
)
def test_a_query_stopped_by_a_change_is_repeated_and_a_slow_one_is_not(pair, cause, tries):
    called = []

    def compute() -> None:
        called.append(replica.reading_alias())
        if called[-1] == replica.ALIAS:
            raise OperationalError from cause

    if tries == 1:
        with pytest.raises(OperationalError):
            replica.read(compute)
    else:
        replica.read(compute)
    assert len(called) == tries
    assert replica._state.is_usable(), "the replica itself answers"


def test_a_server_that_is_no_replica_is_not_used(pair, caplog):
    connections[replica.ALIAS].close()
    connections[replica.ALIAS].settings_dict["OPTIONS"] = connection.settings_dict["OPTIONS"]
    connections[replica.ALIAS].settings_dict["HOST"] = connection.settings_dict["HOST"]
    assert sent("/en/tasks/")[1] == []
    assert "it is no replica any more" in caplog.text
    assert [line.level for line in Doctor()._database()][2:] == ["fail"]


def test_the_doctor_says_how_old_the_newest_change_is(pair):
    pair.make.task()
    line = list(Doctor()._database())[2]
    assert line.level == "ok"
    assert "its newest change is" in line.text
