"""
Kills processes under load and then counts the money at the processor: nothing may be lost, sent twice or left stuck.

    python -m bench.kill_drill [--kills 60] [--pause 1.5]

Starts its own durable PostgreSQL and Valkey, the sandbox processor in this process, and as separate processes: the web
server with two workers, and a Celery worker with beat. Each is restarted when it ends, as systemd would do. While
withdrawals are requested, SIGKILL goes in turn to a web worker, a worker's child, the whole worker with beat, Valkey
and PostgreSQL. Then it waits for claimed work (a claim lasts two minutes) and prints one line of JSON. It fails if
anything was lost, sent twice or is stuck, or if the site was unavailable for more than two seconds after a web worker
was killed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import requests

from bench import servers
from bench.settlement import _django, _processor

TARGETS = ("web worker", "worker's child", "worker with beat", "web worker", "valkey", "worker's child", "postgresql")
WEB_AWAY_MAX = 2.0
TAIL_SECONDS = 300
PASSING_SECONDS = 4.0
"""Time for Valkey or PostgreSQL to restart; the site's downtime in it does not count against the web server."""


class Kept:
    """A process that is restarted whenever it ends."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self.command, self.env, self.is_wanted = command, env, True
        self.process = self._start()
        threading.Thread(target=self._keep, daemon=True).start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command, env=self.env, cwd=servers.ROOT, start_new_session=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _keep(self) -> None:
        while self.is_wanted:
            self.process.wait()
            if self.is_wanted:
                _kill_group(self.process.pid)  # children that are still running
                self.process = self._start()

    def children(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()] if path.exists() else []

    def stop(self) -> None:
        self.is_wanted = False
        _kill_group(self.process.pid)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


class Probe(threading.Thread):
    """Sends requests to the site continuously and records when it did not respond."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url, self.is_on, self.answered = url, True, [time.monotonic()]

    def run(self) -> None:
        while self.is_on:
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{self.url}/livez", timeout=1).status_code == 200:
                    self.answered.append(time.monotonic())
            time.sleep(0.02)

    def wait(self, seconds: float) -> None:
        answered, ends = len(self.answered), time.monotonic() + seconds
        while len(self.answered) == answered:
            if time.monotonic() > ends:
                raise SystemExit("the web server did not start")
            time.sleep(0.05)

    def away_after(self, moment: float, until: float) -> float:
        """Return the longest time without a response that began between these two moments."""
        around = [at for at in self.answered if moment - 1 <= at <= until + 5]
        gaps = [late - early for early, late in pairwise(around) if moment <= late and early <= until]
        return max(gaps, default=0.0)


class Load(threading.Thread):
    """Freelancers request payouts one after another, during all failures."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.is_on, self.asked = True, set[UUID]()

    def run(self) -> None:
        from django.db import InterfaceError, OperationalError, connection

        while self.is_on:
            try:
                self.asked.add(_request_payout())
            except (OperationalError, InterfaceError):  # the commit may have failed or succeeded, so it is not counted
                connection.close()
                time.sleep(0.2)
            time.sleep(0.05)
        connection.close()


def _request_payout() -> UUID:
    from django.utils import timezone

    from apps.accounts.models import Organization
    from apps.common.actors import SYSTEM
    from apps.common.money import Money
    from apps.ledger import chart
    from apps.ledger import operations as ledger
    from apps.ledger.entries import Entry, credit, debit
    from apps.payouts.operations import accounts, payouts

    now, each = timezone.now(), Money.of("90.00", "EUR")
    payee = Organization.objects.create(
        display_name="Payee", handle=f"f-{uuid4()}"[:40], kind="individual", country="DE", currency="EUR"
    )
    accounts.set_payout_account(
        organization_id=payee.id, currency="EUR", holder_name="Payee", account_number="0001234567",
        is_automatic=False, gateway="sandbox", actor=SYSTEM, now=now,
    )  # fmt: skip
    lines = [debit(chart.clearing("sandbox", "EUR"), each), credit(chart.payable(payee.id, "EUR"), each)]
    ledger.record(Entry("bench.payable", uuid4(), lines), now=now)
    return payouts.request_payout(organization_id=payee.id, currency="EUR", amount=None, actor=SYSTEM, now=now).id


def _bring_cash(processor: Any) -> None:
    """Add enough of the platform's own money at the processor."""
    from devstack.sandbox_processor.accounts import PLATFORM

    with processor.store.step():
        processor.store.book(PLATFORM, "payment", 10**9, "eur", "ch_drill")


