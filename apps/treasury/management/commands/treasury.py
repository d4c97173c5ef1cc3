"""
The treasury on the command line: lists what can be moved, and records an operation, shown first and written with
`--yes`.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.queries import actors
from apps.common.errors import DomainError
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.treasury.models.treasury import TreasuryKind
from apps.treasury.operations import top_ups, treasury
from apps.treasury.queries import holdings


class Command(BaseCommand):
    help = "Show what can be remitted, swept or reserved; with a kind, do it. Changes nothing without --yes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", nargs="?", choices=TreasuryKind.values)
        parser.add_argument("--subject", default="", help="the country of a tax, or the processor of a sweep or top-up")
        parser.add_argument("--currency", default="EUR")
        parser.add_argument("--amount", default="", help="in major units")
        parser.add_argument("--all", action="store_true", help="the full movable amount, instead of --amount")
        parser.add_argument("--reason", default="")
        parser.add_argument("--by", default="", help="e-mail address of the staff member who does this")
        parser.add_argument("--yes", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["kind"]:
            for holding in holdings.holdings():
                row = {"kind": holding.kind, "subject": holding.subject, "balance": str(holding.balance)}
                self.stdout.write(json.dumps(row | {"movable": str(holding.movable)}))
            for currency, lacking in holdings.currencies_at(settings.PAYMENT_GATEWAY):
                row = {"kind": TreasuryKind.TOP_UP, "subject": settings.PAYMENT_GATEWAY, "lacking": str(lacking)}
                self.stdout.write(json.dumps(row | {"currency": currency}))
            return
        is_top_up = options["kind"] == TreasuryKind.TOP_UP
        subject = options["subject"] or (settings.PAYMENT_GATEWAY if is_top_up else "")
        currency = options["currency"]
        most = holdings.shortfall(currency) if is_top_up else treasury.movable(options["kind"], subject, currency)
        amount = Money.of(options["amount"], options["currency"]) if options["amount"] else most
        if not options["yes"]:
            limit = "lacking" if is_top_up else "at_most"
            self.stdout.write(json.dumps({"would_write": str(amount), limit: str(most)}))
            return
        if bool(options["amount"]) == options["all"]:
            raise CommandError("Say an --amount, or --all: one of the two")
        user = User.objects.filter(email=options["by"], is_staff=True).first()
        if user is None:
            raise CommandError("--by names no staff member")
        values = {
            "amount": amount, "reason": options["reason"], "actor": actors.actor_for(user), "now": timezone.now(),
        }  # fmt: skip
        try:
            if is_top_up:
                top_up = top_ups.top_up(top_up_id=uuid7(), gateway=subject, **values)
                row = {"asked": str(top_up.amount), "status": top_up.status, "act": str(top_up.id)}
                self.stdout.write(json.dumps(row))
                return
            act = treasury.record_operation(operation_id=uuid7(), kind=options["kind"], subject=subject, **values)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps({"written": str(act.amount), "act": str(act.id)}))
