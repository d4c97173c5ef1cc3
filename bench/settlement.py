"""
Measures payouts per second: claim, attempt, transfer and payout at the processor over HTTP, journal entries, commit.

    python -m bench.settlement [--payouts 200] [--workers 1 2 4]

Starts its own PostgreSQL (fsync on) and the project's sandbox processor in this process; the workers are separate
processes, like Celery's. For each number of workers, the same number of new payouts is sent. The network time of a real
processor is not included: the ratio to one worker shows the gain from more workers. Prints one line of JSON, and fails
if a payout was sent twice or not at all.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench import servers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--payouts", type=int, default=200)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--worker", action="store_true")
    options = parser.parse_args()
    if options.worker:
        _work()
        return
    with servers.running() as server, tempfile.TemporaryDirectory() as folder:
        server.fresh_database("settlement")
        env = servers.environment(server, "settlement")
        for command in (["migrate"], ["load_compliance"], ["load_fees"], ["import_fx_rates"]):
            subprocess.run(
                [sys.executable, "manage.py", *command, "-v0"], env=env, check=True, stdout=subprocess.DEVNULL
            )
        os.environ.update(env)
        processor = _processor(Path(folder))
        os.environ["PROCESSOR_URL"] = env["PROCESSOR_URL"] = processor.url
        _django()
        measured: dict[int, dict[str, float]] = {}
        for workers in options.workers:
            _make_payouts(processor, options.payouts)
            command = [sys.executable, "-m", "bench.settlement", "--worker"]
            figures, cpu = servers.together([command] * workers, env)
            seconds = max(figure["seconds"] for figure in figures)
            _check(processor)
            measured[workers] = {
                "payouts_per_second": round(options.payouts / seconds, 1),
                "worker_cpu_ms": round(1000 * cpu / options.payouts, 2),
            }
            print(workers, measured[workers], file=sys.stderr, flush=True)
    base = measured[options.workers[0]]["payouts_per_second"]
    ratios = {workers: round(item["payouts_per_second"] / base, 2) for workers, item in measured.items()}
    print(json.dumps({"payouts": options.payouts, "measured": measured, "over_first": ratios}))


def _processor(folder: Path) -> Any:
    from devstack.sandbox_processor.server import Processor

    secret = os.environ.get("WEBHOOK_SECRET", "whsec_sandbox")
    return Processor(db=folder / "processor.db", secret=secret, payout_delay=10**9).start()


def _django() -> None:
    import django

    django.setup()


def _make_payouts(processor: Any, count: int) -> None:
    from django.utils import timezone

    from apps.accounts.models import Organization
    from apps.common.actors import SYSTEM
    from apps.common.money import Money
    from apps.ledger import chart
    from apps.ledger import operations as ledger
    from apps.ledger.entries import Entry, credit, debit
    from apps.payments.operations import charges as charge_operations
    from apps.payouts.operations import accounts, payouts
    from devstack.sandbox_processor import charges

    now = timezone.now()
    fields = {"kind": "individual", "country": "DE", "currency": "EUR"}
    payer = Organization.objects.create(display_name="Payer", handle=f"p-{uuid4()}"[:40], **fields)
    each = Money.of("90.00", "EUR")
    whole = Money(each.amount_minor * count * 2, "EUR")
    charge = charge_operations.create_charge(
        payer_id=payer.id, reference_id=uuid4(), amount=whole, memo="bench", success_url="https://x.example",
        cancel_url="https://x.example", language="en", gateway="sandbox", actor=SYSTEM, now=now,
    )  # fmt: skip
    charge = charge_operations.open_checkout(charge_id=charge.id, now=now)
    with processor.store.step():
        session = charges.find_session(processor.store, charge.remote_session_id)
        charges.pay(processor.store, session, "4242424242424242")
    for _ in range(count):
        payee = Organization.objects.create(display_name="Payee", handle=f"f-{uuid4()}"[:40], **fields)
        accounts.set_payout_account(
            organization_id=payee.id, currency="EUR", holder_name="Payee", account_number="0001234567",
            is_automatic=False, gateway="sandbox", actor=SYSTEM, now=now,
        )  # fmt: skip
        lines = [debit(chart.clearing("sandbox", "EUR"), each), credit(chart.payable(payee.id, "EUR"), each)]
        ledger.record(Entry("bench.payable", uuid4(), lines), now=now)
        payouts.request_payout(organization_id=payee.id, currency="EUR", amount=None, actor=SYSTEM, now=now)


def _check(processor: Any) -> None:
    """Count at the processor, because our own ledger cannot show a payout that was sent twice."""
    from apps.payouts.models import Payout

    sent = processor.store.rows("SELECT count(*) AS n FROM objects WHERE kind = 'transfer'")[0]["n"]
    ours = Payout.objects.filter(status="submitted").count()
    if Payout.objects.exclude(status="submitted").exists() or sent != ours:
        raise SystemExit(f"{ours} payouts are submitted, {sent} transfers are at the processor")


def _work() -> None:
    _django()
    from django.utils import timezone

    from apps.payouts.operations import dispatch

    watch, count = servers.Stopwatch(3600), 0
    while sent := dispatch.send_due(limit=20, clock=timezone.now):
        count += sent
    watch.print(count)


if __name__ == "__main__":
    main()
