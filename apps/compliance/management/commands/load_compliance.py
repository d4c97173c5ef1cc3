import json
from typing import Any

from django.core.management.base import BaseCommand

from apps.compliance import operations


class Command(BaseCommand):
    help = "Load the reviewed country, corridor and withholding tables. Can be repeated."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = operations.load_tables()
        if options["verbosity"] > 0:
            self.stdout.write(json.dumps(counts))
