"""An error reaches Sentry and a span reaches a collector, from real processes, and neither names a person or a key."""

from __future__ import annotations

import gzip
import os
import queue
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import brotli
import pytest
import requests
from django.conf import settings
from django.db import connection

from marketplace.telemetry import clean, cut, without_secrets

pytest.importorskip("sentry_sdk", reason="requirements/observability.txt is not installed")
pytest.importorskip("opentelemetry.sdk", reason="requirements/observability.txt is not installed")
SECRETS = ("ada@example.org", "tw_0123456789abcdefghij", "sessionid-value", "typed-by-a-person", "hunter2hunter2")
ROOT = Path(settings.BASE_DIR)


class Sink:
    """A server that takes what is sent to Sentry and to a collector."""

    def __init__(self) -> None:
        self.got: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.all: list[tuple[str, bytes]] = []
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = self.headers.get("Content-Length")
                body = self.rfile.read(int(length)) if length else self._chunks()
                unpack = {"gzip": gzip.decompress, "br": brotli.decompress}.get(
                    self.headers.get("Content-Encoding", "")
                )
                body = unpack(body) if unpack else body
                sink.got.put((self.path, body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def _chunks(self) -> bytes:
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                return body

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, path: str, text: bytes) -> bytes:
        """The first body to that path that has the text."""
        for item in self.all:
            if path in item[0] and text in item[1]:
                return item[1]
        while True:
            item = self.got.get(timeout=20)
            self.all.append(item)
            if path in item[0] and text in item[1]:
                return item[1]


@pytest.fixture
def sink() -> Iterator[Sink]:
    item = Sink()
    yield item
    item.server.shutdown()
    item.server.server_close()


@contextmanager
def process(sink: Sink, *command: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ, "TRADEWIND_ENV": "test", "C_FORCE_ROOT": "1", "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1",
        "DATABASE_URL": re.sub(r"/\w+(?=\?|$)", f"/{connection.settings_dict['NAME']}", os.environ["DATABASE_URL"], count=1),
        "SENTRY_DSN": f"http://key@127.0.0.1:{sink.port}/1",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{sink.port}", "OTEL_BSP_SCHEDULE_DELAY": "200",
        "DJANGO_SETTINGS_MODULE": "marketplace.settings", **more,
    }  # fmt: skip
    environment.pop("PROCESS_KIND", None)
    running = subprocess.Popen([sys.executable, "-m", *command], env=environment, cwd=ROOT)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(60)


def check_is_clean(sink: Sink) -> None:
    while not sink.got.empty():
        sink.all.append(sink.got.get())
    for path, body in sink.all:
        for secret in SECRETS:
            assert secret.encode() not in body, (path, secret)


def free_port() -> int:
    with socket.socket() as item:
        item.bind(("127.0.0.1", 0))
        return int(item.getsockname()[1])


@pytest.mark.processes
@pytest.mark.django_db
def test_the_web_process_sends_an_error_and_a_span(sink):
    port = free_port()
    command = ("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
               "tests.operation.telemetry_app:application")  # fmt: skip
    with process(sink, *command):
        sent = requests.Session()
        sent.mount(
            "http://", requests.adapters.HTTPAdapter(max_retries=requests.adapters.Retry(30, backoff_factor=0.1))
        )
        answer = sent.get(
            f"http://127.0.0.1:{port}/boom/?email={SECRETS[0]}&password={SECRETS[4]}",
            headers={"Authorization": f"Bearer {SECRETS[1]}", "Cookie": f"sessionid={SECRETS[2]}"},
            data={"note": SECRETS[3]}, timeout=30,
        )  # fmt: skip
        assert answer.status_code == 500
        event = sink.wait_for("/api/1/envelope/", b"Broken")
        assert b"tradewind-web" in event
        span = sink.wait_for("/v1/traces", b"boom")
        assert b"tradewind-web" in span
    check_is_clean(sink)


@pytest.mark.processes
@pytest.mark.django_db
def test_a_job_sends_an_error_and_a_span(sink):
    from celery import Celery

    name = f"telemetry-{uuid4().hex[:8]}"
    command = ("celery", "-A", "tests.operation.telemetry_app", "worker", "-c", "1", "-Q", name, "--without-gossip")
    with process(sink, *command, CELERY_QUEUE=name):
        sender = Celery(broker=settings.CELERY_BROKER_URL)
        sender.send_task("telemetry.boom", args=[SECRETS[3]], kwargs={"to": SECRETS[0]}, queue=name)
        event = sink.wait_for("/api/1/envelope/", b"Broken")
        assert b"tradewind-worker" in event
        span = sink.wait_for("/v1/traces", b"telemetry.boom")
        assert b"tradewind-worker" in span
    check_is_clean(sink)


def test_texts_lose_addresses_keys_and_queries():
    text = cut(f"https://x.example/people/?q={SECRETS[3]} for Ada <{SECRETS[0]}> by Bearer {SECRETS[1]}")
    assert not any(secret in text for secret in SECRETS)
    assert "https://x.example/people/" in text


def test_an_event_keeps_no_body_cookie_header_or_person():
    event = without_secrets(
        {
            "user": {"email": SECRETS[0]}, "message": f"to {SECRETS[0]}",
            "request": {
                "url": "https://x.example/a/", "data": {"note": SECRETS[3]}, "cookies": {"sessionid": SECRETS[2]},
                "query_string": f"password={SECRETS[4]}", "env": {"REMOTE_ADDR": "192.0.2.1"},
                "headers": {"Authorization": SECRETS[1], "Cookie": SECRETS[2], "Host": "x.example"},
            },
        },
        None,
    )  # fmt: skip
    assert not any(secret in str(event) for secret in (*SECRETS, "192.0.2.1"))
    assert event["request"]["headers"] == {"Host": "x.example"}


def test_a_span_keeps_no_address_of_the_network_or_query():
    kept = clean({"http.target": f"/a/?email={SECRETS[0]}", "net.peer.ip": "192.0.2.1", "http.status_code": 200})
    assert kept == {"http.target": "/a/", "http.status_code": 200}
