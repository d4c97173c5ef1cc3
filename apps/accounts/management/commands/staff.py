"""Manage the marketplace's staff on the command line: list them, grant and withdraw roles."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.operations import staff
from apps.accounts.states import StaffRole
from apps.common.actors import SYSTEM
from apps.common.errors import DomainError


class Command(BaseCommand):
    help = "List the staff and their roles. `grant EMAIL ROLE` and `withdraw EMAIL ROLE` change them and are recorded."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", choices=["list", "grant", "withdraw"])
        parser.add_argument("email", nargs="?", default="")
        parser.add_argument("role", nargs="?", choices=StaffRole.values)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "list":
            for item in User.objects.filter(is_staff=True).order_by("email"):
                self.stdout.write(f"{item.email}\t{', '.join(sorted(item.staff_roles)) or '-'}")
            return
        user = User.objects.filter(email__iexact=options["email"], is_active=True).first()
        if user is None or not options["role"]:
            raise CommandError("Name the e-mail address of somebody with an account, and a role.")
        change = staff.grant_staff_role if options["verb"] == "grant" else staff.withdraw_staff_role
        try:
            change(user_id=user.pk, role=options["role"], actor=SYSTEM, now=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
        roles = ", ".join(sorted(User.objects.get(pk=user.pk).staff_roles)) or "-"
        self.stdout.write(f"{user.email}\t{roles}")
