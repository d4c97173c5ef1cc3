"""What a migration may do to tables that hold rows while the version before still runs (docs/how-to/upgrade.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently, ValidateConstraint
from django.db import connection, models
from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

BREAKS_THE_VERSION_BEFORE = (
    operations.RemoveField, operations.RenameField, operations.DeleteModel, operations.RenameModel,
    operations.AlterModelTable,
)  # fmt: skip
BREAKING_SQL = re.compile(
    r"\bDROP\s+(COLUMN|TABLE)\b|\bRENAME\s+(COLUMN\b|TO\b|\w+\s+TO\b)|\bSET\s+NOT\s+NULL\b", re.IGNORECASE
)
INDEX_SQL = re.compile(
    r"\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)[^;]*?\bON\s+(?:ONLY\s+)?\"?(\w+)", re.IGNORECASE
)
CONSTRAINT_SQL = re.compile(r"\bALTER\s+TABLE\s+(?:ONLY\s+)?\"?(\w+)\"?\s+ADD\s+CONSTRAINT\b([^;]*)", re.IGNORECASE)


def findings(app: str, migration: Migration, before: ProjectState) -> list[str]:
    """
    What is wrong with the migration, one sentence each; empty for one that may be applied to a site in use.

    A migration that breaks the version before carries `post_deploy`, a sentence that says since which version the
    program does without what it takes away.

    :param before: the models as they are before it, in which `app` has the tables that may hold rows.
    """
    is_marked = bool(str(getattr(migration, "post_deploy", "")).strip())
    state, result = before.clone(), []
    created = {
        operation.name_lower for operation in migration.operations if isinstance(operation, operations.CreateModel)
    }
    for operation in _in_the_database(migration.operations):
        for sentence, needs_mark in _of(operation, app, state, created, migration):
            if not (needs_mark and is_marked):
                result.append(f"{app}.{migration.name}: {operation.describe()}: {sentence}")
        operation.state_forwards(app, state)
    return result


MARK = 'the version before still uses it: wait one version, then say so in `post_deploy = "…"`'


def _of(
    operation: Operation, app: str, state: ProjectState, new_tables: set[str], migration: Migration
) -> Iterator[tuple[str, bool]]:
    """(sentence, whether `post_deploy` allows it)."""
    if isinstance(operation, BREAKS_THE_VERSION_BEFORE):
        yield MARK, True
    if isinstance(operation, operations.RunSQL):
        yield from _of_sql(operation, app, new_tables)
    if isinstance(operation, AddIndexConcurrently | RemoveIndexConcurrently) and migration.atomic:
        yield "needs `atomic = False`", False
    if isinstance(operation, ValidateConstraint) and any(
        isinstance(operation, operations.AddConstraint) for operation in migration.operations
    ):
        yield "belongs into the next migration: in this one the table stays locked while its rows are read", False
    name = getattr(operation, "model_name_lower", None) or getattr(operation, "name_lower", "")
    if name in new_tables:
        return  # a new table has no rows, and nobody uses it yet
    if isinstance(operation, operations.AddIndex) and not isinstance(operation, AddIndexConcurrently):
        yield "locks the table against writes: use AddIndexConcurrently", False
    # AddConstraintNotValid is an AddConstraint by inheritance
    if type(operation) is operations.AddConstraint:
        yield _how_to_constrain(operation.constraint), False
    if isinstance(operation, operations.AlterUniqueTogether | operations.AlterIndexTogether):
        yield "locks the table: make the index concurrently, then the constraint out of it", False
    if isinstance(operation, operations.AddField):
        yield from _of_new_field(operation.field)
    if isinstance(operation, operations.AlterField):
        yield from _of_changed_field(operation, app, state)


def _how_to_constrain(constraint: models.BaseConstraint) -> str:
    if isinstance(constraint, models.CheckConstraint):
        return "reads the whole table under a lock: AddConstraintNotValid, and ValidateConstraint in the next migration"
    return "builds its index under a lock: CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX"


def _of_new_field(field: models.Field) -> Iterator[tuple[str, bool]]:  # type: ignore[type-arg]
    if field.many_to_many:
        return
    if not field.null and not field.has_db_default():
        yield "the version before inserts rows without it: make it nullable or give it a db_default", False
    if field.unique or (field.db_index and not field.is_relation):
        yield "builds its index under a lock: add the field, then the index by AddIndexConcurrently", False


def _of_changed_field(operation: operations.AlterField, app: str, state: ProjectState) -> Iterator[tuple[str, bool]]:
    old = state.models[app, operation.model_name_lower].fields[operation.name_lower]
    new = operation.field
    if old.null and not new.null:
        yield f"becomes NOT NULL: {MARK}", True
    if not _is_wider(old, new):
        yield f"its type changes, which writes the table again under a lock: {MARK}", True
    if (new.unique and not old.unique) or (new.db_index and not old.db_index):
        yield "builds its index under a lock: use AddIndexConcurrently", False


def _is_wider(old: models.Field, new: models.Field) -> bool:  # type: ignore[type-arg]
    """The same type, or more room for characters, which PostgreSQL notes without reading a row."""
    if old.is_relation or new.is_relation:
        return type(old) is type(new)
    if old.db_type(connection) == new.db_type(connection):
        return True
    if isinstance(old, models.CharField) and isinstance(new, models.CharField | models.TextField):
        return new.max_length is None or (old.max_length is not None and new.max_length >= old.max_length)
    return False


def _of_sql(operation: operations.RunSQL, app: str, new_tables: set[str]) -> Iterator[tuple[str, bool]]:
    tables = {f"{app}_{name}" for name in new_tables}
    sql = operation.sql if isinstance(operation.sql, str) else ";".join(str(part) for part in operation.sql)
    if BREAKING_SQL.search(sql):
        yield MARK, True
    if any(table not in tables for table in INDEX_SQL.findall(sql)):
        yield "locks the table against writes: CREATE INDEX CONCURRENTLY", False
    for table, rest in CONSTRAINT_SQL.findall(sql):
        if table not in tables and not re.search(r"NOT\s+VALID|USING\s+INDEX", rest, re.IGNORECASE):
            yield "reads the whole table under a lock: NOT VALID, and VALIDATE in the next migration", False


def _in_the_database(listed: list[Operation]) -> Iterator[Operation]:
    for operation in listed:
        if isinstance(operation, operations.SeparateDatabaseAndState):
            yield from _in_the_database(operation.database_operations)
        else:
            yield operation