def _again(start: Callable[[], None], seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while True:
        try:
            start()
            return
        except SystemExit:
            if time.monotonic() > ends:
                raise
            time.sleep(0.2)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--pause", type=float, default=1.5)
    options = parser.parse_args()
    with servers.running("drill") as server, tempfile.TemporaryDirectory() as folder:
        server.fresh_database("kill_drill")
        port = _free_port()
        env = servers.environment(
            server, "kill_drill", CELERY_QUEUE="drill", C_FORCE_ROOT="1", TRADEWIND_ENV="demo", MEDIA_ROOT=folder,
            SITE_URL=f"http://127.0.0.1:{port}", EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        )  # fmt: skip
        for command in (["migrate"], ["load_compliance"], ["load_fees"], ["import_fx_rates"]):
            subprocess.run(
                [sys.executable, "manage.py", *command, "-v0"], env=env, check=True, stdout=subprocess.DEVNULL
            )
        os.environ.update(env)
        processor = _processor(Path(folder))
        os.environ["PROCESSOR_URL"] = env["PROCESSOR_URL"] = processor.url
        _django()
        _bring_cash(processor)
        result = _drill(server, env, port, Path(folder), options.kills, options.pause, processor)
    print(json.dumps(result))
    if result["lost"] or result["doubled"] or result["stuck"] or result["web_away_seconds"] > WEB_AWAY_MAX:
        raise SystemExit(1)


def _drill(
    server: servers.Server, env: dict[str, str], port: int, folder: Path, kills: int, pause: float, processor: Any
) -> dict[str, Any]:
    web = Kept(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
         "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "marketplace.wsgi:application"],
        env,
    )  # fmt: skip
    worker = Kept(
        [sys.executable, "-m", "celery", "-A", "marketplace", "--quiet", "worker", "-B", "-s", str(folder / "beat"),
         "-c", "2", "-l", "error", "--without-gossip", "--without-mingle"],
        env,
    )  # fmt: skip
    probe, load = Probe(f"http://127.0.0.1:{port}"), Load()
    try:
        probe.start()
        probe.wait(60)
        load.start()
        killed, away = Counter[str](), 0.0
        for number in range(kills):
            target, moment = TARGETS[number % len(TARGETS)], time.monotonic()
            _strike(target, web, worker, server)
            killed[target] += 1
            time.sleep(pause if target not in ("valkey", "postgresql") else PASSING_SECONDS)
            if target == "web worker":
                away = max(away, probe.away_after(moment, time.monotonic()))
        load.is_on = False
        load.join(60)
        stuck = _wait_until_sent()
    finally:
        probe.is_on = False
        web.stop()
        worker.stop()
    return _count(processor, load.asked, stuck) | {"kills": dict(killed), "web_away_seconds": round(away, 2)}


def _strike(target: str, web: Kept, worker: Kept, server: servers.Server) -> None:
    stack = server.stack
    if target == "web worker":
        for pid in web.children()[:1]:
            _kill(pid)
    elif target == "worker's child":
        for pid in worker.children()[-1:]:
            _kill(pid)
    elif target == "worker with beat":
        _kill_group(worker.process.pid)
    elif target == "valkey":
        result = subprocess.run(["pgrep", "-f", stack.redis_socket], capture_output=True, text=True, check=False)
        for pid in result.stdout.split():
            _kill(int(pid))
        _again(stack._start_valkey)
    else:
        _kill(int((stack.pgdata / "postmaster.pid").read_text().split()[0]))
        time.sleep(0.3)  # its children notice it
        _again(stack._start_pg)


def _wait_until_sent() -> int:
    """Return the number of withdrawals not sent after the claims of a dead worker have expired twice."""
    from apps.payouts.models import Payout

    ends = time.monotonic() + TAIL_SECONDS
    while (waiting := Payout.objects.exclude(status="submitted").count()) and time.monotonic() < ends:
        time.sleep(1)
    return waiting


def _count(processor: Any, requested_ids: set[UUID], stuck: int) -> dict[str, Any]:
    """Count at the processor, because our own ledger cannot show what was sent twice."""
    from apps.payouts.models import Payout

    rows = processor.store.rows("SELECT body FROM objects WHERE kind = 'transfer'")
    sent = Counter(UUID(json.loads(row["body"])["metadata"]["payout"]) for row in rows)
    payout_ids = set(Payout.objects.values_list("id", flat=True))
    return {
        "withdrawals": len(payout_ids),
        "lost": len(requested_ids - payout_ids) + len([item for item in payout_ids if item not in sent]) - stuck,
        "doubled": sum(count - 1 for count in sent.values()) + len(sent.keys() - payout_ids),
        "stuck": stuck,
    }


if __name__ == "__main__":
    main()
