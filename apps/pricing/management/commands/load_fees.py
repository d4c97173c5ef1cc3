import json
from typing import Any

from django.core.management.base import BaseCommand

from apps.pricing import operations


class Command(BaseCommand):
    help = "Load the reviewed fee schedules and the taxes on our commission. Can be repeated."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = {
            "fee_schedules": operations.load_fees(),
            "commission_taxes": operations.load_commission_taxes(),
        }
        if options["verbosity"] > 0:
            self.stdout.write(json.dumps(counts))
