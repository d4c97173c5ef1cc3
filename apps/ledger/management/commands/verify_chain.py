"""Verify the hash chain of journal entries from its first link: `manage.py verify_chain [--json] [--seal]`."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.ledger import operations
from apps.ledger.queries import chain


class Command(BaseCommand):
    help = "Verify the hash chain of journal entries. Exits non-zero if it is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print only the JSON summary, in one line")
        parser.add_argument("--seal", action="store_true", help="first add the entries that are not in the chain yet")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["seal"]:
            operations.seal_chain(now=timezone.now())
        report = chain.verify_chain()
        if not options["json"]:
            self.stdout.write(f"{report.links:>8}  links follow one another, in {report.seals} batches")
            self.stdout.write(f"{report.unchained:>8}  entries wait for the next batch")
            self.stdout.write(f"    head  {report.head}")
        self.stdout.write(json.dumps({"ok": report.broken_at is None, **asdict(report)}))
        if report.broken_at is not None:
            raise CommandError(f"The chain is broken at link {report.broken_at}.")
