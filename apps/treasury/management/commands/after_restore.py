"""
Run after the database was restored: `manage.py after_restore` compares the payment processors with the restored books.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.gateways.errors import GatewayUnavailable
from apps.gateways.queries import pauses
from apps.treasury.operations import comparison


class Command(BaseCommand):
    help = (
        "Pause payments and list what every gateway carried out after the backup; each movement is entered into the "
        "books, or its owner's payouts are frozen. Nothing is sent. Can be repeated."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            compared = comparison.after_restore()
        except GatewayUnavailable as error:
            raise CommandError(
                f"A payment processor does not answer ({error}). Payments stay paused; run this again."
            ) from error
        for item in compared:
            self.stdout.write(f"{item.gateway}: {item.listed} objects listed")
            for number in item.looked_up_first:
                self.stdout.write(f"  {number}: was sent after the backup; it is looked up before anything is sent")
            for number in item.rebuilt:
                self.stdout.write(f"  {number}: entered into the books")
            for row in item.frozen:
                whose = row.organization.display_name if row.organization else "nobody known to the books"
                self.stdout.write(f"  frozen {row.id}: {row.kind} {row.remote_id}, {row.amount}, {whose}")
        blocking = pauses.unbooked_objects_that_block().count()
        if blocking:
            self.stdout.write(
                f"{blocking} movements have to be resolved before payments can be resumed: put each right, then "
                "`manage.py payments resolve ID --reason …`."
            )
        self.stdout.write("Payments are paused until `manage.py payments resume --reason …`.")
