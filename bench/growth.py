"""
Measures how many rows and bytes a paid contract leaves behind, and bytes per task, bid and freelancer.

    python -m bench.growth [--contracts 300] [--tasks 20000] [--freelancers 2000]

Runs the real operations in a database of its own, from the task with three bids over the contract, a message from each
side, payment and delivery to the release, with all events handled (notifications, e-mails, documents). `synthesize`
then fills another, in which a hundred tasks are matched. A table's size includes its indexes and TOAST, and is measured
between a third of the contracts and all of them, so that what an empty table needs does not count. Prints one line of
JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from typing import Any

from bench import servers

REFERENCE = (["migrate"], ["load_compliance"], ["load_fees"], ["import_fx_rates"], ["import_skills", "--core-only"])
BIDS, MATCHED = 3, 100
PARTS = {
    "postings": ["ledger_posting"],
    "journal entries": ["ledger_journalentry"],
    "events and deliveries": ["outbox_event", "outbox_delivery"],
    "notifications": ["notifications_notification"],
    "e-mails": ["notifications_emaildelivery"],
    "messages": ["messaging_message"],
    "history": ["common_statuschange"],
    "documents": ["invoicing_document"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contracts", type=int, default=300)
    parser.add_argument("--tasks", type=int, default=20_000)
    parser.add_argument("--freelancers", type=int, default=2_000)
    parser.add_argument("--work", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--match", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.match:
        _match(options.match)
        return
    if options.work:
        _work(options.work)
        return
    with servers.running("bench-growth") as server:
        environments = {}
        for name in ("growth_contracts", "growth_synthetic"):
            server.fresh_database(name)
            environments[name] = servers.environment(server, name)
            for command in REFERENCE:
                subprocess.run(
                    [sys.executable, "manage.py", *command, "-v0"], env=environments[name], check=True,
                    stdout=subprocess.DEVNULL,
                )  # fmt: skip
        command = [sys.executable, "-m", "bench.growth", "--work", str(options.contracts)]
        done = subprocess.run(
            command, env=environments["growth_contracts"], check=True, stdout=subprocess.PIPE, text=True
        )
        result = json.loads(done.stdout.splitlines()[-1])
        result["synthetic"] = _synthetic(server, environments["growth_synthetic"], options)
    print(json.dumps(result))


def _synthetic(server: servers.Server, env: dict[str, str], options: argparse.Namespace) -> dict[str, float]:
    def size() -> int:
        return int(_query(server.url("growth_synthetic"), "SELECT pg_database_size(current_database())")[0][0])

    before = size()
    demo = {**env, "TRADEWIND_ENV": "demo"}
    for words in (["--freelancers", options.freelancers, "--tasks", 0], ["--freelancers", 0, "--tasks", options.tasks]):
        command = [sys.executable, "manage.py", "synthesize", *(str(word) for word in words)]
        subprocess.run(command, env=demo, check=True, stdout=subprocess.DEVNULL)
        if str(words[3]) == "0":
            people = size()
    after = size()
    command = [sys.executable, "-m", "bench.growth", "--match", str(MATCHED)]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            command, env={**demo, "MATCH_INDEX": folder}, check=True, stdout=subprocess.PIPE, text=True
        )
    return {
        **json.loads(done.stdout.splitlines()[-1]),
        "bytes per freelancer": round((people - before) / options.freelancers),
        "bytes per task": round((after - people) / options.tasks),
    }


def _query(url: str, statement: str) -> list[tuple[Any, ...]]:
    import psycopg2

    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())
    finally:
        connection.close()


def _work(contracts: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from tests.make import Make

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    make = Make(timezone.now())
    first = contracts // 3
    for _ in range(first):
        _contract(make)
    before, cpu = _sizes(), time.process_time()
    for _ in range(contracts - first):
        _contract(make)
    cpu = time.process_time() - cpu
    after, count = _sizes(), contracts - first
    parts = {}
    for name, tables in PARTS.items():
        rows, bytes_ = (sum(after[t][i] - before[t][i] for t in tables) for i in (0, 1))
        own = sum(after[t][0] - before[t][0] for t in tables[:1])
        parts[name] = {
            "rows": round(rows / count, 1),
            "bytes": round(bytes_ / count),
            "bytes each": round(bytes_ / max(own, 1)),
        }
    total = sum(after[table][1] - before[table][1] for table in after) / count
    bids = after["bidding_bid"][1] - before["bidding_bid"][1]
    figures = {
        "contracts": count,
        "parts": parts,
        "kB per contract": round(total / 1000, 1),
        "cpu ms per contract": round(1000 * cpu / count),
        "bytes per bid": round(bids / count / BIDS),
    }
    print(json.dumps(figures))


def _match(tasks: int) -> None:
    import django

    django.setup()
    from django.utils import timezone

    from apps.matching.operations import candidate_index, matches
    from apps.tasks.models import Task

    now = timezone.now()
    candidate_index.rebuild_candidate_index(now=now)
    before, rows, cpu = _sizes(), 0, time.process_time()
    for task_id in Task.objects.filter(bidding_closes_at__gt=now).values_list("id", flat=True)[:tasks]:
        rows += len(matches.match_task(task_id=task_id, now=now))
    cpu = time.process_time() - cpu
    size = _sizes()["matching_matchresult"][1] - before["matching_matchresult"][1]
    print(json.dumps({"matches per task": rows / tasks, "bytes per match": round(size / max(rows, 1)),
                      "cpu ms per matched task": round(1000 * cpu / tasks)}))  # fmt: skip


def _contract(make: Any) -> None:
    from django.utils import timezone

    from apps.messaging import operations as messaging
    from apps.outbox import bus

    make.now = timezone.now()
    task = make.task()
    bids = [make.bid(task=task) for _ in range(BIDS)]
    milestone = make.milestone(bid=bids[0], status="approved")
    contract = milestone.contract
    for organization in (contract.employer, contract.freelancer):
        messaging.send(
            contract_id=contract.id, text="Thank you. The second chapter follows on Thursday, as we agreed.",
            source_language="en", actor=make.actor(organization), now=make.now,
        )  # fmt: skip
    bus.deliver_pending(now=timezone.now(), limit=10_000)


def _sizes() -> dict[str, tuple[int, int]]:
    """Rows and bytes by table, after what is dead was removed."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        names = connection.introspection.table_names(cursor)
        result = {}
        for name in names:
            cursor.execute(f'SELECT (SELECT count(*) FROM "{name}"), pg_total_relation_size(%s)', [f'"{name}"'])
            result[name] = tuple(cursor.fetchone())
        return result


if __name__ == "__main__":
    os.chdir(servers.ROOT)
    main()
