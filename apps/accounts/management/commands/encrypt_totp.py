from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand
from django.db import transaction

from apps.accounts import gateways

SECRETS = ("secret", "seed")


class Command(BaseCommand):
    help = "Encrypt all secrets of two-factor apps with the first of TOTP_KEYS. After it, older keys can be removed."

    def handle(self, *args: Any, **options: Any) -> None:
        changed = 0
        for key in list(Authenticator.objects.order_by("pk").values_list("pk", flat=True)):
            with transaction.atomic():
                row = Authenticator.objects.select_for_update().get(pk=key)
                kept = {name: row.data[name] for name in SECRETS if isinstance(row.data.get(name), str)}
                if kept:
                    row.data |= {name: gateways.encrypt(gateways.decrypt(value)) for name, value in kept.items()}
                    row.save(update_fields=["data"])
                    changed += 1
        self.stdout.write(f"{changed} encrypted")
