import json
from typing import Any

from django.core.management.base import BaseCommand

from apps.payments.operations import methods


class Command(BaseCommand):
    help = "Load the reviewed, dated table of the payers and currencies that each gateway accepts. Can be repeated."

    def handle(self, *args: Any, **options: Any) -> None:
        count = methods.load_payment_methods()
        if options["verbosity"] > 0:
            self.stdout.write(json.dumps({"payment_methods": count}))
