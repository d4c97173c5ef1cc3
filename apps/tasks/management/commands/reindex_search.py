"""Fill the search columns of open tasks and of profiles again: `manage.py reindex_search`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import Model, QuerySet

from apps.accounts.models import Profile
from apps.accounts.operations import profiles
from apps.common.ids import uuid_or_none
from apps.tasks import operations
from apps.tasks.models import OPEN, Task

KINDS: dict[str, tuple[Callable[[], QuerySet[Any]], Callable[[Any], None]]] = {
    "tasks": (lambda: Task.objects.filter(OPEN).select_related("employer"), operations.index),
    "people": (lambda: Profile.objects.select_related("organization"), profiles.index),
}


class Command(BaseCommand):
    help = (
        "Fill the search columns again, after the names of skills or the rules of words have changed. It may run while "
        "the site is used, and may be stopped at any time: --only and --after continue where it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", choices=list(KINDS), help="only tasks, or only people")
        parser.add_argument("--after", default="", metavar="ID", help="continue after this id; needs --only")
        parser.add_argument("--batch", type=int, default=200, help="rows in one transaction (200)")

    def handle(self, *args: Any, **options: Any) -> None:
        only, size = options["only"], options["batch"]
        after = uuid_or_none(options["after"]) if options["after"] else None
        if options["after"] and (after is None or only is None):
            raise CommandError("--after needs an id, and --only says of which kind it is.")
        if not 1 <= size <= 5_000:
            raise CommandError("--batch is between 1 and 5000.")
        for kind in [only] if only else KINDS:
            self._reindex(kind, after, size)

    def _reindex(self, kind: str, after: UUID | None, size: int) -> None:
        rows, index = KINDS[kind]
        total, count = rows().count(), 0
        while ids := _batch(rows(), index, after, size):
            after, count = ids[-1], count + len(ids)
            self.stdout.write(f"{kind}: {count} of {total}; continue with --only {kind} --after {after}")
        self.stdout.write(f"{kind}: done, {count} indexed.")


@transaction.atomic
def _batch(rows: QuerySet[Model], index: Callable[[Any], None], after: UUID | None, size: int) -> list[UUID]:
    """Index the next rows by id. They are locked, so that nobody's change is overwritten with older words."""
    waiting = rows.filter(id__gt=after) if after else rows
    batch = list(waiting.select_for_update(of=("self",)).order_by("id")[:size])
    for row in batch:
        index(row)
    return [row.pk for row in batch]
