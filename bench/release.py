"""
Measures the cost of a release through the application against pgbench's TPC-B and django-hordak, on one server at the
same time.

    python -m bench.release [--seconds 5] [--clients 1 4 8 16] [--rounds 3] [--workloads tpcb commit …]

Starts its own PostgreSQL with fsync on. For every number of clients it runs these in turns, `rounds` times:

    tpcb      pgbench's built-in script (scale 20): three updates, one insert, one select
    commit    pgbench inserts one row of one integer: what the disk allows, since no durable entry can be cheaper
    journal   `ledger.operations.record` of a release: one entry, four lines, two guarded balances, idempotent
    release   `escrow.operations.release`, the whole operation: lock, terms, status, history, entry, event
    hordak    a transaction of two legs with django-hordak 2.0 (no guarded balances), if it is installed:
              pip install django-hordak==2.0.0

Prints one line of JSON: per workload and number of clients the rate, CPU milliseconds (server and clients) and
flushes per release (medians of the rounds), and the ratios (medians of the ratios of one round). Machines are shared
and noisy, so only the ratios of one run are meaningful.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import resource
import statistics
import subprocess
import sys
from typing import Any
from uuid import uuid4

from bench import servers

Figures = dict[str, float]
WORKLOADS = ("tpcb", "commit", "journal", "release", "hordak")
SCRIPTS = {"tpcb": "", "commit": "INSERT INTO committed VALUES (1);"}
ESCROWS = 30
"""Escrows each client uses in turn, because no milestone is released in hundreds of parts."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 8, 16])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=WORKLOADS)
    parser.add_argument("--worker", choices=["journal", "release", "hordak"])
    options = parser.parse_args()
    if options.worker:
        {"journal": _journal, "release": _release, "hordak": _hordak}[options.worker](options.seconds)
        return
    has_hordak = importlib.util.find_spec("hordak") is not None
    with servers.running() as server:
        _prepare(server, has_hordak)
        names = [name for name in options.workloads if name != "hordak" or has_hordak]
        rounds: dict[str, dict[int, list[Figures]]] = {name: {n: [] for n in options.clients} for name in WORKLOADS}
        for clients in options.clients:
            for _ in range(options.rounds):
                for name in names:
                    rounds[name][clients].append(_measure(server, name, clients, options.seconds))
                    print(name, clients, rounds[name][clients][-1], file=sys.stderr, flush=True)
    print(json.dumps({"measured": _medians(rounds), "ratios": _ratios(rounds), "hordak_installed": has_hordak}))


def _prepare(server: servers.Server, has_hordak: bool) -> None:
    server.fresh_database("tpcb")
    subprocess.run([*server.program("pgbench"), "-i", "-q", "-s", "20", "tpcb"], check=True, capture_output=True)
    server.run("tpcb", "CREATE TABLE committed (number integer)")
    server.fresh_database("market")
    manage = [sys.executable, "manage.py"]
    for command in (["migrate", "-v0"], ["load_compliance", "-v0"], ["load_fees", "-v0"]):
        subprocess.run(
            [*manage, *command], env=servers.environment(server, "market"), check=True, stdout=subprocess.DEVNULL
        )
    if has_hordak:
        server.fresh_database("hordak")
        env = servers.environment(server, "hordak", DJANGO_SETTINGS_MODULE="bench.hordak_settings")
        subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=env, check=True)


def _measure(server: servers.Server, name: str, clients: int, seconds: float) -> dict[str, float]:
    server.run("postgres", "CHECKPOINT")
    before = [server.spent()]
    if name in SCRIPTS:
        count, elapsed, client_cpu = _pgbench(server, clients, seconds, SCRIPTS[name])
    else:
        settings = {"DJANGO_SETTINGS_MODULE": "bench.hordak_settings"} if name == "hordak" else {}
        database = "hordak" if name == "hordak" else "market"
        command = [sys.executable, "-m", "bench.release", "--worker", name, "--seconds", str(seconds)]
        env = servers.environment(server, database, **settings)
        figures, client_cpu = servers.together([command] * clients, env, lambda: before.append(server.spent()))
        count = sum(figure["count"] for figure in figures)
        elapsed = max(figure["seconds"] for figure in figures)
    spent = server.spent() - before[-1]
    return {
        "per_second": round(count / elapsed, 1),
        "cpu_ms": round(1000 * (spent.cpu_seconds + client_cpu) / max(count, 1), 3),
        "fsyncs": round(spent.fsyncs / max(count, 1), 3),
    }


