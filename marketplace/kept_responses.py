"""
Whole responses for visitors without a session, kept in a web process for some seconds and sent before Django is called.

A view says that its page is the same for every stranger (`same_for_strangers` in `apps.common.views` and
`apps.common.api.strangers`). Only then is the response kept, with all headers that the middleware added. What can make
a response differ is part of the key, or the request goes to Django: see `key_of`.
"""

from __future__ import annotations

import gzip
import random
import re
import threading
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from hashlib import blake2b
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeAlias

import brotli
from cachetools import LRUCache
from django.conf import settings
from django.core.cache import cache
from django.http.cookie import parse_cookie
from django.utils import timezone, translation
from django.utils.cache import cc_delim_re

from apps.common import caches, limits
from apps.common.errors import TooManyRequests
from apps.common.middleware import ZONES, client_address, network
from marketplace.logs import REQUEST_ID

Environ: TypeAlias = dict[str, Any]
Headers: TypeAlias = list[tuple[str, str]]
StartResponse: TypeAlias = Callable[..., Any]
Application: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]

BYTES_MAX = 32 * 2**20
"""Of one process, for all kept responses with their compressed forms; the least recently used goes first."""
BODY_BYTES_MAX = 2**20
RENEWAL_SECONDS = 3
"""After how long another request tries to compute the next response."""
REFUSED_SECONDS = 10
"""The same if the site was too busy for it."""
OLD_SECONDS = 60
"""How old a response may be that is sent while the next one is computed, or because the site is too busy for that."""
_HOST_CHARACTERS_MAX, _PATH_CHARACTERS_MAX = 100, 300


class Key(NamedTuple):
    host: str
    is_secure: bool
    path: str
    query: str
    language: str
    zone: str
    theme: str
    htmx: tuple[str, str]

    @property
    def name(self) -> str:
        """Its name in the cache. Another version of the product may answer differently."""
        return f"kept:{blake2b(repr((settings.VERSION, *self)).encode(), digest_size=16).hexdigest()}"


