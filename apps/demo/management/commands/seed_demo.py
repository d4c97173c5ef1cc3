from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.bidding.models import Bid
from apps.contracts.models import Contract
from apps.demo.guard import refuse_where_others_are
from apps.demo.seeding import market
from apps.tasks.models import Task


class Command(BaseCommand):
    help = "Create forty people and companies, and tasks at every stage, by the real operations. Needs the processor."

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_where_others_are()
        if not market.seed():
            self.stdout.write("The demo data is there already.")
            return
        self.stdout.write(
            f"{Task.objects.count()} tasks, {Bid.objects.count()} bids, {Contract.objects.count()} contracts"
        )
