"""
Encrypts the content of a push message for one browser: RFC 8291 (keys), with aes128gcm of RFC 8188 in one record.

Our own, because `http-ece`, which `pywebpush` uses, has no wheel; tested with the example in appendix A of RFC 8291.
"""

from __future__ import annotations

import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD_BYTES, CONTENT_BYTES_MAX = 4096, 3993
"""RFC 8291, section 4: a push service accepts at least 4096 bytes, of which so many are left for the content."""
_SALT_BYTES, AUTH_BYTES, POINT_BYTES = 16, 16, 65
_LAST_RECORD = b"\x02"


class KeyUnusable(ValueError):
    """Not the keys of a subscription: another length, or not an uncompressed point of the curve P-256."""


def from_text(text: str) -> bytes:
    """:raises KeyUnusable: if it is not base64url, with or without padding."""
    try:
        return urlsafe_b64decode(text.encode("ascii").rstrip(b"=") + b"=" * (-len(text.rstrip("=")) % 4))
    except ValueError as error:
        raise KeyUnusable(text) from error


def to_text(value: bytes) -> str:
    """As base64url without padding, as browsers write it."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def check_keys(public_key: str, auth_secret: str) -> None:
    """:raises KeyUnusable: unless they are the keys of a subscription as the browser returns them."""
    _point(from_text(public_key))
    if len(from_text(auth_secret)) != AUTH_BYTES:
        raise KeyUnusable(auth_secret)


def encrypted(
    content: bytes,
    *,
    public_key: bytes,
    auth_secret: bytes,
    salt: bytes | None = None,
    own_key: EllipticCurvePrivateKey | None = None,
) -> bytes:
    """
    Return the body of a push message.

    :param public_key: of the browser, as an uncompressed point (p256dh).
    :param auth_secret: of the subscription.
    :param salt: random for each message, like `own_key`; only the test of the RFC's example sets them.
    """
    if len(content) > CONTENT_BYTES_MAX:
        raise ValueError(f"{len(content)} bytes are too many for a push message")
    salt, own_key = salt or os.urandom(_SALT_BYTES), own_key or generate_private_key(SECP256R1())
    own_public = own_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own_key.exchange(ECDH(), _point(public_key))
    secret = _derived(shared, auth_secret, b"WebPush: info\x00" + public_key + own_public, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\x00", 12)
    head = salt + struct.pack("!IB", RECORD_BYTES, len(own_public)) + own_public
    return head + AESGCM(key).encrypt(nonce, content + _LAST_RECORD, None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(value: bytes) -> EllipticCurvePublicKey:
    # The library reads compressed points too, but the browser derives its secret from the uncompressed one.
    if len(value) != POINT_BYTES or value[:1] != b"\x04":
        raise KeyUnusable(value)
    try:
        return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), value)
    except ValueError as error:
        raise KeyUnusable(value) from error