def _pgbench(server: servers.Server, clients: int, seconds: float, script: str) -> tuple[float, float, float]:
    """:param script: SQL, or "" for the built-in script."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [
            *server.program("pgbench"), "-n", "-c", str(clients), "-j", "2", "-T", str(int(seconds)),
            *(["-f", "-"] if script else []), "tpcb",
        ],
        check=True, capture_output=True, text=True, input=script or None,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    count = float(re.search(r"actually processed: (\d+)", done.stdout)[1])  # type: ignore[index]
    rate = float(re.search(r"tps = ([\d.]+)", done.stdout)[1])  # type: ignore[index]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return count, count / rate, cpu


def _medians(rounds: dict[str, dict[int, list[Figures]]]) -> dict[str, dict[int, Figures]]:
    return {
        name: {
            n: {key: statistics.median(item[key] for item in result) for key in result[0]}
            for n, result in by.items()
            if result
        }
        for name, by in rounds.items()
    }


def _ratios(rounds: dict[str, dict[int, list[Figures]]]) -> dict[str, dict[int, float]]:
    def over(first: str, other: str, key: str = "per_second") -> dict[int, float]:
        pairs = {n: list(zip(rounds[first][n], rounds[other][n], strict=False)) for n in rounds[first]}
        return {n: round(statistics.median(a[key] / b[key] for a, b in both), 2) for n, both in pairs.items() if both}

    return {
        "journal_over_tpcb": over("journal", "tpcb"),
        "journal_over_hordak": over("journal", "hordak"),
        "journal_over_hordak_cpu": over("journal", "hordak", "cpu_ms"),
        "journal_over_commit": over("journal", "commit"),
        "commit_over_hordak": over("commit", "hordak"),
        "release_over_tpcb": over("release", "tpcb"),
        "release_over_hordak": over("release", "hordak"),
    }


# -- workers: one process each, like the workers of a web server


def _django() -> Any:
    import django

    django.setup()
    from django.utils import timezone

    return timezone.now()


def _journal(seconds: float) -> None:
    now = _django()
    from apps.common.money import Money
    from apps.ledger import chart, operations
    from apps.ledger.entries import Entry, credit, debit

    payees = [uuid4() for _ in range(ESCROWS)]
    held = [uuid4() for _ in range(ESCROWS)]
    gross, net, kept, tax = (Money(minor, "EUR") for minor in (1000, 850, 125, 25))
    for escrow_id in held:
        plenty = Money(10**9, "EUR")
        lines = [debit(chart.clearing("bench", "EUR"), plenty), credit(chart.escrow_held(escrow_id, "EUR"), plenty)]
        operations.record(Entry("bench.funded", uuid4(), lines), now=now)
    watch, count = servers.Stopwatch(seconds), 0
    while watch.is_running:
        escrow_id, payee_id = held[count % ESCROWS], payees[count % ESCROWS]
        lines = [
            debit(chart.escrow_held(escrow_id, "EUR"), gross),
            credit(chart.payable(payee_id, "EUR"), net),
            credit(chart.commission("EUR"), kept),
            credit(chart.tax_withheld("DE", "EUR"), tax),
        ]
        operations.record(Entry("bench.released", uuid4(), lines, refs={"escrow": str(escrow_id)}), now=now)
        count += 1
    watch.print(count)


def _release(seconds: float) -> None:
    now = _django()
    from apps.accounts.models import Organization
    from apps.common.actors import SYSTEM
    from apps.common.money import Money
    from apps.escrow.models import Escrow
    from apps.escrow.operations import funding, releases
    from apps.payments.operations import charges

    fields = {"kind": "individual", "country": "DE", "currency": "EUR"}
    payer = Organization.objects.create(display_name="Bench payer", handle=f"payer-{uuid4()}"[:40], **fields)
    payee = Organization.objects.create(display_name="Bench payee", handle=f"payee-{uuid4()}"[:40], **fields)
    held = []
    for _ in range(ESCROWS):
        escrow = funding.open_escrow(
            payer_id=payer.id, payee_id=payee.id, reference_id=uuid4(), memo="bench", amount=Money(10**8, "EUR"),
            actor=SYSTEM, now=now,
        )  # fmt: skip
        Escrow.objects.filter(id=escrow.id).update(status="funding")
        charge = charges.create_charge(
            payer_id=payer.id, reference_id=escrow.id, amount=escrow.total, memo="bench", success_url="https://x.example",
            cancel_url="https://x.example", language="en", gateway="sandbox", actor=SYSTEM, now=now,
        )  # fmt: skip
        funding.confirm_funding(
            escrow_id=escrow.id, charge_id=charge.id, amount=escrow.total, gateway="sandbox", now=now
        )
        held.append(escrow.id)
    watch, count = servers.Stopwatch(seconds), 0
    while watch.is_running:
        releases.release(escrow_id=held[count % ESCROWS], amount=Money(1000, "EUR"), actor=SYSTEM, now=now)
        count += 1
    watch.print(count)


def _hordak(seconds: float) -> None:
    _django()
    from django.db import connection, transaction
    from hordak.models import Account, Leg, Transaction
    from moneyed import Money

    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SELECT pg_advisory_xact_lock(1)")  # its account tree does not support two concurrent inserts
        cash = Account.objects.create(name="cash", code=uuid4().hex[:6], type="AS", currencies=["EUR"])
        owed = Account.objects.create(name="owed", code=uuid4().hex[:6], type="LI", currencies=["EUR"])
    watch, count = servers.Stopwatch(seconds), 0
    while watch.is_running:
        with transaction.atomic():
            transfer = Transaction.objects.create(description="bench")
            Leg.objects.create(transaction=transfer, account=cash, debit=Money(10, "EUR"))
            Leg.objects.create(transaction=transfer, account=owed, credit=Money(10, "EUR"))
        count += 1
    watch.print(count)


if __name__ == "__main__":
    main()
