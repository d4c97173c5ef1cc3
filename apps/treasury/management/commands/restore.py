"""Restore a backup: `manage.py restore DIR --replace`. Payments are paused in the same transaction."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from apps.common.management import backups

PAUSE = """
DO $$ BEGIN
  IF to_regclass('public.gateways_paymentpause') IS NULL THEN
    RAISE EXCEPTION 'This backup is older than the pause of payments: restore it with the version that made it.';
  END IF;
  UPDATE public.gateways_paymentpause SET kind = 'restore', checked_at = NULL WHERE ended_at IS NULL;
  IF NOT FOUND THEN
    INSERT INTO public.gateways_paymentpause
      (id, created_at, kind, reason, started_at, origin, end_reason)
    VALUES (gen_random_uuid(), now(), 'restore', 'The database was restored from a backup.', now(),
      'manage.py restore', '');
  END IF;
END $$;
"""


class Command(BaseCommand):
    help = (
        "Replace the contents of the database and the private files with a backup. Payments are paused until "
        "`manage.py after_restore` has compared the books with the payment processors."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--replace", action="store_true", help="delete the current contents of the database")
        parser.add_argument("--connected", action="store_true", help="restore even if others are connected")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["replace"] and connection.introspection.table_names():
            raise CommandError("The database is not empty. To lose what it holds now, say --replace.")
        others = backups.other_connections()
        if others and not options["connected"]:
            raise CommandError(
                f"{others} others are connected to this database. Stop web, worker and beat first; or say --connected."
            )
        try:
            manifest = backups.restore(options["folder"], afterwards=PAUSE)
        except (backups.BackupFailed, OSError) as error:
            raise CommandError(f"Nothing was restored. {error}") from error
        self.stdout.write(f"Restored the backup of {manifest.made_at}. Payments are paused.")
        self.stdout.write("Next: `manage.py migrate`, then `manage.py after_restore`.")
