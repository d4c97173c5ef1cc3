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
