"""
Large tables in partitions by month, without rewriting them (docs/adr/0016-partitions-by-month.md).

The key of a partition is the primary key itself: ids are UUIDs of version 7, whose first 48 bits are milliseconds. So
primary key and foreign keys stay what they were. A table with another unique constraint cannot be partitioned: it would
hold only within a month.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

MONTHS_AHEAD = 24
"""A row of a month without a partition is refused, so that this much must always be there in advance."""
LOCK_TIMEOUT = "5s"
_NAME_BYTES_MAX = 63


class NotPossible(Exception):
    """The table cannot be partitioned; the message is a sentence for the operator."""


@dataclass(frozen=True, order=True)
class Month:
    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> Month:
        return cls(moment.year, moment.month)

    def plus(self, months: int) -> Month:
        count = self.year * 12 + self.number - 1 + months
        return Month(count // 12, count % 12 + 1)

    def until(self, other: Month) -> int:
        return (other.year - self.year) * 12 + other.number - self.number

    @property
    def first_id(self) -> UUID:
        """Below every id of this month and above every id of earlier ones."""
        begin = datetime(self.year, self.number, 1, tzinfo=UTC)
        return UUID(int=int(begin.timestamp() * 1000) << 80)

    def __str__(self) -> str:
        return f"{self.year}_{self.number:02}"


@dataclass(frozen=True)
class Plan:
    """
    :param before: in transactions of their own, while the table is used.
    :param switch: in one transaction, which locks the table for milliseconds.
    :param after: in transactions of their own, while the table is used.
    """

    before: list[str]
    switch: list[str]
    after: list[str]


def plan(cursor: Any, table: str, *, now: datetime) -> Plan:
    """
    The statements that make `table` a partitioned one, with all its rows so far in its first partition.

    :raises NotPossible: if a rule of the table would not hold any more.
    """
    _refuse(cursor, table)
    limit = Month.of(now).plus(1)
    old, bound = f"{table}_to_{limit}", f"{table}_to_{limit}_only"
    if len(bound.encode()) > _NAME_BYTES_MAX:
        raise NotPossible(f"The name of {table} is too long.")
    condition = f"CHECK (id < '{limit.first_id}')"
    own = _rows(cursor, _CONSTRAINTS, table)
    referring = _rows(cursor, _REFERRING, table)
    indexes = _rows(cursor, _INDEXES, table)
    triggers = _rows(cursor, _TRIGGERS, table)
    switch = [f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"]
    switch += [
        f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE" for name in dict.fromkeys([table, *(x[0] for x in referring)])
    ]
    switch += [f"ALTER TABLE {other} DROP CONSTRAINT {name}" for other, name, _definition in referring]
    switch += [f"ALTER TABLE {table} RENAME TO {old}"]
    keys = [(name, definition) for name, kind, definition in own if kind in "pu"]
    switch += [f"ALTER TABLE {old} RENAME CONSTRAINT {name} TO {_old_name(name)}" for name, _definition in keys]
    switch += [f"ALTER INDEX {name} RENAME TO {_old_name(name)}" for name, _definition in indexes]
    # The foreign keys and triggers of single rows come back with the table of which it becomes a partition.
    switch += [f"DROP TRIGGER {name} ON {old}" for name, is_of_rows, _definition in triggers if is_of_rows]
    switch += [
        f"CREATE TABLE {table} (LIKE {old} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED"
        " INCLUDING STORAGE INCLUDING COMMENTS) PARTITION BY RANGE (id)",
        f"ALTER TABLE {table} DROP CONSTRAINT {bound}",
    ]
    switch += [f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for name, definition in keys]
    switch += [definition for _name, definition in indexes]
    switch += [
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for name, kind, definition in own if kind == "f"
    ]
    switch += [definition for _name, _is_of_rows, definition in triggers]
    switch += [f"ALTER TABLE {table} ATTACH PARTITION {old} FOR VALUES FROM (MINVALUE) TO ('{limit.first_id}')"]
    statements = [definition for _name, is_of_rows, definition in triggers if not is_of_rows]
    for number in range(MONTHS_AHEAD):
        switch += _partition(table, limit.plus(number), statements)
    switch += [
        f"ALTER TABLE {other} ADD CONSTRAINT {name} {definition} NOT VALID" for other, name, definition in referring
    ]
    return Plan(
        before=[
            f"ALTER TABLE {table} ADD CONSTRAINT {bound} {condition} NOT VALID",
            f"ALTER TABLE {table} VALIDATE CONSTRAINT {bound}",
        ],
        switch=switch,
        after=[*(f"ALTER TABLE {other} VALIDATE CONSTRAINT {name}" for other, name, _definition in referring),
               f"ANALYZE {table}"],
    )  # fmt: skip


def extend(cursor: Any, table: str, *, now: datetime) -> list[str]:
    """The statements that create the missing partitions up to `MONTHS_AHEAD`."""
    last, needed = last_month(cursor, table), Month.of(now).plus(MONTHS_AHEAD)
    triggers = [definition for _name, is_of_rows, definition in _rows(cursor, _TRIGGERS, table) if not is_of_rows]
    result: list[str] = []
    for number in range(1, last.until(needed) + 1):
        result += _partition(table, last.plus(number), triggers)
    return [f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'", *result] if result else []


def drop_empty(cursor: Any, table: str, *, now: datetime) -> list[str]:
    """The statements that remove the partitions of past months without rows: what was in them has been pruned."""
    result = []
    for name, month in _months(cursor, table):
        if month is not None and month < Month.of(now):
            cursor.execute(f"SELECT NOT EXISTS (SELECT 1 FROM {name})")  # noqa: S608  # a name of the catalogue
            if cursor.fetchone()[0]:
                result += [f"ALTER TABLE {table} DETACH PARTITION {name}", f"DROP TABLE {name}"]
    return [f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'", *result] if result else []


def partitioned(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'p' AND relnamespace = 'public'::regnamespace ORDER BY relname"
    )
    return [name for (name,) in cursor.fetchall()]


def last_month(cursor: Any, table: str) -> Month:
    return max(month for _name, month in _months(cursor, table) if month is not None)


def months_left(cursor: Any, table: str, *, now: datetime) -> int:
    """For how many months after this one there are partitions."""
    return Month.of(now).until(last_month(cursor, table))


def _months(cursor: Any, table: str) -> Iterator[tuple[str, Month | None]]:
    """Each partition with its month; None for the first, which has all before."""
    cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [table])
    for (name,) in cursor.fetchall():
        search = re.fullmatch(rf"{re.escape(table)}_(\d{{4}})_(\d\d)", name)
        yield name, Month(int(search[1]), int(search[2])) if search else None


def _partition(table: str, month: Month, triggers: list[str]) -> Iterator[str]:
    name = f"{table}_{month}"
    limits = f"FROM ('{month.first_id}') TO ('{month.plus(1).first_id}')"
    yield f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES {limits}"
    # A trigger of statements fires for the table that a statement names, which may be the partition.
    for definition in triggers:
        yield re.sub(rf" ON (public\.)?{re.escape(table)} ", f" ON {name} ", definition, count=1)


def _old_name(name: str) -> str:
    return f"{name[: _NAME_BYTES_MAX - 4]}_old"


def _refuse(cursor: Any, table: str) -> None:
    cursor.execute("SELECT relkind FROM pg_class WHERE oid = to_regclass(%s)", [table])
    row = cursor.fetchone()
    if row is None or row[0] != "r":
        raise NotPossible(
            f"{table} is partitioned already." if row and row[0] == "p" else f"There is no table {table}."
        )
    cursor.execute(_KEYS, [table])
    keys = cursor.fetchall()
    if ("uuid", ["id"]) not in [(kind, columns) for _name, is_primary, kind, columns in keys if is_primary]:
        raise NotPossible(
            f"{table} has another primary key than a UUID of version 7: its ids say nothing about the month."
        )
    for name, _is_primary, _kind, columns in keys:
        if "id" not in columns:
            raise NotPossible(f"{name} would hold only within a month: PostgreSQL has no unique index over partitions.")


def _rows(cursor: Any, statement: str, table: str) -> list[tuple[Any, ...]]:
    cursor.execute(statement, [table])
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


_KEYS = """SELECT c.relname, i.indisprimary,
    (SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = i.indrelid AND attnum = i.indkey[0]),
    ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = i.indrelid AND attnum = ANY(i.indkey))
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = %s::regclass AND (i.indisunique OR i.indisexclusion) ORDER BY c.relname"""
_CONSTRAINTS = """SELECT quote_ident(conname), contype::text, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f') ORDER BY conname"""
_REFERRING = """SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
    WHERE confrelid = %s::regclass AND contype = 'f' ORDER BY conname"""
_INDEXES = """SELECT quote_ident(c.relname), pg_get_indexdef(i.indexrelid) FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = %s::regclass
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u'))
    ORDER BY c.relname"""
# Bit 1 of tgtype: a trigger of single rows.
_TRIGGERS = """SELECT quote_ident(tgname), (tgtype & 1) = 1, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY tgname"""
