from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from django.core.management.base import BaseCommand

from apps.notifications.gateways.encryption import to_text


class Command(BaseCommand):
    help = "Print a new key for push notifications, as a line of .env. With another key, people turn them on again."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        number = generate_private_key(SECP256R1()).private_numbers().private_value
        self.stdout.write(f"WEB_PUSH_PRIVATE_KEY={to_text(number.to_bytes(32, 'big'))}")
