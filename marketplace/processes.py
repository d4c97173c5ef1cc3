"""The kind of this process, and the database timeouts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any


def process_kind(arguments: Sequence[str]) -> str:
    """ "worker" for Celery, "web" for a server, "migrate", else "command" (manage.py, a shell, the tests)."""
    words = {PurePath(arguments[0]).name, PurePath(arguments[0]).parent.name} if arguments and arguments[0] else set()
    if "celery" in words:
        return "worker"
    if words & {"granian", "gunicorn", "uvicorn"} or "runserver" in arguments[1:2]:
        return "web"
    return "migrate" if "migrate" in arguments[1:2] else "command"


def with_timeouts(options: Mapping[str, Any], timeouts: Mapping[str, int]) -> dict[str, Any]:
    """Connection options with the timeouts, so that they apply from the first statement of each connection."""
    limits = " ".join(f"-c {name}={milliseconds}" for name, milliseconds in timeouts.items() if milliseconds)
    merged = " ".join(part for part in (options.get("options", ""), limits) if part)
    return {**options, "options": merged} if merged else dict(options)


CONNECT_SECONDS = 2
"""The least that libpq accepts. Visitors wait this long once, then the primary answers in its place."""


def replica_of(primary: Mapping[str, Any], address: Mapping[str, Any], timeouts: Mapping[str, int]) -> dict[str, Any]:
    """The entry of `DATABASES` for a replica: the primary's options at another address."""
    options = {"connect_timeout": CONNECT_SECONDS, **with_timeouts(address.get("OPTIONS", {}), timeouts)}
    return {**primary, **address, "CONN_MAX_AGE": primary["CONN_MAX_AGE"], "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options, "TEST": {"MIRROR": "default"}}  # fmt: skip
