"""Back up the database and the private files into a new folder: `manage.py backup DIR`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.common.management import backups


class Command(BaseCommand):
    help = "Dump the database and copy the private files into a new folder, with a manifest of hashes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = backups.back_up(options["folder"], now=timezone.now())
        except (backups.BackupFailed, OSError) as error:
            raise CommandError(str(error)) from error
        count, folder = len(manifest.hashes), options["folder"]
        self.stdout.write(f"{folder}: {count} files, each with its hash in {backups.MANIFEST}")
        if settings.FILES_S3_BUCKET:
            self.stdout.write(
                f"Not included: the uploads in the bucket {settings.FILES_S3_BUCKET}, which needs versioning."
            )
