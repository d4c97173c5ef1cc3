"""Encryption of two-factor secrets with TOTP_KEYS (Fernet: AES-128 in CBC mode with HMAC-SHA256)."""

from __future__ import annotations

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

ENCRYPTED = "fernet:"


def encrypt(text: str) -> str:
    """Encrypt with the first key."""
    return ENCRYPTED + _box().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    """
    Decrypt text encrypted with any of the keys; text without the prefix, from before there were keys, is returned
    unchanged.

    :raises cryptography.fernet.InvalidToken: if none of the keys encrypted it.
    """
    if not text.startswith(ENCRYPTED):
        return text
    return _box().decrypt(text.removeprefix(ENCRYPTED).encode()).decode()


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.TOTP_KEYS])
