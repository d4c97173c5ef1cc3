"""`manage.py grant_app_role ROLE`: grant only the database permissions that web, worker and beat need."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from psycopg2 import sql

from apps.ledger.queries.guards import powers_over_the_books


class Command(BaseCommand):
    help = (
        "Allow a role to read and write rows, and nothing else. Run it as the owner of the tables after each migrate. "
        "Create the role first: CREATE ROLE name LOGIN PASSWORD '…'."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        role = options["role"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_database(), to_regclass('ledger_posting') IS NOT NULL")
            owner, database, has_tables = cursor.fetchone()
            if not has_tables:
                raise CommandError("There are no tables yet: run manage.py migrate first.")
            cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [role])
            if not cursor.fetchone()[0]:
                raise CommandError(f"There is no role “{role}”: CREATE ROLE {role} LOGIN PASSWORD '…';")
            if role == owner:
                raise CommandError(f"“{role}” is the owner whom this command runs as: name the application's role.")
            names = {
                "role": sql.Identifier(role), "owner": sql.Identifier(owner), "database": sql.Identifier(database)
            }  # fmt: skip
            for statement in _STATEMENTS:
                cursor.execute(sql.SQL(statement).format(**names))
        if powers := powers_over_the_books(role):
            raise CommandError(f"“{role}” could undo what guards the books: it {'; it '.join(powers)}.")
        self.stdout.write(f"{role} may read and write rows of {database}; the tables belong to {owner}.")


_STATEMENTS = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
    "REVOKE ALL ON SCHEMA public FROM {role}",
    "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}",
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    # Only the owner writes the record of migrations.
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
    # The tables of later migrations.
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
    " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
)
