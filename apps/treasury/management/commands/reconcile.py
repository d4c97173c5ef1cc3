"""Reconcile the processors with our books now: `manage.py reconcile [--json]`."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.gateways import registry
from apps.gateways.errors import GatewayUnavailable
from apps.treasury.operations import reconciliation


class Command(BaseCommand):
    help = (
        "Read every gateway's lines, match them with the books, and move unexplained differences to suspense. Exits "
        "non-zero if anything differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print only the JSON summary, in one line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            runs = [reconciliation.reconcile(gateway=name) for name in registry.names()]
        except GatewayUnavailable as error:
            raise CommandError(f"The processor does not answer: {error}") from error
        if not options["json"]:
            for run in runs:
                self.stdout.write(f"{run.gateway}: {run.lines_read} new lines, {run.items_opened} moved to suspense")
                for currency, (processor, books) in run.summary["balances"].items():
                    self.stdout.write(f"  {currency}: processor {processor}, books {books}")
        summaries = [run.summary for run in runs]
        differences = {code: pair for summary in summaries for code, pair in summary["differences"].items()}
        is_clean = all(run.is_clean for run in runs)
        self.stdout.write(json.dumps({"ok": is_clean, "differences": differences, "gateways": summaries}))
        if not is_clean:
            raise CommandError(_sentence(summaries))


def _sentence(summaries: list[dict[str, Any]]) -> str:
    differences = []
    for summary in summaries:
        if summary["differences"]:
            differences.append(f"{summary['gateway']} and books differ in {', '.join(summary['differences'])}")
        counts = {
            "items in suspense": summary["suspense_open"],
            "freelancers' accounts that differ": len(summary["connected_differences"]),
            "payouts stuck": len(summary["payouts_stuck"]),
            "transit accounts left by finished documents": summary["transit_left"],
        }
        differences += [f"{summary['gateway']}: {count} {words}" for words, count in counts.items() if count]
    return "; ".join(differences) + "."
