"""SQL of a migration, in files next to it."""

from __future__ import annotations

from pathlib import Path

from django.db.migrations import RunSQL


def sql_files(migration: str) -> list[RunSQL]:
    """
    One operation per file in the folder `sql` next to a migration, in the order of their names. They are not
    reversible: the initial migration is undone by dropping the database.

    :param migration: the `__file__` of the migration.
    """
    return [RunSQL(path.read_text()) for path in sorted((Path(migration).parent / "sql").glob("*.sql"))]
