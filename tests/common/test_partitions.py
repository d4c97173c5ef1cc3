"""A partitioned table keeps every rule that it had, and months are found by the ids."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from apps.common.ids import uuid7
from apps.common.management import partitions
from apps.common.management.partitions import Month
from apps.common.models import StatusChange
from apps.dashboard.management.commands.doctor import Command as Doctor
from apps.ledger.queries import invariants
from apps.messaging import operations as messaging
from apps.messaging.models import MessageFile
from apps.outbox import bus, jobs
from apps.outbox.models import Delivery, Event
from tests.make.agreed import active_contract

pytestmark = pytest.mark.django_db
TABLES = ["outbox_event", "messaging_message", "common_statuschange"]


@pytest.fixture
def partitioned(make):
    """Three tables with rows, partitioned; the test's transaction takes it all back."""
    make.now = timezone.now()
    contract = active_contract(make)
    make.milestone(status="approved")
    _check_now()
    before = {table: _shape(table) for table in TABLES}
    for table in TABLES:
        call_command("partition_by_month", table, apply=True, verbosity=0)
    _check_now()
    return contract, before


def _check_now() -> None:
    """What is checked at a commit; a table with pending checks cannot be altered."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _all(statement: str, *parameters: object) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


OF_TABLE = {
    "columns": """SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
        WHERE attrelid = %s::regclass AND attnum > 0""",
    "constraints": """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE %s::regclass IN (conrelid, confrelid) AND contype <> 'n' AND conparentid = 0""",
    "indexes": """SELECT c.relname, regexp_replace(pg_get_indexdef(c.oid), ' ON (ONLY )?', ' ON ') FROM pg_index i
        JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = %s::regclass""",
    "triggers": """SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger
        WHERE tgrelid = %s::regclass AND NOT tgisinternal""",
}


def _shape(table: str) -> dict[str, Any]:
    """Columns, constraints, indexes and triggers by name, as a migration sees them."""
    return {name: sorted(_all(statement, table)) for name, statement in OF_TABLE.items()}


def partition_names(table: str) -> list[str]:
    return [
        name
        for (name,) in _all("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", table)
    ]


def month_after(months: int) -> datetime:
    month = Month.of(timezone.now()).plus(months)
    return datetime(month.year, month.number, 15, tzinfo=UTC)


def id_of(moment: datetime) -> UUID:
    return UUID(int=(int(moment.timestamp() * 1000) << 80) | (uuid7().int & ((1 << 80) - 1)))


def place(table: str, row_id: UUID) -> str:
    return str(_all(f"SELECT tableoid::regclass::text FROM {table} WHERE id = %s", row_id)[0][0])


def test_it_looks_to_migrations_as_it_did(partitioned):
    _contract, before = partitioned
    for table in TABLES:
        assert _shape(table) == before[table]


def test_ids_sort_by_month_and_rows_go_to_the_partition_of_their_month(partitioned):
    assert Month(2026, 12).plus(1) == Month(2027, 1)
    assert Month(2026, 11).until(Month(2028, 2)) == 15
    assert Month.of(timezone.now()).first_id < uuid7() < Month.of(timezone.now()).plus(1).first_id
    limit = Month.of(timezone.now()).plus(1)
    for months in (0, 1, 2, partitions.MONTHS_AHEAD):
        event = Event.objects.create(
            id=id_of(month_after(months)), name="x", payload={}, happened_at=month_after(months)
        )
        expected = f"outbox_event_{limit.plus(months - 1)}" if months else f"outbox_event_to_{limit}"
        assert place("outbox_event", event.id) == expected


def test_a_query_by_id_reads_one_partition(partitioned):
    event = Event.objects.create(id=id_of(month_after(2)), name="x", payload={}, happened_at=month_after(2))
    [(lines,)] = _all("EXPLAIN (FORMAT json) SELECT * FROM outbox_event WHERE id = %s", event.id)
    text = json.dumps(lines)
    assert set(re.findall(r'"Relation Name": "(\w+)"', text)) == {place("outbox_event", event.id)}


def test_work_goes_on_and_the_books_are_right(partitioned, make, outbox_drain):
    contract, _before = partitioned
    make.milestone(status="approved")
    assert outbox_drain(timezone.now()) > 0
    messaging.send(
        contract_id=contract.id, text="Hi", source_language="en", actor=make.actor(contract.employer), now=make.now
    )
    _check_now()
    assert [finding.invariant for finding in invariants.check_all() if finding.breaches] == []


def test_foreign_keys_hold_in_both_directions(partitioned):
    event = Event.objects.filter(deliveries__isnull=False).first()
    assert event is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(id=event.id)._raw_delete("default")
        _check_now()
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(event_id=uuid7(), subscriber="x", next_attempt_at=timezone.now())
        _check_now()
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageFile.objects.create(message_id=uuid7(), file_id=uuid7())
        _check_now()
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.create(id=event.id, name="the same id", payload={}, happened_at=timezone.now())


@pytest.mark.parametrize("verb", ["UPDATE {} SET verb = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_history_is_append_only_in_every_partition_even_if_it_is_named(partitioned, verb):
    later = StatusChange.objects.create(
        id=id_of(month_after(2)), subject_type="x", subject_id=uuid7(), verb="v", source="a", target="b",
        happened_at=month_after(2),
    )  # fmt: skip
    names = [
        name
        for (name,) in _all(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'common_statuschange'::regclass"
        )
    ]
    assert place("common_statuschange", later.id) in names
    assert len(names) == partitions.MONTHS_AHEAD + 1
    filled = [name for name in names if _all(f"SELECT 1 FROM {name} LIMIT 1")]
    assert len(filled) == 2
    for name in ["common_statuschange", *(names if verb.startswith("TRUNCATE") else filled)]:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            _all(verb.format(name))


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("ledger_posting", "primary key"),
        ("outbox_delivery", "primary key"),
        ("ledger_journalentry", "only within a month"),
        ("notifications_notification", "notifications_notification_once would hold only within a month"),
        ("nowhere", "no table"),
    ],
)
def test_a_table_that_would_lose_a_rule_is_refused(table, reason):
    with pytest.raises(CommandError, match=reason):
        call_command("partition_by_month", table, apply=True)


def test_without_apply_it_only_prints(capsys):
    call_command("partition_by_month", "outbox_event")
    out = capsys.readouterr().out
    assert "ATTACH PARTITION" in out
    assert out.index("lock_timeout") < out.index("RENAME TO")
    assert _all("SELECT relkind::text FROM pg_class WHERE relname = 'outbox_event'") == [("r",)]
    with pytest.raises(CommandError, match="Name one"):
        call_command("partition_by_month")


def test_a_partitioned_table_is_refused_a_second_time(partitioned):
    with pytest.raises(CommandError, match="already"):
        call_command("partition_by_month", "outbox_event", apply=True)


def test_months_are_added_ahead_and_empty_ones_dropped_once_they_are_pruned(partitioned, monkeypatch, capsys):
    last = Month.of(timezone.now()).plus(partitions.MONTHS_AHEAD)
    event = Event.objects.create(id=id_of(month_after(2)), name="x", payload={}, happened_at=month_after(2))
    two, three, four = (month_after(months) for months in (2, 3, 4))
    monkeypatch.setattr("django.utils.timezone.now", lambda: four)
    _check_now()
    call_command("partition_by_month", extend=True)
    assert f"outbox_event: partitions for {partitions.MONTHS_AHEAD} more months" in capsys.readouterr().out

    names = {
        name
        for (name,) in _all(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'outbox_event'::regclass"
        )
    }
    assert {f"outbox_event_{last.plus(4)}", place("outbox_event", event.id)} <= names
    assert f"outbox_event_{Month.of(three)}" not in names, "a past month without events"
    added = f"common_statuschange_{last.plus(4)}"
    assert _all("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE '%%no_truncate'", added)

    Event.objects.filter(id=event.id).delete()
    _check_now()
    call_command("partition_by_month", extend=True)
    assert _all("SELECT to_regclass(%s)", f"outbox_event_{Month.of(two)}") == [(None,)]


def test_pruning_by_retention_works_on_partitions(partitioned, settings, outbox_drain):
    outbox_drain(timezone.now())
    Delivery.objects.update(done_at=timezone.now() - timedelta(days=60))
    Event.objects.update(happened_at=timezone.now() - timedelta(days=60))
    assert jobs.prune() > 0
    assert not Event.objects.exists()
    assert bus.failed_count() == 0


def test_the_doctor_warns_before_the_months_run_out(partitioned, monkeypatch):
    def levels() -> set[str]:
        return {line.level for line in Doctor()._database() if "partitions" in line.text}

    late, too_late = month_after(partitions.MONTHS_AHEAD - 4), month_after(partitions.MONTHS_AHEAD)
    assert levels() == {"ok"}
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)
    assert levels() == {"warn"}
    monkeypatch.setattr("django.utils.timezone.now", lambda: too_late)
    assert levels() == {"fail"}
