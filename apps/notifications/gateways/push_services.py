"""
Sends encrypted messages to the push services of browsers: RFC 8030, signed as in RFC 8292.

The address of a subscription comes from a stranger. So it is called only if it is HTTPS on the usual port of a host in
WEB_PUSH_HOSTS; redirects are not followed, what is answered is not read, and a connection that ends at an internal
address is closed before anything is sent.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02
from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError

from apps.common.breaker import Breaker
from apps.notifications.gateways import encryption

ENDPOINT_MAX = 1000
TIMEOUT = (3.0, 10.0)
"""Seconds to connect, and to wait for the answer."""
SIGNED_FOR = timedelta(hours=12)
"""How long a signature is valid; RFC 8292 allows a day."""
_PLAIN_ADDRESS = re.compile(r"https://([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,}(:443)?/[!-\[\]-~]*")


class EndpointNotAllowed(ValueError):
    """Not the address of a push service that this site calls."""


class NoAnswer(Exception):
    """The push service could not be reached, or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Message:
    """
    :param topic: a newer message of the same topic replaces one that is not delivered yet; "" for none.
    :param urgency: very-low, low, normal or high.
    """

    content: bytes
    life: timedelta
    topic: str
    urgency: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    retry_after: timedelta | None

    @property
    def is_accepted(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """The subscription ended: the person turned it off in the browser, or removed the browser."""
        return self.status in (404, 410)

    @property
    def is_busy(self) -> bool:
        return self.status in (408, 425, 429) or self.status >= 500


def is_offered() -> bool:
    """Whether this installation has a key to sign push messages with."""
    return bool(settings.WEB_PUSH_PRIVATE_KEY)


def public_key() -> str:
    """Our key as browsers want it when they subscribe; "" without one."""
    return _public_key(settings.WEB_PUSH_PRIVATE_KEY) if is_offered() else ""


@lru_cache(maxsize=4)
def _public_key(private_key: str) -> str:
    public = Vapid02.from_raw(private_key.encode()).public_key
    return encryption.to_text(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def check_endpoint(endpoint: str) -> str:
    """
    Return the host of a subscription's address.

    :raises EndpointNotAllowed: unless it is HTTPS on port 443 of a host in WEB_PUSH_HOSTS, without a user name.
    """
    if len(endpoint) > ENDPOINT_MAX or not _PLAIN_ADDRESS.fullmatch(endpoint):
        raise EndpointNotAllowed(endpoint[:100])
    host = (urlsplit(endpoint).hostname or "").lower()
    if not any(_fits(host, pattern.lower()) for pattern in settings.WEB_PUSH_HOSTS):
        raise EndpointNotAllowed(host)
    return host


def _fits(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def send(endpoint: str, *, keys: tuple[str, str], message: Message, now: datetime) -> Answer:
    """
    Encrypt a message for one subscription and give it to its push service.

    :param keys: the browser's public key and the subscription's secret, in base64url.
    :raises EndpointNotAllowed: without calling.
    :raises NoAnswer: if the service cannot be reached or does not answer.
    :raises breaker.Open: without calling, after several calls in a row that were not answered.
    """
    host = check_endpoint(endpoint)
    public, secret = (encryption.from_text(key) for key in keys)
    body = encryption.encrypted(message.content, public_key=public, auth_secret=secret)
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(max(0, int(message.life.total_seconds()))),
        "Urgency": message.urgency,
    }
    if message.topic:
        headers["Topic"] = message.topic
    headers |= _signature(endpoint, now)
    return _breaker(host).call(lambda: _post(endpoint, body, headers, now), silences=(NoAnswer,))


def _post(endpoint: str, body: bytes, headers: dict[str, str], now: datetime) -> Answer:
    try:
        with (
            session() as http,
            http.post(
                endpoint, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True
            ) as response,
        ):
            return Answer(response.status_code, _retry_after(response.headers.get("Retry-After", ""), now))
    except (requests.RequestException, HTTPError, UnicodeError) as error:
        # The last two: what `requests` does not translate, for example a host that cannot be written as a name.
        # Without its text, which has the path: whoever knows that could send to the device.
        raise NoAnswer(f"{urlsplit(endpoint).hostname}: {type(error).__name__}") from None


def _signature(endpoint: str, now: datetime) -> dict[str, str]:
    claims = {
        "aud": f"https://{urlsplit(endpoint).netloc.removesuffix(':443')}",
        "exp": int((now + SIGNED_FOR).timestamp()),
        "sub": settings.WEB_PUSH_CONTACT,
    }
    signed: dict[str, str] = Vapid02.from_raw(settings.WEB_PUSH_PRIVATE_KEY.encode()).sign(claims)
    return signed


def _retry_after(header: str, now: datetime) -> timedelta | None:
    """Seconds, or a date (RFC 9110, 10.2.3); None if it is neither."""
    if header.isascii() and header.isdigit() and len(header) < 10:
        return timedelta(seconds=int(header))
    try:
        return max(timedelta(0), parsedate_to_datetime(header) - now)
    except (TypeError, ValueError):
        return None


@lru_cache(maxsize=512)
def _breaker(host: str) -> Breaker:
    """One for each host: an invented host below an allowed name must not stop the real ones."""
    return Breaker(
        f"push-{host}", failures_max=settings.GATEWAY_FAILURES_MAX, open_seconds=settings.GATEWAY_REST_SECONDS
    )


# -- connections


class PublicConnection(HTTPSConnection):
    """Only to public addresses: it looks at the address that it is connected to, so that no second answer of DNS
    counts."""

    def _new_conn(self) -> Any:
        sock = super()._new_conn()
        address = sock.getpeername()[0]
        if not ipaddress.ip_address(address.partition("%")[0]).is_global:
            sock.close()
            raise NewConnectionError(self, f"{self.host} is at {address}, which is not a public address")
        return sock


class PublicConnectionPool(HTTPSConnectionPool):
    ConnectionCls = PublicConnection


class PublicAddresses(HTTPAdapter):
    """A proxy that the environment names is called as it is: then the proxy resolves the host."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"https": PublicConnectionPool}


def session() -> requests.Session:
    """Knows HTTPS alone."""
    http = requests.Session()
    http.adapters.clear()
    http.mount("https://", PublicAddresses(max_retries=0))
    return http
