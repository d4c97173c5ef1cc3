"""Failed deliveries: `manage.py outbox list` and `manage.py outbox retry ID… | --all`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.outbox import bus
from apps.outbox.models import Delivery, DeliveryStatus


class Command(BaseCommand):
    help = "List the deliveries of domain events that failed, or retry them."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list")
        retry = verbs.add_parser("retry")
        retry.add_argument("ids", nargs="*", type=int)
        retry.add_argument("--all", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = Delivery.objects.filter(status=DeliveryStatus.FAILED).order_by("id")
        if options["verb"] == "list":
            for item in failed.select_related("event")[:1000]:
                self.stdout.write(f"{item.id}  {item.event.name} -> {item.subscriber}  {item.attempts} attempts")
                self.stdout.write(f"    {item.last_error[:300]}")
            self.stdout.write(f"{failed.count()} failed, {Delivery.objects.filter(status='pending').count()} waiting")
            return
        ids = list(failed.values_list("id", flat=True)[:10_000]) if options["all"] else options["ids"]
        if not ids:
            raise CommandError("Name the deliveries, or say --all.")
        self.stdout.write(f"{bus.retry(ids, now=timezone.now())} will be handled again")
