import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.pricing import operations


class Command(BaseCommand):
    help = "Import the European Central Bank's reference rates. Can be repeated."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="since 1999, not only the last two years")
        parser.add_argument("--file", type=Path, help="a newer eurofxref-hist.zip from the European Central Bank")

    def handle(self, *args: Any, **options: Any) -> None:
        file = options.get("file")
        try:
            imported = operations.import_rates(
                history=Path(file) if file else None, everything=bool(options.get("all"))
            )
        except FileNotFoundError as error:
            raise CommandError(f"There is no file of rates: {error}") from error
        except (ValueError, ArithmeticError, OSError) as error:
            raise CommandError(f"Nothing was imported. {error}") from error
        if options["verbosity"] > 0:
            self.stdout.write(json.dumps({"imported": imported, "source": "European Central Bank"}))
