"""The whole journey from the command line: post, bid, award, fund, deliver, approve, withdraw, review."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from apps.common.money import Money
from apps.demo.guard import refuse_where_others_are
from apps.demo.journey import Journey
from apps.demo.management import processes
from apps.ledger.queries import books
from apps.skills.models import Category


class Command(BaseCommand):
    help = (
        "Run one task from posting to payout with the real operations, worker and sandbox processor. Prints every "
        "identifier and journal entry, then a JSON summary."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--language", default="en", help="the language of the two people: en, zh-hans, ar, de")
        parser.add_argument("--json", action="store_true", help="print only the summary")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_where_others_are()
        self.is_quiet = options["json"]
        language = options["language"].lower()
        self.summary: dict[str, Any] = {"language": language}
        if settings.PAYMENT_GATEWAY != "sandbox":
            raise CommandError("The journey pays with the sandbox processor only: set PAYMENT_GATEWAY=sandbox.")
        self._prepare()
        reader_language = language if language in dict(settings.LANGUAGES) else "en"
        with ExitStack() as running, translation.override(reader_language):
            self._start_processes(running)
            Journey(language, self._report).complete()
        self.summary["journal_entries"] = self._journal_entries()
        self.summary["ok"] = True
        self.stdout.write(json.dumps(self.summary, ensure_ascii=False, default=str))

    def _report(self, sentence: str, **identifiers: Any) -> None:
        self.summary |= {name: str(value) for name, value in identifiers.items()}
        if not self.is_quiet:
            self.stdout.write(f"{sentence}  " + "  ".join(f"{name}={value}" for name, value in identifiers.items()))

    def _prepare(self) -> None:
        call_command("migrate", verbosity=0)
        if not Category.objects.exists():
            for command in ("load_compliance", "load_fees", "import_fx_rates"):
                call_command(command, verbosity=0)
            call_command("import_skills", core_only=True, verbosity=0)

    def _start_processes(self, running: ExitStack) -> None:
        """Use the demo's processor, web and worker processes if they run; otherwise start what is missing."""
        if not processes.is_reachable(f"{settings.PROCESSOR_URL}/v1/balance"):
            site_url = running.enter_context(processes.run_web())
            settings.PROCESSOR_URL = running.enter_context(processes.run_processor(site_url))
            self._report("sandbox processor started", processor=settings.PROCESSOR_URL)
        if not processes.is_worker_running():
            running.enter_context(processes.run_worker(settings.PROCESSOR_URL))
            self._report("worker started")

    def _journal_entries(self) -> list[dict[str, Any]]:
        """Return every journal entry of this journey, from the ledger."""
        journals = {
            journal.id: journal
            for name in ("escrow", "payout")
            for journal in books.journals_of(**{name: self.summary[name]})
        }
        entries = []
        for journal in sorted(journals.values(), key=lambda journal: (journal.happened_at, str(journal.id))):
            lines = [
                {"account": line.account.code, "amount": str(Money(line.amount_minor, line.account.currency))}
                for line in journal.lines
            ]
            entries.append({"id": str(journal.id), "event": journal.event, "lines": lines})
            if not self.is_quiet:
                self.stdout.write(f"  {journal.event}")
                for line in lines:
                    self.stdout.write(f"    {line['amount']:>18}  {line['account']}")
        return entries
