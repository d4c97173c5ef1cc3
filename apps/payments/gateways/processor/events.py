"""Events, and their webhooks: signed, sent at least once, repeated until they are taken."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request

from apps.payments.gateways.processor.store import Json, Store

API_VERSION = "2026-10-28.endive"
PAUSE_MAX = 60.0


def emit(store: Store, kind: str, subject: Json, account: str = "") -> Json:
    """Remember an event and that it is to be sent."""
    event = store.add(
        "event",
        "evt",
        "",
        {
            "type": kind,
            "api_version": API_VERSION,
            "livemode": False,
            "pending_webhooks": 1,
            "data": {"object": public(subject)},
            **({"account": account} if account else {}),
        },
    )
    store.run("INSERT INTO deliveries (event_id, due) VALUES (?, ?)", event["id"], time.time())
    return event


def public(body: Json) -> Json:
    """Without what the processor keeps to itself."""
    return {name: value for name, value in body.items() if not name.startswith("_")}


def signature(body: bytes, secret: str, at: int) -> str:
    """https://docs.stripe.com/webhooks#verify-manually"""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


class Sender(threading.Thread):
    """Sends what is due, for as long as the server runs."""

    def __init__(self, store: Store, url: str, secret: str, pause: float = 0.1) -> None:
        super().__init__(daemon=True, name="webhooks")
        self.store, self.url, self.secret, self.pause = store, url, secret, pause
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.wait(self.pause):
            self.send_due()

    def send_due(self) -> int:
        due = self.store.rows(
            "SELECT event_id, attempts FROM deliveries WHERE done = 0 AND due <= ? ORDER BY due LIMIT 20", time.time()
        )
        return sum(self._send(row["event_id"], row["attempts"]) for row in due)

    def _send(self, event_id: str, attempts: int) -> bool:
        event = self.store.find(event_id)
        body = json.dumps(event).encode()
        headers = {
            "Content-Type": "application/json",
            "Stripe-Signature": signature(body, self.secret, int(time.time())),
        }
        request = urllib.request.Request(self.url, body, headers, method="POST")  # noqa: S310  (our own address)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                taken = 200 <= int(answer.status) < 300
        except (urllib.error.URLError, OSError):
            taken = False
        if taken:
            self.store.run("UPDATE deliveries SET done = 1, attempts = attempts + 1 WHERE event_id = ?", event_id)
        else:
            due = time.time() + min(0.5 * 2**attempts, PAUSE_MAX)
            self.store.run("UPDATE deliveries SET due = ?, attempts = attempts + 1 WHERE event_id = ?", due, event_id)
        return taken
