"""
Redis as the cache, with a small local cache while Redis is down: missing entries are simply unknown. And two ways to
keep what is computed: for all processes (`remembered`), and in one (`ProcessMemory`).

Meanwhile rate limits (login, signup, API) are counted per process, and no request waits for a server that does not
answer.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from cachetools import TLRUCache
from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from django.http import HttpRequest
from redis.exceptions import RedisError, ResponseError

logger = logging.getLogger(__name__)

AWAY_SECONDS = 5.0
"""How long Redis is not called after it did not answer."""
_away_until: dict[str, float] = {}


def is_redis_away() -> bool:
    """Whether Redis did not answer this process within the last seconds."""
    return any(until > time.monotonic() for until in _away_until.values())


class RedisOrLocalCache(BaseCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._server = str(server)
        self._redis, self._local = RedisCache(server, params), LocMemCache("while-redis-is-away", params)

    def _ask(self, name: str, *args: Any, **options: Any) -> Any:
        if time.monotonic() >= _away_until.get(self._server, 0.0):
            try:
                return getattr(self._redis, name)(*args, **options)
            except ResponseError:
                raise  # Redis answered: this is a bug of ours
            except (RedisError, OSError) as error:
                logger.warning("Redis does not answer; this process uses a local cache: %s", error)
                _away_until[self._server] = time.monotonic() + AWAY_SECONDS
        return getattr(self._local, name)(*args, **options)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._ask("add", key, value, timeout=timeout, version=version))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._ask("get", key, default, version=version)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._ask("set", key, value, timeout=timeout, version=version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._ask("touch", key, timeout=timeout, version=version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._ask("delete", key, version=version))

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        many: dict[Any, Any] = self._ask("get_many", list(keys), version=version)
        return many

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> list[Any]:
        return self._ask("set_many", data, timeout=timeout, version=version) or []

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        self._ask("delete_many", list(keys), version=version)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return bool(self._ask("has_key", key, version=version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return int(self._ask("incr", key, delta, version=version))

    def clear(self) -> None:
        self._ask("clear")

    def close(self, **options: Any) -> None:
        self._redis.close(**options)


LOCK_SECONDS = 10
STALE_TIMES = 10
"""A value stays in the cache this many times its age limit: others get it while one request computes the next."""

Key = TypeVar("Key")
Value = TypeVar("Value")


def remembered(key: str, seconds: int, compute: Callable[[], Value]) -> Value:
    """
    The shared cache's value of a key, or a new one if it is older than `seconds`.

    Of many requests that find an old value only one computes, and the others get the old one. With `seconds` 0 nothing
    is kept. Whatever depends on who asks belongs in the key.
    """
    if seconds <= 0:
        return compute()
    entry: tuple[Value, float] | None = cache.get(key)
    if entry is not None and (time.time() < entry[1] or not cache.add(f"{key}:lock", 1, LOCK_SECONDS)):
        return entry[0]
    value = compute()
    cache.set(key, (value, time.time() + seconds), seconds * STALE_TIMES)
    return value


class ProcessMemory(Generic[Key, Value]):
    """
    Values that are the same for everyone and rarely change, kept in this process for some seconds.

    :param seconds: read at each use, so that a setting can change it; 0 keeps nothing.
    :param most: how many values are kept; the least recently used goes first.
    """

    def __init__(self, seconds: Callable[[], int], most: int = 50_000) -> None:
        self._seconds, self._lock = seconds, threading.Lock()
        self._values: TLRUCache[Key, Value] = TLRUCache(
            most, ttu=lambda _key, _value, now: now + seconds(), timer=lambda: time.monotonic()
        )

    def get_many(self, keys: Iterable[Key], compute: Callable[[list[Key]], Mapping[Key, Value]]) -> dict[Key, Value]:
        """Return the values of the keys. `compute` returns the missing ones, and may leave out unknown keys."""
        keys = list(keys)
        if self._seconds() <= 0:
            return dict(compute(keys)) if keys else {}
        with self._lock:
            result = {key: self._values[key] for key in keys if key in self._values}
        if missing := [key for key in keys if key not in result]:
            computed = compute(missing)
            result |= computed
            with self._lock:
                for key, value in computed.items():
                    self._values[key] = value
        return result

    def get(self, key: Key, compute: Callable[[], Value]) -> Value:
        return self.get_many([key], lambda _missing: {key: compute()})[key]

    def clear(self) -> None:
        with self._lock:
            self._values.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._values)


STRANGERS_COOKIES = frozenset({"theme", "time_zone", settings.LANGUAGE_COOKIE_NAME, settings.CSRF_COOKIE_NAME})
QUERY_CHARACTERS_MAX = 200
SAME_FOR_STRANGERS = "tradewind.same_for_strangers"
"""Set in a request's META by a view whose response may be kept for every stranger (marketplace/kept_responses.py)."""


def is_plain_visit(request: HttpRequest) -> bool:
    """Without a session, and without a cookie or query that would make the page a visitor's own."""
    return (
        request.method in ("GET", "HEAD")
        and not request.COOKIES.keys() - STRANGERS_COOKIES
        and "HTTP_AUTHORIZATION" not in request.META
        and len(request.META.get("QUERY_STRING", "")) <= QUERY_CHARACTERS_MAX
    )
