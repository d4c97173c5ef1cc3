"""Events and their webhooks: signed, sent at least once, repeated until they are accepted."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import threading
import time
import urllib.error
import urllib.request

from devstack.sandbox_processor import shapes
from devstack.sandbox_processor.store import Json, Store

API_VERSION = "2026-10-28.endive"
PAUSE_MAX = 60.0


def emit_thin(store: Store, kind: str, related: Json, url: str) -> Json:
    """A thin event (v2): it names the object and does not contain it."""
    event = store.add(
        "v2.core.event",
        "evt",
        "",
        {
            "created": shapes.moment(store.now()),
            "type": kind,
            "livemode": False,
            "related_object": {"id": related["id"], "type": shapes.v2_kind(related), "url": url},
        },
    )
    store.run("INSERT INTO deliveries (event_id, due) VALUES (?, ?)", event["id"], time.time())
    return event


def emit(store: Store, kind: str, subject: Json, account: str = "") -> Json:
    """Store an event and schedule its webhook."""
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
    """An object without its private fields, and with the fields that are constant here."""
    shown = {name: value for name, value in body.items() if not name.startswith("_")}
    return {**shapes.CONSTANT.get(str(body.get("object")), {}), **shown}


def signature(body: bytes, secret: str, at: int) -> str:
    """https://docs.stripe.com/webhooks#verify-manually"""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


class Endpoint:
    """The URL for one API version's events, and the secret that signs them."""

    def __init__(self, url: str, secret: str) -> None:
        self.url, self.secret = url, secret


class Sender(threading.Thread):
    """
    Sends due webhooks while the server runs.

    The knobs `webhook_copies` and `webhook_shuffle` make it send duplicates, and in random order.
    """

    def __init__(
        self, store: Store, url: str, secret: str, *, thin_url: str = "", thin_secret: str = "", pause: float = 0.1
    ) -> None:
        super().__init__(daemon=True, name="webhooks")
        self.store, self.pause = store, pause
        self.snapshot, self.thin = Endpoint(url, secret), Endpoint(thin_url, thin_secret)
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.wait(self.pause):
            self.send_due()

    def send_due(self) -> int:
        if self.store.knob("webhooks_lost"):
            return self.store.run("UPDATE deliveries SET done = 1 WHERE done = 0")
        due = self.store.rows(
            "SELECT event_id, attempts FROM deliveries WHERE done = 0 AND due <= ? ORDER BY due LIMIT 20", time.time()
        )
        if self.store.knob("webhook_shuffle"):
            random.shuffle(due)
        return sum(self._send(row["event_id"], row["attempts"]) for row in due)

    def _send(self, event_id: str, attempts: int) -> bool:
        event = self.store.find(event_id) or {}
        endpoint = self.thin if event.get("object") == "v2.core.event" else self.snapshot
        if not endpoint.url or not endpoint.secret:
            self.store.run("UPDATE deliveries SET done = 1 WHERE event_id = ?", event_id)
            return False
        body = json.dumps(public(event)).encode()
        copies = max(int(self.store.knob("webhook_copies", 1)), 1)
        taken = all(self._post(endpoint, body) for _ in range(copies))
        if taken:
            self.store.run("UPDATE deliveries SET done = 1, attempts = attempts + 1 WHERE event_id = ?", event_id)
        else:
            due = time.time() + min(0.5 * 2**attempts, PAUSE_MAX)
            self.store.run("UPDATE deliveries SET due = ?, attempts = attempts + 1 WHERE event_id = ?", due, event_id)
        return taken

    def _post(self, endpoint: Endpoint, body: bytes) -> bool:
        headers = {
            "Content-Type": "application/json",
            "Stripe-Signature": signature(body, endpoint.secret, int(time.time())),
        }
        request = urllib.request.Request(endpoint.url, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return 200 <= int(answer.status) < 300
        except (urllib.error.URLError, OSError):
            return False
