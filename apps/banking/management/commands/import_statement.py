"""Import a bank statement: `manage.py import_statement FILE --by staff@example.org`."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.queries import actors
from apps.banking.operations import statements
from apps.common.errors import DomainError


class Command(BaseCommand):
    help = "Import a bank statement (camt.053, MT940 or CSV). Bookings that were already imported change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, help="e-mail address of the staff member who does this")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["by"], is_staff=True).first()
        if user is None:
            raise CommandError("--by names no staff member")
        file: Path = options["file"]
        try:
            bank_statement = statements.import_statement(
                name=file.name, body=file.read_bytes(), actor=actors.actor_for(user), now=timezone.now()
            )
        except (DomainError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps({"statement": bank_statement.name, "bookings": bank_statement.lines.count()}))
