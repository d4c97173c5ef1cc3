"""
Test databases: one template with everything that a test may rely on, copied for each worker and for `own_database`.

The migrations take fifteen seconds and a copy less than one. The template stays in the embedded cluster. Its name holds
a digest of all that it is made of, so that a change makes a new one and the old one goes.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "test_template_"
LARGE = 2**20
# Loaded once by commands, as an operator would, and never changed by a test.
REFERENCE_COMMANDS: list[tuple[str, dict[str, Any]]] = [
    ("load_compliance", {}),
    ("load_fees", {}),
    ("import_fx_rates", {}),
    ("import_skills", {"core_only": True}),
]
OF_MIGRATIONS = {"django_migrations", "django_content_type", "auth_permission"}
REFERENCE_TABLES = OF_MIGRATIONS | {
    "skills_skill", "skills_skilllabel", "skills_skillrelation", "skills_category", "skills_importprogress",
    "compliance_corridor", "compliance_withholding", "compliance_country",
    "pricing_fxrate", "pricing_feeschedule", "pricing_commissiontax",
}  # fmt: skip

ADDED_SKILLS = "SELECT id FROM skills_skill WHERE slug LIKE 'test-skill-%'"
OF_SKILLS = [("skills_skilllabel", "skill_id"), ("skills_skill", "id")]


def _digest() -> str:
    """Of everything in apps/ and marketplace/, of this file, and of what is installed."""
    made_of = hashlib.sha256(sys.version.encode())
    files = [path for folder in ("apps", "marketplace") for path in (ROOT / folder).rglob("*") if path.is_file()]
    files += [ROOT / "requirements" / "dev.txt", Path(__file__)]
    for path in sorted(files):
        if path.suffix != ".pyc":
            made_of.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return made_of.hexdigest()[:16]


def url(name: str) -> str:
    """The address of that database on the test servers."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def run(*statements: str, database: str = "") -> list[tuple[Any, ...]]:
    """In a session of its own, by default outside every test database; gives the rows of the last statement."""
    session = psycopg2.connect(url(database) if database else os.environ["DATABASE_URL"])
    session.autocommit = True
    try:
        with session.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        session.close()


@contextmanager
def _alone() -> Iterator[None]:
    """The others wait, until the first has made the template."""
    key = hashlib.sha256(os.environ["DATABASE_URL"].encode()).hexdigest()[:16]
    with open(Path(tempfile.gettempdir()) / f"tradewind-template-{key}.lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def template() -> str:
    """The name of a database with all migrations and the reference data; made where it is missing."""
    name = PREFIX + _digest()
    with _alone():
        existing = {row[0] for row in run(f"SELECT datname FROM pg_database WHERE datname LIKE '{PREFIX}%'")}
        if name in existing:
            return name
        run(*(f"DROP DATABASE IF EXISTS {item} WITH (FORCE)" for item in existing))
        draft = f"{name}_draft"  # a name of its own until it is whole
        _make(draft)
        run(f"ALTER DATABASE {draft} RENAME TO {name}")
    return name


def _make(name: str) -> None:
    before = connection.settings_dict["NAME"]
    run(f"CREATE DATABASE {name}")
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False)
        for command, options in REFERENCE_COMMANDS:
            call_command(command, verbosity=0, **options)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def copy(name: str, source: str) -> None:
    with _alone():
        run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE {source}")


def drop(name: str) -> None:
    run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def empty_tables(self: TransactionTestCase) -> None:
    """
    Take a transactional test's rows away, from the tables that hold any, and count their ids from one again.

    Append-only tables refuse DELETE from everybody; the superuser of the throw-away test cluster sets the triggers
    aside for these statements. The application has no such way.
    """
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - REFERENCE_TABLES)
        _check_reference_stays(cursor, set(tables))
        probes = " UNION ALL ".join(f"(SELECT '{table}' FROM \"{table}\" LIMIT 1)" for table in tables)
        cursor.execute(probes)
        filled = [row[0] for row in cursor.fetchall()]
        if not filled:
            return
        cursor.execute(
            """SELECT quote_ident(n.nspname) || '.' || quote_ident(s.relname) FROM pg_class s
               JOIN pg_namespace n ON n.oid = s.relnamespace
               JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
               WHERE s.relkind = 'S' AND d.refobjid = ANY(%s::regclass[])""",
            [[f'"{item}"' for item in filled]],
        )
        sequences = [row[0] for row in cursor.fetchall()]
        statements = ["SET session_replication_role = replica"]
        statements += [f'DELETE FROM "{item}"' for item in filled]
        # `make.skill` adds to the reference data, which the other tests count.
        statements += [f"DELETE FROM {table} WHERE {column} IN ({ADDED_SKILLS})" for table, column in OF_SKILLS]
        statements += [f"ALTER SEQUENCE {sequence} RESTART" for sequence in sequences]
        statements += ["SET session_replication_role = origin"]
        cursor.execute("; ".join(statements))
        # Rows of transactions that were rolled back are there too, and nobody else tidies this cluster up.
        cursor.execute(
            """SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
               AND relname = ANY(%s) AND pg_relation_size(oid) > %s""",
            [tables, LARGE],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"VACUUM {table}")


def _check_reference_stays(cursor: Any, tables: set[str]) -> None:
    cursor.execute(
        """SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
           WHERE contype = 'f' AND confrelid::regclass::text = ANY(%s) AND NOT conrelid::regclass::text = ANY(%s)""",
        [list(tables), list(tables)],
    )
    wrong = cursor.fetchall()
    assert not wrong, f"reference tables point at tables that tests empty: {wrong}"
