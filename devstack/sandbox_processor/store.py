"""The processor's data: objects, balances, idempotency keys, webhooks to send, failures to simulate."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_CATEGORIES = {"payment": "charge", "transfer_refund": "transfer_reversal", "payout_failure": "payout_reversal",
               "adjustment": "dispute", "stripe_fee": "fee", "stripe_fx_fee": "fee"}  # fmt: skip
_TABLES = """
CREATE TABLE IF NOT EXISTS objects (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, account TEXT NOT NULL, body TEXT NOT NULL, seq INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, account, seq);
CREATE TABLE IF NOT EXISTS balances (
  account TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (account, currency));
CREATE TABLE IF NOT EXISTS known_keys (
  account TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
  created REAL NOT NULL, PRIMARY KEY (account, key));
CREATE TABLE IF NOT EXISTS pending (
  line_id TEXT PRIMARY KEY, account TEXT NOT NULL, currency TEXT NOT NULL, net INTEGER NOT NULL,
  available REAL NOT NULL);
CREATE TABLE IF NOT EXISTS knobs (name TEXT PRIMARY KEY, value REAL NOT NULL);
CREATE TABLE IF NOT EXISTS exchanges (
  id INTEGER PRIMARY KEY, method TEXT NOT NULL, path TEXT NOT NULL, account TEXT NOT NULL, key TEXT NOT NULL,
  fields TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
  event_id TEXT PRIMARY KEY, due REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS due_payouts (payout_id TEXT PRIMARY KEY, due REAL NOT NULL);
CREATE TABLE IF NOT EXISTS faults (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL, kind TEXT NOT NULL, times INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS calls (id INTEGER PRIMARY KEY, method TEXT NOT NULL, path TEXT NOT NULL, key TEXT NOT NULL);
"""


class Store:
    """One SQLite connection with one lock; `with store.step()` is one durable transaction."""

    def __init__(self, path: Path | str) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_TABLES)
        self._depth = 0

    @contextmanager
    def step(self) -> Iterator[None]:
        with self._lock:
            if self._depth:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            else:
                self._db.execute("COMMIT")
            finally:
                self._depth = 0

    # the clock and other knobs of the control endpoints

    def knob(self, name: str, default: float = 0.0) -> float:
        rows = self.rows("SELECT value FROM knobs WHERE name = ?", name)
        return float(rows[0]["value"]) if rows else default

    def turn(self, name: str, value: float) -> None:
        self.run("INSERT INTO knobs VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = ?", name, value, value)

    def now(self) -> float:
        """The processor's own clock: the real time plus the advance set by the control endpoints."""
        return time.time() + self.knob("clock_ahead")

    def rows(self, sql: str, *parameters: object) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, parameters).fetchall()

    def run(self, sql: str, *parameters: object) -> int:
        with self._lock:
            return self._db.execute(sql, parameters).rowcount

    # objects

    def add(self, kind: str, prefix: str, account: str, body: Json) -> Json:
        body = {"id": f"{prefix}_{secrets.token_hex(12)}", "object": kind, "created": int(self.now()), **body}
        with self._lock:
            self._db.execute(
                "INSERT INTO objects SELECT ?, ?, ?, ?, coalesce(max(seq), 0) + 1 FROM objects",
                (body["id"], kind, account, json.dumps(body)),
            )
        return body

    def save(self, body: Json) -> Json:
        self.run("UPDATE objects SET body = ? WHERE id = ?", json.dumps(body), body["id"])
        return body

    def find(self, object_id: str, account: str | None = None) -> Json | None:
        rows = self.rows("SELECT account, body FROM objects WHERE id = ?", object_id)
        if not rows or (account is not None and rows[0]["account"] != account):
            return None
        return _body(rows[0])

    def listed(self, kind: str, account: str) -> list[Json]:
        """Newest first."""
        rows = self.rows("SELECT body FROM objects WHERE kind = ? AND account = ? ORDER BY seq DESC", kind, account)
        return [_body(row) for row in rows]

    # balances

    def balance(self, account: str, currency: str) -> int:
        rows = self.rows("SELECT amount FROM balances WHERE account = ? AND currency = ?", account, currency)
        return int(rows[0]["amount"]) if rows else 0

    def balances(self, account: str) -> dict[str, int]:
        rows = self.rows("SELECT currency, amount FROM balances WHERE account = ? ORDER BY currency", account)
        return {row["currency"]: row["amount"] for row in rows}

    def pending(self, account: str) -> dict[str, int]:
        """The part of the balance that is not available yet, by currency."""
        rows = self.rows(
            "SELECT currency, sum(net) AS net FROM pending WHERE account = ? AND available > ? GROUP BY currency",
            account,
            self.now(),
        )
        return {row["currency"]: row["net"] for row in rows}

    def available(self, account: str, currency: str) -> int:
        return self.balance(account, currency) - self.pending(account).get(currency, 0)

    def book(
        self, account: str, kind: str, amount: int, currency: str, source: str, fee: int = 0, delay: float = 0
    ) -> Json:
        """One balance line, and the changed balance; a delayed amount is pending until then."""
        self.run(
            "INSERT INTO balances VALUES (?, ?, ?) ON CONFLICT (account, currency) DO UPDATE SET amount = amount + ?",
            account,
            currency,
            amount - fee,
            amount - fee,
        )
        line = self.add(
            "balance_transaction",
            "txn",
            account,
            {
                "type": kind,
                "reporting_category": _CATEGORIES.get(kind, kind),
                "amount": amount,
                "currency": currency,
                "fee": fee,
                "net": amount - fee,
                "source": source or None,
                "available_on": int(self.now() + delay),
                "exchange_rate": None,
            },
        )
        if delay > 0:
            self.run(
                "INSERT INTO pending VALUES (?, ?, ?, ?, ?)", line["id"], account, currency, amount - fee,
                self.now() + delay,
            )  # fmt: skip
        return line

    # faults

    def remember_exchange(self, *values: object) -> None:
        """Store a call and its answer, for tests that check them against the OpenAPI description."""
        self.run(
            "INSERT INTO exchanges (method, path, account, key, fields, status, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
            *values,
        )

    def next_fault(self, method: str, path: str) -> str | None:
        """The failure to simulate for this call, used up once."""
        with self.step():
            for row in self.rows("SELECT id, path, kind FROM faults WHERE times > 0 ORDER BY id"):
                if f"{method} {path}".startswith(row["path"]):
                    self.run("UPDATE faults SET times = times - 1 WHERE id = ?", row["id"])
                    return str(row["kind"])
        return None


def _body(row: sqlite3.Row) -> Json:
    loaded: Json = json.loads(row["body"])
    return loaded
