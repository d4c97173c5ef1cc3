"""Derive keys for different purposes from one secret."""

from __future__ import annotations

import base64
import hashlib
import hmac


def derived_fernet_key(secret: str, purpose: str) -> str:
    """
    A 32-byte key in Fernet's format. It reveals nothing about keys for other purposes (HKDF's extract step, RFC 5869).
    """
    digest = hmac.new(f"tradewind/{purpose}".encode(), secret.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()
