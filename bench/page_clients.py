"""The clients of `bench.pages`: each sends its next request after the answer."""

from __future__ import annotations

import http.client
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Load:
    """What some clients got: the milliseconds of each answer, how many were refused, and the seconds of it all."""

    times_ms: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0

    def add(self, other: Load) -> None:
        self.times_ms += other.times_ms
        self.refused += other.refused
        self.seconds += other.seconds

    @property
    def cell(self) -> str:
        if not self.times_ms:
            return "all refused"
        text = f"{percentile(self.times_ms, 0.5):.0f} / {percentile(self.times_ms, 0.95):.0f}"
        share = self.refused / (self.refused + len(self.times_ms))
        return f"{text}, {share:.0%} refused" if self.refused else text


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def get(connection: http.client.HTTPConnection, path: str, cookie: str) -> tuple[int, bytes]:
    headers = {"X-Forwarded-Proto": "https", "Host": "bench.example", "Accept-Encoding": "identity"}
    if cookie:
        headers["Cookie"] = f"sessionid={cookie}"
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def load_page(port: int, path: str, cookie: str, clients: int, requests: int, seconds: float = 0) -> Load:
    """So many clients, each sending the next request after the answer, for so many seconds at least."""
    load, failed = Load(), set()

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        sent = 0
        while sent < requests or time.perf_counter() - started < seconds:
            sent, began = sent + 1, time.perf_counter()
            status, _body = get(connection, path, cookie)
            if status == 200:
                load.times_ms.append((time.perf_counter() - began) * 1000)
            elif status == 503:
                refused.append(path)
            else:
                failed.add(status)
                return

    refused: list[str] = []
    threads = [threading.Thread(target=client) for _ in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds, load.refused = time.perf_counter() - started, len(refused)
    if failed or len(load.times_ms) + load.refused < clients * requests:
        raise SystemExit(f"{path} answered {failed or 'not every request'}")
    return load
