"""`manage.py first_admin EMAIL --name "…"`: create the first administrator, or a new one if there is none."""

from __future__ import annotations

import getpass
import os
import sys
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from apps.accounts.models import User


class Command(BaseCommand):
    help = (
        "Create the first administrator, who gives all other staff their roles (manage.py staff grant). Prompts for "
        "the password, or reads it from the environment (FIRST_ADMIN_PASSWORD)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True, help="the name shown to other people")

    def handle(self, *args: Any, **options: Any) -> None:
        email, name = options["email"].strip(), options["name"].strip()
        if there := User.objects.filter(is_superuser=True, is_active=True).first():
            raise CommandError(
                f"{there.email} is administrator already, and gives others their role: manage.py staff grant."
            )
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email}: {' '.join(error.messages)}") from error
        if User.objects.filter(email__iexact=email).exists():
            raise CommandError(f"{email} has an account: manage.py staff grant {email} administrator.")
        password = os.environ.get("FIRST_ADMIN_PASSWORD", "") or _ask()
        try:
            validate_password(password, User(email=email, display_name=name))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        with transaction.atomic():
            user = User.objects.create_superuser(email, password, display_name=name)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        self.stdout.write(
            f"{user.email} is administrator. Log in, set up a second factor at once (without one you are nobody of the "
            "staff), then let a second person sign up and run: manage.py staff grant EMAIL finance"
        )


def _ask() -> str:
    if not sys.stdin.isatty():
        raise CommandError("There is no terminal to ask for a password: set FIRST_ADMIN_PASSWORD.")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise CommandError("The two are not the same.")
    return password
