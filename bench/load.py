"""
A load generator with a constant rate of arrivals: requests are sent when they are due, whether or not earlier ones were
answered, so a slow server gets no less to do. It is one process with one loop, and reports its own CPU time.

    python -m bench.load < specification.json > result.json

The specification has `port`, `rate`, `seconds` and `kinds`: each with a `name`, a `share`, and `requests`, the bytes to
send with their weights. `{address}` in a request becomes one of 20,000 addresses and `{unique}` a new number. Requests
of a kind with a `secret` are posts, whose body is signed as the sandbox processor does it.
"""

from __future__ import annotations

import errno
import json
import random
import resource
import select
import socket
import sys
import time
from collections import Counter
from typing import Any

from devstack.sandbox_processor.events import signature

CONNECTIONS_MAX = 2_000
ADDRESSES = 20_000


class Connection:
    __slots__ = ("due", "kind", "left", "parts", "sock", "status")

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.kind, self.due, self.status, self.left = sock, "", 0.0, 0, -1
        self.parts = b""


class Generator:
    def __init__(self, specification: dict[str, Any]) -> None:
        self.port, self.rate, self.seconds = (specification[name] for name in ("port", "rate", "seconds"))
        self.kinds = {kind["name"]: kind for kind in specification["kinds"]}
        self.random = random.Random(7)
        self.epoll = select.epoll()
        self.idle: list[Connection] = []
        self.open: dict[int, Connection] = {}
        self.results: dict[str, list[tuple[float, float, int]]] = {name: [] for name in self.kinds}
        self.late_ms: list[float] = []
        self.unanswered: Counter[str] = Counter()
        self.bytes = 0

    def plan(self) -> list[tuple[str, bytes]]:
        """All requests in their order, made before the measurement begins."""
        names, number = list(self.kinds), int(self.rate * self.seconds)
        shares = [self.kinds[name]["share"] for name in names]
        texts = {name: [text for text, _weight in self.kinds[name]["requests"]] for name in names}
        weights = {name: [weight for _text, weight in self.kinds[name]["requests"]] for name in names}
        result = []
        for at, name in enumerate(self.random.choices(names, shares, k=number)):
            text = self.random.choices(texts[name], weights[name])[0]
            host = self.random.randrange(ADDRESSES)
            text = text.replace("{unique}", f"{at}x{int(time.time())}")
            text = text.replace("{address}", f"198.18.{host // 250}.{host % 250}")
            if secret := self.kinds[name].get("secret"):
                head, _empty, body = text.partition("\r\n\r\n")
                signed = signature(body.encode(), secret, int(time.time()))
                text = f"{head}\r\nStripe-Signature: {signed}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
            result.append((name, text.encode()))
        return result

    def run(self) -> dict[str, Any]:
        plan = self.plan()
        began, cpu = time.perf_counter(), _cpu()
        at, number = 0, len(plan)
        while at < number or self.busy:
            now = time.perf_counter() - began
            if now > self.seconds + 10:
                break
            while at < number and at / self.rate <= now:
                name, request = plan[at]
                self._send(name, request, at / self.rate, now)
                at += 1
                if at % 64 == 0:
                    now = time.perf_counter() - began
            wait = max(0.0, at / self.rate - (time.perf_counter() - began)) if at < number else 0.2
            for descriptor, _event in self.epoll.poll(min(wait, 0.2), 512):
                self._read(self.open[descriptor], began)
        for connection in self.open.values():
            if connection.kind:
                self._note_unanswered(connection, "not before the end")
        return {
            "kinds": self.results, "cpu_seconds": _cpu() - cpu, "seconds": time.perf_counter() - began,
            "connections": len(self.open), "bytes": self.bytes, "unanswered": self.unanswered,
            "sent_late_ms": sorted(self.late_ms)[::100],
        }  # fmt: skip

    @property
    def busy(self) -> int:
        return len(self.open) - len(self.idle)

    def _send(self, name: str, request: bytes, due: float, now: float) -> None:
        connection = self.idle.pop() if self.idle else self._connect()
        self.late_ms.append((now - due) * 1000)
        if connection is None:
            self.results[name].append((due, 0.0, 0))
            return
        connection.kind, connection.due, connection.left, connection.status, connection.parts = name, due, -1, 0, b""
        try:
            connection.sock.sendall(request)
        except OSError:
            self._close(connection)

    def _connect(self) -> Connection | None:
        if len(self.open) >= CONNECTIONS_MAX:
            self.unanswered["all connections in use"] += 1
            return None
        sock = socket.socket()
        sock.settimeout(1.0)
        try:
            sock.connect(("127.0.0.1", self.port))
        except OSError as error:
            sock.close()
            self.unanswered[f"connect: {type(error).__name__}"] += 1
            return None
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        connection = Connection(sock)
        self.open[sock.fileno()] = connection
        self.epoll.register(sock.fileno(), select.EPOLLIN)
        return connection

    def _close(self, connection: Connection) -> None:
        if connection.kind:
            self._note_unanswered(
                connection, "closed in the answer" if connection.status else "closed before the answer"
            )
        del self.open[connection.sock.fileno()]
        self.epoll.unregister(connection.sock.fileno())
        connection.sock.close()
        if connection in self.idle:
            self.idle.remove(connection)

    def _note_unanswered(self, connection: Connection, reason: str) -> None:
        """A request without an answer has the status 0."""
        self.unanswered[reason] += 1
        self.results[connection.kind].append((connection.due, 0.0, 0))

    def _read(self, connection: Connection, began: float) -> None:
        try:
            data = connection.sock.recv(262_144)
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno == errno.EAGAIN:
                return
            data = b""
        if not data:
            self._close(connection)
            return
        self.bytes += len(data)
        if connection.left < 0:
            data = connection.parts + data
            head, end, body = data.partition(b"\r\n\r\n")
            if not end:
                connection.parts = data
                return
            connection.status = int(data[9:12])
            connection.left = _length(head) - len(body)
        else:
            connection.left -= len(data)
        if connection.left <= 0:
            done = time.perf_counter() - began
            self.results[connection.kind].append((connection.due, done - connection.due, connection.status))
            connection.kind = ""
            self.idle.append(connection)


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at < 0:
        if b"transfer-encoding" in lower:
            raise SystemExit("the generator does not read chunked answers")
        return 0
    return int(lower[at + 15 : (lower.find(b"\r\n", at) if lower.find(b"\r\n", at) > 0 else None)])


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    json.dump(Generator(json.load(sys.stdin)).run(), sys.stdout)
