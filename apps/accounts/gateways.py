"""Secrets of two-factor apps, encrypted under TOTP_KEYS (Fernet: AES-128 in CBC mode with HMAC-SHA256)."""

from __future__ import annotations

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

ENCRYPTED = "fernet:"


def encrypt(text: str) -> str:
    """Under the first key."""
    return ENCRYPTED + _box().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    """
    What was written under any of the keys, or before there were keys.

    :raises cryptography.fernet.InvalidToken: if none of them wrote it.
    """
    if not text.startswith(ENCRYPTED):
        return text
    return _box().decrypt(text.removeprefix(ENCRYPTED).encode()).decode()


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.TOTP_KEYS])
