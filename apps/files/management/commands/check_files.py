"""Read every upload from its storage and compare it with the hash in the table: `manage.py check_files`."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.files.models import StoredFile


class Command(BaseCommand):
    help = "Compare every upload with the hash in the table, after a restore or a move to a bucket. Changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only-existence", action="store_true", help="do not read the contents, which is faster")

    def handle(self, *args: Any, **options: Any) -> None:
        count, failed = 0, 0
        for file in StoredFile.objects.order_by("created_at").iterator(chunk_size=500):
            count += 1
            if problem := _problem(file, reads=not options["only_existence"]):
                failed += 1
                self.stdout.write(f"{file.storage_key}: {problem}")
        if failed:
            raise CommandError(f"{failed} of {count} files are missing or damaged.")
        self.stdout.write(f"{count} files are complete.")


def _problem(file: StoredFile, *, reads: bool) -> str:
    if not reads:
        return "" if default_storage.exists(file.storage_key) else "missing"
    try:
        with default_storage.open(file.storage_key) as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
    except FileNotFoundError:
        return "missing"
    return "" if digest == file.sha256 else "damaged"
