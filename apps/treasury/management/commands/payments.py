"""Pause and resume everything that sends money out: `manage.py payments pause|resume|status|resolve`."""

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.common.actors import SYSTEM
from apps.common.errors import DomainError
from apps.common.ids import uuid_or_none
from apps.gateways.operations import pauses as pause_operations
from apps.gateways.queries import pauses as pause_queries


class Command(BaseCommand):
    help = "Pause or resume payouts, refunds, reversals, top-ups and bank files, or show the current state."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        for verb in ("pause", "resume"):
            verbs.add_parser(verb).add_argument("--reason", default="No reason was given.")
        verbs.add_parser("status")
        resolve = verbs.add_parser("resolve", help="mark a frozen movement as resolved by hand")
        resolve.add_argument("id")
        resolve.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except DomainError as error:
            raise CommandError(str(error)) from error

    def _pause(self, options: dict[str, Any]) -> None:
        origin = f"manage.py by {getpass.getuser()}"
        pause_operations.pause(reason=options["reason"], now=timezone.now(), actor=SYSTEM, origin=origin)
        self._status(options)

    def _resume(self, options: dict[str, Any]) -> None:
        reason = f"{options['reason']} (manage.py by {getpass.getuser()})"
        if pause_operations.resume(reason=reason, now=timezone.now(), actor=SYSTEM) is None:
            self.stdout.write("Payments were not paused.")
        self._status(options)

    def _resolve(self, options: dict[str, Any]) -> None:
        object_id = uuid_or_none(options["id"])
        if object_id is None or not pause_queries.unbooked_objects().filter(id=object_id).exists():
            raise CommandError("No frozen movement has this id: see `manage.py payments status`.")
        reason = f"{options['reason']} (manage.py by {getpass.getuser()})"
        pause_operations.resolve_unbooked(object_id=object_id, reason=reason, now=timezone.now(), actor=SYSTEM)
        self._status(options)

    def _status(self, options: dict[str, Any]) -> None:
        pause = pause_queries.open_pause()
        if pause is None:
            self.stdout.write("Payments are sent.")
        else:
            who = str(pause.started_by or pause.origin or "the system")
            self.stdout.write(f"Payments are paused since {pause.started_at:%Y-%m-%d %H:%M} UTC by {who}:")
            self.stdout.write(f"  {pause.reason}")
            if pause.needs_check:
                self.stdout.write("  Run `manage.py after_restore` before they can be resumed.")
        for unbooked in pause_queries.unbooked_objects():
            owner = unbooked.organization.display_name if unbooked.organization else "nobody known"
            movement = f"{unbooked.gateway} {unbooked.kind} {unbooked.remote_id} {unbooked.amount}"
            self.stdout.write(f"  frozen {unbooked.id}: {movement} of {owner}")
