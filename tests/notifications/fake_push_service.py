"""
A fake push service for tests: it speaks the protocol of the real ones over HTTP, with browsers that are fake too.

It checks what a real one checks (RFC 8030: TTL, Topic, Urgency; RFC 8188: the header of the content; RFC 8292: the
signature, whom it is for and how long it is valid), and decrypts the content as the browser would (RFC 8291). Written
from the RFCs, apart from the code under test.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from requests.adapters import HTTPAdapter

HOST = "updates.push.services.mozilla.com"


def b64(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class FakeBrowser:
    """One subscription, with the private key that only a browser has."""

    name: str
    host: str = HOST
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"0123456789abcdef"

    @property
    def endpoint(self) -> str:
        return f"https://{self.host}/wpush/v2/{self.name}"

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "public_key": b64(self.public), "auth_secret": b64(self.auth)}

    def decrypted(self, body: bytes) -> bytes:
        """Section 3.4 of RFC 8291, seen from the receiver."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert length == 65 and len(sealed) <= size
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.key.exchange(ec.ECDH(), point)
        secret = _expand(_mac(self.auth, shared), b"WebPush: info\0" + self.public + sender, 32)
        both = _mac(salt, secret)
        key = _expand(both, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _expand(both, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert padded.endswith(b"\x02"), "the delimiter of the last record"
        return padded[:-1]


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    return _mac(key, info + b"\x01")[:length]


@dataclass
class Received:
    browser: str
    content: dict[str, Any]
    ttl: int
    topic: str
    urgency: str


class FakePushService:
    """`answers` decides what it says about a browser: a status, with headers if any; else it checks and answers 201."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.browsers: dict[str, FakeBrowser] = {}
        self.received: list[Received] = []
        self.answers: dict[str, tuple[int, dict[str, str]]] = {}
        self.calls = 0

    def browser(self, name: str, host: str = HOST) -> FakeBrowser:
        self.browsers[name] = FakeBrowser(name, host)
        return self.browsers[name]

    def answer(self, host: str, path: str, headers: Any, body: bytes) -> tuple[int, dict[str, str]]:
        self.calls += 1
        browser = self.browsers.get(path.rpartition("/")[2])
        if browser is None or urlsplit(browser.endpoint).path != path or browser.host != host:
            return 404, {}
        if browser.name in self.answers:
            return self.answers[browser.name]
        if not headers.get("TTL", "").isdigit() or headers.get("Content-Encoding") != "aes128gcm":
            return 400, {}
        if len(body) > 4096:
            return 413, {}
        if not self._is_signed(headers.get("Authorization", ""), host):
            return 403, {}
        topic, urgency = headers.get("Topic", ""), headers.get("Urgency", "normal")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,32}", topic) or urgency not in ("very-low", "low", "normal", "high"):
            return 400, {}
        content = json.loads(browser.decrypted(body))
        self.received.append(Received(browser.name, content, int(headers["TTL"]), topic, urgency))
        return 201, {"Location": f"https://{host}/m/{len(self.received)}"}

    def _is_signed(self, header: str, host: str) -> bool:
        parts = re.fullmatch(r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), ?k=([\w-]+)", header)
        if parts is None:
            return False
        head, claims, signature = (unb64(part) for part in parts.groups()[:3])
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(parts[4]))
        try:
            raw = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
            point.verify(raw, f"{parts[1]}.{parts[2]}".encode(), ec.ECDSA(SHA256()))
        except InvalidSignature:
            return False
        values = json.loads(claims)
        return (
            json.loads(head)["alg"] == "ES256"
            and values["aud"] == f"https://{host}"
            and 0 < values["exp"] - self.now.timestamp() <= 86_400
            and values["sub"].startswith(("mailto:", "https://"))
        )


class _Redirected(HTTPAdapter):
    """In place of TLS and DNS: what is sent to any https address reaches the fake, with the host it was meant for."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def send(self, request: requests.PreparedRequest, *words: Any, **options: Any) -> requests.Response:  # type: ignore[override]
        parts = urlsplit(str(request.url))
        request.url = f"{self._address}{parts.path}"
        request.headers["Host"] = parts.netloc
        return super().send(request, *words, **options)


@contextmanager
def running(service: FakePushService) -> Iterator[requests.Session]:
    """Yields the session that reaches it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers = service.answer(self.headers["Host"], self.path, self.headers, body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        session = requests.Session()
        session.mount("https://", _Redirected(f"http://127.0.0.1:{server.server_port}"))
        yield session
        server.shutdown()
