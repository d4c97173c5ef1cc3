"""Keys for one purpose out of one secret."""

from __future__ import annotations

import base64
import hashlib
import hmac


def derived_fernet_key(secret: str, purpose: str) -> str:
    """A key of 32 bytes as Fernet takes it; of another purpose it says nothing (HKDF's extract step, RFC 5869)."""
    digest = hmac.new(f"tradewind/{purpose}".encode(), secret.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()
