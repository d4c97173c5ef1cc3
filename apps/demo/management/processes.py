"""The processes that the journey needs: payment processor, web and worker; each is started if it is not running."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import requests
from celery import current_app
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from devstack.sandbox_processor.server import Processor

STOP_SECONDS_MAX = 20


def is_reachable(url: str) -> bool:
    try:
        requests.get(url, timeout=3)
    except requests.RequestException:
        return False
    return True


def is_worker_running() -> bool:
    return bool(current_app.control.ping(timeout=1.5))


@contextmanager
def run_processor(site_url: str) -> Iterator[str]:
    """Run a payment processor that sends its webhooks to the site. Yields its URL."""
    with tempfile.TemporaryDirectory() as folder:
        processor = Processor(
            db=Path(folder) / "processor.sqlite3",
            webhook_url=f"{site_url}/webhooks/sandbox/",
            secret=settings.WEBHOOK_SECRET,
            payout_delay=0.5,
        ).start()
        try:
            yield processor.url
        finally:
            processor.stop()


@contextmanager
def run_worker(processor_url: str) -> Iterator[None]:
    """Run a Celery worker with beat, as in the demo."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PROCESSOR_URL": processor_url, "C_FORCE_ROOT": "1"}
        command = [
            *(sys.executable, "-m", "celery", "-A", "marketplace", "--quiet", "worker"),
            *("-B", "-s", f"{folder}/beat", "-c", "1", "-l", "error", "--without-gossip", "--without-mingle"),
        ]
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, env=environment, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.kill()


class _SilentHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the journey prints its own steps."""


@contextmanager
def run_web() -> Iterator[str]:
    """Run the web application, to receive the processor's webhooks. Yields its URL."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_SilentHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
