"""Check every invariant of the books: `manage.py ledger_check [--json]`."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.ledger.queries import invariants


class Command(BaseCommand):
    help = "Check every invariant of the ledger. Exits non-zero on a violation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print only the JSON summary, in one line")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = invariants.check_all()
        if not options["json"]:
            for finding in findings:
                self.stdout.write(f"{finding.breaches:>8}  {finding.invariant}")
        breaches = sum(finding.breaches for finding in findings)
        summary = {
            "ok": breaches == 0,
            "breaches": breaches,
            "invariants": {finding.invariant: finding.breaches for finding in findings},
        }
        self.stdout.write(json.dumps(summary))
        if breaches:
            broken = ", ".join(finding.invariant for finding in findings if finding.breaches)
            raise CommandError(f"The books do not add up: {broken}.")
