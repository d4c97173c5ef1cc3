import json
from typing import Any

from django.core.management.base import BaseCommand

from apps.pricing import operations


class Command(BaseCommand):
    help = "Load the reviewed fee schedules. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        count = operations.load_fees()
        if options["verbosity"] > 0:
            self.stdout.write(json.dumps({"fee_schedules": count}))