class Kept:
    """One response with its compressed forms, which are made when the first client asks for them."""

    __slots__ = ("_bodies", "_headers", "_tag", "computed_at", "old_until", "size")

    def __init__(self, headers: Headers, body: bytes, computed_at: float, compressed: bytes | None = None) -> None:
        self._bodies = {"": body} if compressed is None else {"": body, "gzip": compressed}
        self._tag = blake2b(body, digest_size=12).hexdigest()
        self._headers = _for_caches(headers)
        self.computed_at, self.old_until = computed_at, 0.0
        self.size = 2 * len(body) + 2_000

    def age(self, now: float) -> float:
        return now - self.computed_at

    def body(self, encoding: str) -> bytes:
        body = self._bodies.get(encoding)
        if body is None:
            plain = self._bodies[""]
            body = brotli.compress(plain, quality=5) if encoding == "br" else gzip.compress(plain, 6, mtime=0)
            self._bodies[encoding] = body
        return body

    def answer(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        encoding = accepted_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        tag = f'"{self._tag}-{encoding}"' if encoding else f'"{self._tag}"'
        headers = [*self._headers, ("ETag", tag), ("X-Request-Id", request_id(environ))]
        if _has_tag(environ.get("HTTP_IF_NONE_MATCH", ""), tag):
            start_response("304 Not Modified", [item for item in headers if not item[0].startswith("Content-")])
            return []
        body = self.body(encoding)
        headers.append(("Content-Length", str(len(body))))
        if encoding:
            headers.append(("Content-Encoding", encoding))
        start_response("200 OK", headers)
        return [body] if environ["REQUEST_METHOD"] == "GET" else []


def _for_caches(headers: Headers) -> Headers:
    """A browser may keep the response, but asks each time whether it is still the same; a shared cache may not."""
    own = {"content-length", "x-request-id", "vary", "cache-control", "etag"}
    vary = [part for name, value in headers if name.lower() == "vary" for part in cc_delim_re.split(value)]
    for name in ("Cookie", "Accept-Encoding"):
        if name.lower() not in {part.lower() for part in vary}:
            vary.append(name)
    kept = [(name, value) for name, value in headers if name.lower() not in own]
    return [*kept, ("Vary", ", ".join(vary)), ("Cache-Control", "private, no-cache")]


def _has_tag(sent: str, tag: str) -> bool:
    return bool(sent) and (sent == tag or any(part.strip().removeprefix("W/") == tag for part in sent.split(",")))


@lru_cache(maxsize=200)
def accepted_encoding(accepted: str) -> str:
    """The best of brotli and gzip that the header allows, else ""."""
    allowed = {part.partition(";")[0].strip() for part in accepted.lower().split(",") if not _NOT_ACCEPTED.search(part)}
    return "br" if "br" in allowed else "gzip" if "gzip" in allowed else ""


_NOT_ACCEPTED = re.compile(r";\s*q\s*=\s*0(\.0*)?\s*$")


def request_id(environ: Environ) -> str:
    sent: str = environ.get("HTTP_X_REQUEST_ID", "")
    # Not uuid4: it asks the kernel, and would then wait for the interpreter again.
    return sent if REQUEST_ID.fullmatch(sent) else f"{random.getrandbits(128):032x}"


# -- which requests


def key_of(environ: Environ) -> Key | None:
    """The key of a request that may be answered for everybody, or None if only Django may answer it."""
    path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
    host = environ.get("HTTP_HOST", "")
    if (
        environ["REQUEST_METHOD"] not in ("GET", "HEAD")
        or "HTTP_AUTHORIZATION" in environ
        or "HTTP_TRANSFER_ENCODING" in environ
        or environ.get("CONTENT_LENGTH") not in (None, "", "0")
        or len(query) > caches.QUERY_CHARACTERS_MAX
        or len(path) > _PATH_CHARACTERS_MAX
        or not 0 < len(host) <= _HOST_CHARACTERS_MAX
        or (settings.USE_X_FORWARDED_HOST and "HTTP_X_FORWARDED_HOST" in environ)
        or (settings.USE_X_FORWARDED_PORT and "HTTP_X_FORWARDED_PORT" in environ)
    ):
        return None
    if path.startswith("/api/") and not _takes_json(environ.get("HTTP_ACCEPT", "")):
        return None
    header = environ.get("HTTP_COOKIE", "")
    cookies = parse_cookie(header) if header else {}
    if cookies and cookies.keys() - caches.STRANGERS_COOKIES:
        return None
    zone, theme = cookies.get("time_zone", ""), cookies.get("theme", "")
    return Key(
        host=host,
        is_secure=_is_secure(environ),
        path=path,
        query=query,
        language=language_of(environ, cookies),
        zone=zone if zone in ZONES else "",
        theme=theme if theme in ("light", "dark") else "",
        htmx=(environ.get("HTTP_HX_REQUEST", "")[:10], environ.get("HTTP_HX_BOOSTED", "")[:10]),
    )


def _is_secure(environ: Environ) -> bool:
    if settings.SECURE_PROXY_SSL_HEADER:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        if name in environ:
            return bool(environ[name].split(",", 1)[0].strip() == value)
    return bool(environ.get("wsgi.url_scheme") == "https")


@lru_cache(maxsize=200)
def _takes_json(accepted: str) -> bool:
    """Whether the API's only format satisfies the header; if not, REST framework refuses the request."""
    types = {part.partition(";")[0].strip() for part in accepted.lower().split(",")}
    return bool(types & {"", "*/*", "application/*", "application/json"}) and "indent" not in accepted


def language_of(environ: Environ, cookies: dict[str, str] | None = None) -> str:
    """The language in which Django would answer."""
    if cookies is None:
        cookies = parse_cookie(environ.get("HTTP_COOKIE", ""))
    return _language(
        environ.get("PATH_INFO", "").lstrip("/").partition("/")[0][:20],
        cookies.get(settings.LANGUAGE_COOKIE_NAME, "")[:20],
        environ.get("HTTP_ACCEPT_LANGUAGE", "")[:200],
    )


@lru_cache(maxsize=500)
def _language(first_folder: str, cookie: str, accepted: str) -> str:
    request: Any = SimpleNamespace(
        path_info=f"/{first_folder}/",
        COOKIES={settings.LANGUAGE_COOKIE_NAME: cookie} if cookie else {},
        META={"HTTP_ACCEPT_LANGUAGE": accepted},
    )
    return translation.get_language_from_request(request, check_path=True)


# -- the limit of each visitor


class VisitorLimits:
    """
    Counts what is sent from memory against a network address's limits of pages and searches (`apps.common.limits`).

    The shared count in Redis gets them in lots: asking it for each response would cost more than the response. An
    address can therefore exceed a limit by one lot in each process.
    """

    LOTS = 20
    ADDRESSES_MAX = 20_000

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: LRUCache[tuple[str, str], int] = LRUCache(self.ADDRESSES_MAX)
        self._refused: LRUCache[tuple[str, str], float] = LRUCache(self.ADDRESSES_MAX)

    def wait_seconds(self, environ: Environ) -> int:
        """Count one response. Returns the seconds until the visitor may come again; 0 if no limit is reached."""
        if not settings.LIMITS_ARE_ON:
            return 0
        who = _network(client_address(environ))
        if environ["PATH_INFO"].startswith("/api/"):
            return self._count("api_reads", who)
        return self._count("pages", who) or (self._count("searches", who) if environ.get("QUERY_STRING") else 0)

    def _count(self, what: str, who: str) -> int:
        key = (what, who)
        with self._lock:
            until = self._refused.get(key)
            if until is not None:
                wait = until - time.monotonic()
                if wait > 0:
                    return int(wait) + 1
                del self._refused[key]
            count = self._counts.get(key, 0) + 1
            lot = min(self.LOTS, max(1, limits.LIMITS[what][0].most // 5))
            self._counts[key] = 0 if count >= lot else count
        if count < lot:
            return 0
        try:
            limits.spend(what, who, now=timezone.now(), cost=lot)
        except TooManyRequests as error:
            with self._lock:
                self._refused[key] = time.monotonic() + error.wait_seconds
            return error.wait_seconds
        return 0


_network = lru_cache(maxsize=10_000)(network)


# -- the memory


def old_seconds() -> int:
    return max(OLD_SECONDS, 2 * settings.STRANGER_PAGE_SECONDS)


class KeptResponses:
    """
    This process's responses, and through the cache those of the others, so that each is computed once for all.

    Ages are counted from when a response was computed, wherever that was.
    """

    def __init__(self, bytes_max: int = BYTES_MAX) -> None:
        self._lock = threading.Lock()
        self._kept: LRUCache[Key, Kept] = LRUCache(bytes_max, getsizeof=lambda kept: kept.size)

    def find(self, key: Key) -> Kept | None:
        """
        A response that is fresh, or old while another request computes the next one.

        Whoever gets None for an old response is the one who computes it.
        """
        kept, now, seconds = self._of_this_process(key), time.time(), settings.STRANGER_PAGE_SECONDS
        if kept:
            if kept.age(now) < seconds or now < kept.old_until:
                return kept
            kept.old_until = min(now + RENEWAL_SECONDS, kept.computed_at + old_seconds())
        newest = self._of_all(key, kept) or kept
        if newest is None or newest.age(now) < seconds:
            return newest
        if cache.add(f"{key.name}:renewal", 1, RENEWAL_SECONDS):
            return None
        return self.old(key)

    def fresh(self, key: Key) -> Kept | None:
        kept = self._of_this_process(key)
        return kept if kept and kept.age(time.time()) < settings.STRANGER_PAGE_SECONDS else None

    def old(self, key: Key, *, wait_seconds: int = 0) -> Kept | None:
        """
        A response that may be sent if no new one can be computed just now.

        :param wait_seconds: after how long another request tries that again.
        """
        kept, now = self._of_this_process(key), time.time()
        if kept is None or kept.age(now) >= old_seconds():
            return None
        kept.old_until = max(kept.old_until, min(now + wait_seconds, kept.computed_at + old_seconds()))
        return kept

    def keep(self, key: Key, headers: Headers, body: bytes) -> Kept:
        kept = Kept(headers, body, time.time())
        self._set(key, kept)
        cache.set(key.name, (headers, kept.body("gzip"), kept.computed_at), old_seconds())
        return kept

    def forget(self, key: Key) -> None:
        """Other processes ask the cache, or Django, when their own response is old."""
        with self._lock:
            own = self._kept.pop(key, None)
        if own:
            cache.delete(key.name)

    def _of_this_process(self, key: Key) -> Kept | None:
        with self._lock:
            kept: Kept | None = self._kept.get(key)
        return kept

    def _of_all(self, key: Key, own: Kept | None) -> Kept | None:
        """What another process computed later than this one."""
        entry: tuple[Headers, bytes, float] | None = cache.get(key.name)
        if entry is None or (own and entry[2] <= own.computed_at):
            return None
        headers, compressed, computed_at = entry
        kept = Kept(headers, gzip.decompress(compressed), computed_at, compressed)
        self._set(key, kept)
        return kept

    def _set(self, key: Key, kept: Kept) -> None:
        with self._lock:
            self._kept[key] = kept

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._kept)


class IntoMemory:
    """A WSGI application around Django: keeps what a view has marked as the same for strangers."""

    def __init__(self, memory: KeptResponses, application: Application) -> None:
        self._memory, self._application = memory, application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        key: Key | None = environ.get(KEY)
        if key is None:
            return self._application(environ, start_response)
        # Computed by another request while this one waited for its turn.
        if kept := self._memory.fresh(key):
            return kept.answer(environ, start_response)
        started: list[Any] = []
        response = self._application(environ, lambda *args: started.extend(args))
        status, headers = started[0], started[1]
        if not (environ.get(caches.SAME_FOR_STRANGERS) and status.startswith("200") and _may_be_kept(headers)):
            if status < "5":  # gone, hidden or moved; what could not be computed may still be there
                self._memory.forget(key)
            start_response(status, headers)
            return response
        try:
            body = b"".join(response)
        finally:
            if close := getattr(response, "close", None):
                close()
        kept = self._memory.keep(key, headers, body)
        return kept.answer(environ, start_response)


def _may_be_kept(headers: Headers) -> bool:
    """Nothing that is for one visitor or for one response, whatever the view said."""
    for name, value in headers:
        name = name.lower()
        if name in ("set-cookie", "content-encoding") or (name == "content-security-policy" and "'nonce-" in value):
            return False
        if name == "cache-control" and ("no-store" in value or "private" in value):
            return False
        if name == "content-length" and int(value) > BODY_BYTES_MAX:
            return False
    return True


KEY = "tradewind.key"
"""The name in the WSGI environment under which a request's key is passed on."""
