"""Publish the proof of liabilities of a night: `manage.py prove_liabilities [--night YYYY-MM-DD] [--json]`."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.assurance import operations, queries


class Command(BaseCommand):
    help = "Publish what is owed to customers, with a Merkle-sum tree per currency, and the money that covers it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--night", type=date.fromisoformat, help="the date of the report; default: today (UTC)")
        parser.add_argument("--json", action="store_true", help="print only the JSON summary, in one line")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        report = operations.publish(night=options["night"] or now.date(), now=now)
        rows = queries.coverage(report)
        if not options["json"]:
            for row in rows:
                word = "no answer" if row.at_processor is None else row.at_processor
                self.stdout.write(f"{row.currency}  owed {row.owed}  at the processor {word}  own {row.own}")
        short = [row.currency for row in rows if not row.is_covered]
        roots = {row.currency: row.tree.root_hash for row in rows if row.tree}
        self.stdout.write(json.dumps({"ok": not short, "night": report.night.isoformat(), "roots": roots}))
        if short:
            raise CommandError(f"Liabilities exceed cash in {', '.join(short)}.")
