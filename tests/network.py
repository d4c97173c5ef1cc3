"""Tests reach this machine alone: who connects elsewhere, or asks for another name, is refused, and the test fails."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Callable
from typing import Any

refused: list[str] = []
"""What the running test asked for. A refusal alone could be taken for an outage that the code under test may survive."""


def _is_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if name in ("", "localhost", "0.0.0.0", "::"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(self: socket.socket, *words: Any) -> Any:
        # The address is the last word of all three; a Unix socket's is its path.
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(words[-1][0]):
            refused.append(f"{method.__name__} {words[-1]}")
            raise OSError(errno.ENETUNREACH, f"tests reach this machine alone, not {words[-1]}")
        return method(self, *words)

    return wrapped


def shut() -> None:
    """Once for each process; psycopg2 alone connects without Python's sockets, and it does so through a Unix socket."""
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    resolve = socket.getaddrinfo

    def resolve_here(host: Any, *words: Any, **options: Any) -> Any:
        if not _is_here(host):
            refused.append(f"getaddrinfo {host}")
            raise socket.gaierror(socket.EAI_NONAME, f"tests reach this machine alone, not {host}")
        return resolve(host, *words, **options)

    socket.getaddrinfo = resolve_here
