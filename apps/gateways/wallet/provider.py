"""
A fictitious provider of prepaid wallets for the wallet gateway: no such company exists.

It differs from the card processor on purpose: amounts are decimal strings, orders are put under a name that the shop
chooses (so a repeated call is the same call), it sends no webhooks, and payers confirm in an app, here `POST
/fake/confirm/<order>`. It uses only the standard library and keeps its data in memory.
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


class WalletProvider:
    def __init__(self, *, port: int = 0, host: str = "127.0.0.1") -> None:
        self.lock = threading.Lock()
        self.orders: dict[str, Json] = {}
        self.book: list[Json] = []
        self.faults: list[str] = []
        self.server = _Server((host, port), _Handler)
        self.server.provider = self

    @property
    def url(self) -> str:
        host, port = self.server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> WalletProvider:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True, name="wallet").start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    # behaviour

    def put(self, name: str, order_request: Json) -> tuple[int, Json]:
        """
        An order with a name chosen by the shop: `pay_in`, `give_back` (of another order) or `pay_out` (to a wallet).
        """
        existing = self.orders.get(name)
        requested = {
            field: str(order_request.get(field, "")) for field in ("kind", "amount", "currency", "of", "wallet", "memo")
        }
        if existing is not None:
            same = all(existing[field] == value for field, value in requested.items())
            return (200, existing) if same else (422, {"reason": "name_taken"})
        amount = Decimal(requested["amount"])
        if requested["kind"] == "give_back":
            paid = self.orders.get(requested["of"], {"kind": "", "amount": "0"})
            given_back = sum(
                Decimal(order["amount"]) for order in self.orders.values() if order["of"] == requested["of"]
            )
            if paid["kind"] != "pay_in" or amount + given_back > Decimal(paid["amount"]):
                return 422, {"reason": "more_than_paid"}
        if requested["kind"] != "pay_in" and self.held(requested["currency"]) < amount:
            return 422, {"reason": "balance_insufficient"}
        is_in = requested["kind"] == "pay_in"
        order = {"name": name, "state": "waiting" if is_in else "done", **requested}
        self.orders[name] = order
        if not is_in:
            self._book(order, -amount)
        return 201, order

    def confirm(self, name: str) -> tuple[int, Json]:
        order = self.orders.get(name)
        if order is None or order["kind"] != "pay_in":
            return 404, {"reason": "unknown"}
        if order["state"] == "waiting":
            order["state"] = "done"
            self._book(order, Decimal(order["amount"]))
        return 200, order

    def held(self, currency: str) -> Decimal:
        return sum((Decimal(item["amount"]) for item in self.book if item["currency"] == currency), Decimal(0))

    def _book(self, order: Json, amount: Decimal) -> None:
        row = {"nr": len(self.book) + 1, "order": order["name"], "kind": order["kind"], "amount": str(amount)}
        self.book.append(row | {"currency": order["currency"], "at": datetime.now(UTC).isoformat()})

    def answer(self, method: str, path: str, order_request: Json) -> tuple[int, Json]:
        desk, _, name = path.strip("/").partition("/")
        with self.lock:
            if (method, desk) == ("PUT", "orders"):
                return self.put(name, order_request)
            if (method, desk) == ("GET", "orders"):
                return (200, self.orders[name]) if name in self.orders else (404, {"reason": "unknown"})
            if (method, desk) == ("GET", "book"):
                return 200, {"rows": self.book}
            if (method, desk) == ("GET", "confirm") or path.startswith("/fake/confirm/"):
                return self.confirm(path.rpartition("/")[2])
        return 404, {"reason": "unknown"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    provider: WalletProvider


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """No logging."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        faults = self.server.provider.faults
        fault = faults.pop(0) if faults else ""
        if fault == "lost_request":
            self.connection.close()
            return
        status, answer = self.server.provider.answer(self.command, self.path, json.loads(body or b"{}"))
        if fault == "lost_reply":
            self.connection.close()
            return
        sent = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_PUT = do_POST = _serve
