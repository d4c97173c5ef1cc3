"""Compare the processor's balances with the books: `manage.py reconcile [--json]`."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.payments import operations
from apps.payments.gateways.port import GatewayUnavailable


class Command(BaseCommand):
    help = "Compares the processor's balance with the clearing accounts; exits non-zero when they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the one-line JSON summary only")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            differences = operations.compare_balances(gateway=settings.PAYMENT_GATEWAY)
        except GatewayUnavailable as silence:
            raise CommandError(f"The processor does not answer: {silence}") from silence
        for currency, (processor, books) in differences.items():
            if not options["json"]:
                self.stdout.write(f"{currency}: processor {processor}, books {books}")
        summary = {code: [pair[0].amount_minor, pair[1].amount_minor] for code, pair in differences.items()}
        self.stdout.write(json.dumps({"ok": not differences, "differences": summary}))
        if differences:
            raise CommandError(f"Processor and books differ in {', '.join(differences)}.")
