"""The processor's HTTP server: API, checkout page and control endpoints for tests. Standard library only."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from devstack.sandbox_processor import accounts, charges, control, events, pages, payouts
from devstack.sandbox_processor.api import Answer, Api, read_call
from devstack.sandbox_processor.refusals import Refusal
from devstack.sandbox_processor.store import Store

TICK = 0.1
SLOW = 2.0


class Processor:
    """A running processor: `start()`, `url`, `stop()`; its file stays."""

    def __init__(
        self,
        *,
        port: int = 0,
        db: Path | str = ":memory:",
        webhook_url: str = "",
        secret: str = "whsec_sandbox",
        thin_url: str = "",
        thin_secret: str = "whsec_sandbox_thin",
        payout_delay: float = 1.0,
        available_delay: float | None = None,
        keeps_exchanges: bool = False,
        host: str = "127.0.0.1",
        public_url: str = "",
    ) -> None:
        self.public_url = public_url.rstrip("/")
        self.store = Store(db)
        if available_delay is not None:
            self.store.turn("available_delay", available_delay)
        self.api = Api(self.store, payout_delay=payout_delay, keeps_exchanges=keeps_exchanges)
        self.sender = events.Sender(self.store, webhook_url, secret, thin_url=thin_url, thin_secret=thin_secret)
        self.server = _Server((host, port), _Handler)
        self.server.processor = self
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        host, port = self.server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> Processor:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True, name="processor").start()
        threading.Thread(target=self._tick, daemon=True, name="bank").start()
        if self.sender.snapshot.url or self.sender.thin.url:
            self.sender.start()
        return self

    def stop(self) -> None:
        self.stopping.set()
        self.sender.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.server.close_connections()

    def wait(self) -> None:
        self.stopping.wait()

    def _tick(self) -> None:
        while not self.stopping.wait(TICK):
            payouts.finish_due(self.store)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    processor: Processor

    def __init__(self, *args: Any, **options: Any) -> None:
        self.connections: set[socket.socket] = set()
        super().__init__(*args, **options)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Clients keep their connections open: without this, a stopped server would still answer."""
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 60

    def log_message(self, format: str, *args: Any) -> None:
        """No logging: the calls are listed at /control/state."""

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts.path.startswith("/checkout/"):
            self._checkout(parts.path.removeprefix("/checkout/"), parts.query, body)
        elif parts.path.startswith("/onboarding/"):
            self._onboarding(parts.path.removeprefix("/onboarding/"), parts.query, body)
        elif parts.path.startswith("/control/"):
            self._send(control.play(self.server.processor.api, parts.path.removeprefix("/control/"), body))
        else:
            self._api(parts.path, parts.query, body)

    def _api(self, path: str, query: str, body: bytes) -> None:
        processor = self.server.processor
        fault = processor.store.next_fault(self.command, path)
        if fault == "lost_request":
            self._hang_up()
            return
        if fault == "500":
            self._send(Answer(500, {"error": {"type": "api_error", "message": "An unknown error occurred."}}))
            return
        if fault == "429":
            self._send(Answer(429, {"error": {"type": "invalid_request_error", "code": "rate_limit"}}))
            return
        if fault == "refuse":
            message = {"type": "invalid_request_error", "code": "account_closed", "message": "Refused on demand."}
            self._send(Answer(400, {"error": message}))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        base_url = processor.public_url or f"http://{self.headers.get('Host', '')}"
        call = read_call(self.command, path, query, body, headers, base_url)
        if fault == "slow_start":
            time.sleep(SLOW)
        try:
            answer = processor.api.answer(call)
        except (AttributeError, KeyError, TypeError, ValueError):  # a parameter of an unexpected shape
            answer = Answer(400, {"error": {"type": "invalid_request_error", "message": "Invalid request."}})
        if fault == "slow":
            time.sleep(SLOW)
        if fault == "lost_reply":
            self._hang_up()
            return
        self._send(answer)

    def _checkout(self, session_id: str, query: str, body: bytes) -> None:
        store = self.server.processor.store
        locale = parse_qs(query).get("locale", ["en"])[0]
        try:
            with store.step():
                session = charges.find_session(store, session_id)
                if self.command == "GET":
                    page = pages.checkout if session["status"] == "open" else pages.closed
                    self._html(200, page(session, locale))
                    return
                form = parse_qs(body.decode())
                card = pages.DECLINED_CARD if form.get("outcome") == ["decline"] else form.get("card", [""])[0]
                payment = charges.pay(store, session, card.replace(" ", ""))
        except Refusal as error:
            self._html(error.status, pages.unknown(locale))
            return
        if payment["status"] == "succeeded":
            self._redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id))
        else:
            self._html(402, pages.checkout(session, locale, payment["last_payment_error"]["decline_code"]))

    def _onboarding(self, link_id: str, query: str, body: bytes) -> None:
        store = self.server.processor.store
        locale = pages.preferred(self.headers.get("Accept-Language", ""))
        error = ""
        try:
            with store.step():
                link = accounts.find_link(store, link_id)
                if not accounts.is_open(store, link):
                    self._redirect(link["_refresh"])
                    return
                if self.command == "POST":
                    form = parse_qs(body.decode())
                    try:
                        accounts.onboard(store, link, form.get("account_number", [""])[0])
                    except Refusal as declined:
                        error = declined.code
                    else:
                        self._redirect(link["_return"])
                        return
                self._html(
                    422 if error else 200, pages.onboarding(link, accounts.find(store, link["account"]), locale, error)
                )
        except Refusal as declined:
            self._html(declined.status, pages.unknown(locale))

    def _send(self, answer: Answer) -> None:
        body = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _html(self, status: int, page: str) -> None:
        body = page.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _redirect(self, url: str) -> None:
        self.send_response(303)
        self.send_header("Location", url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)
