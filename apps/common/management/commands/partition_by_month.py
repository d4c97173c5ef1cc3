"""Partition a large table by month: `manage.py partition_by_month outbox_event --apply`, as the owner of the tables."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.common.management import partitions


class Command(BaseCommand):
    help = "Print the statements that partition a table by month; --apply runs them. --extend adds months to all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("table", nargs="?", default="")
        parser.add_argument("--apply", action="store_true", help="run the statements; without it they are only printed")
        parser.add_argument(
            "--extend", action="store_true",
            help="create the partitions of the next 24 months for every partitioned table, and drop empty past ones",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["table"]) == options["extend"]:
            raise CommandError("Name one table, or --extend.")
        if options["extend"]:
            self._extend()
            return
        with connection.cursor() as cursor:
            try:
                plan = partitions.plan(cursor, options["table"], now=timezone.now())
            except partitions.NotPossible as error:
                raise CommandError(str(error)) from error
        if not options["apply"]:
            self.stdout.write(";\n".join([*plan.before, "BEGIN", *plan.switch, "COMMIT", *plan.after]) + ";")
            return
        try:
            _run(plan.before)
            with transaction.atomic():
                _run(plan.switch)
            _run(plan.after)
        except DatabaseError as error:
            raise CommandError(
                f"{error}".strip() + "\nNothing is lost: the table is as it was, or run it again."
            ) from error
        self.stdout.write(f"{options['table']} is partitioned by month. Next: manage.py grant_app_role ROLE.")

    def _extend(self) -> None:
        now = timezone.now()
        with connection.cursor() as cursor:
            for table in partitions.partitioned(cursor):
                with transaction.atomic():
                    _run(partitions.extend(cursor, table, now=now) + partitions.drop_empty(cursor, table, now=now))
                left = partitions.months_left(cursor, table, now=now)
                self.stdout.write(f"{table}: partitions for {left} more months")


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
