"""
Measures the money page and a statement page with a million postings in the ledger.

    python -m bench.statement [--postings 1000000] [--requests 200]

Starts its own PostgreSQL and fills it through the ledger's SQL function (1,000 customers share half of the postings,
one
customer has the other half), then requests pages through the whole application. The same run also measures the same
queries with a window function over the whole history, as a simple statement would use. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from uuid import UUID, uuid4

from bench import servers

FILL = """
SELECT count(ledger_post(
  gen_random_uuid(), 'escrow.released', gen_random_uuid(),
  ARRAY['escrow:' || %(escrow)s, 'payable:' || ('00000000-0000-7000-8000-' || lpad(to_hex(who), 12, '0')),
        'revenue:commission', 'tax_withheld:DE'],
  ARRAY['liability', 'liability', 'revenue', 'liability'], ARRAY['EUR', 'EUR', 'EUR', 'EUR'],
  ARRAY[true, true, false, false], ARRAY[1000, -850, -125, -25]::bigint[], '', '{}', now()))
FROM (SELECT CASE WHEN n %% 2 = 0 THEN 0 ELSE 1 + n %% 1000 END AS who FROM generate_series(%(first)s, %(last)s) n) f
"""
NAIVE = """
SELECT p.id, p.amount_minor, sum(p.amount_minor) OVER (PARTITION BY p.account_id ORDER BY p.id)
FROM ledger_posting p JOIN ledger_ledgeraccount a ON a.id = p.account_id
WHERE a.code = %s ORDER BY p.id DESC LIMIT 21
"""
LARGE, SMALL = UUID(int=0x7000_8000 << 48), UUID(int=(0x7000_8000 << 48) + 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postings", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args()
    with servers.running() as server:
        server.fresh_database("statement")
        os.environ.update(servers.environment(server, "statement", ALLOWED_HOSTS="*"))
        for command in (["migrate", "-v0"], ["load_compliance", "-v0"], ["load_fees", "-v0"]):
            subprocess.run([sys.executable, "manage.py", *command], check=True, stdout=subprocess.DEVNULL)
        started = time.perf_counter()
        _fill(options.postings // 4)
        filled = time.perf_counter() - started
        print(
            json.dumps({"postings": options.postings, "fill_seconds": round(filled, 1), **_measure(options.requests)})
        )


def _fill(entries: int) -> None:
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    from apps.common.money import Money
    from apps.ledger import chart, operations
    from apps.ledger.entries import Entry, credit, debit

    escrow_id = uuid4()
    plenty = Money(1000 * entries, "EUR")
    lines = [debit(chart.bank("EUR"), plenty), credit(chart.escrow_held(escrow_id, "EUR"), plenty)]
    operations.record(Entry("bench.funded", uuid4(), lines), now=timezone.now())
    step = 200  # a long transaction would leave thousands of dead row versions of the two balances
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        for first in range(0, entries, step):
            cursor.execute(FILL, {"escrow": str(escrow_id), "first": first, "last": min(first + step, entries) - 1})
        cursor.execute("VACUUM ANALYZE ledger_posting")
        cursor.execute("VACUUM ANALYZE ledger_journalentry")


def _measure(requests: int) -> dict[str, object]:
    from django.db import connection

    clients = {name: _client(organization_id) for name, organization_id in (("large", LARGE), ("small", SMALL))}
    newest = _newest_line()
    query: dict[str, Callable[[], object]] = {}
    for name, client in clients.items():
        query[f"page_{name}"] = lambda client=client: _ok(client, "/en/money/")  # type: ignore[misc]
        query[f"deep_{name}"] = lambda client=client: _ok(client, f"/en/money/?before={newest // 2}")  # type: ignore[misc]
    for name, organization_id in (("large", LARGE), ("small", SMALL)):
        query[f"window_{name}"] = lambda id_=organization_id: _naive(connection, f"payable:{id_}")  # type: ignore[misc]
    times: dict[str, list[float]] = {name: [] for name in query}
    for nth in range(requests):
        for name, ask in query.items():
            if name.startswith("window_large") and nth >= 20:
                continue
            started = time.perf_counter()
            ask()
            times[name].append(1000 * (time.perf_counter() - started))
    return {
        name: {
            "p50_ms": round(statistics.median(result), 1),
            "p95_ms": round(sorted(result)[int(0.95 * len(result))], 1),
        }
        for name, result in times.items()
    }


def _newest_line() -> int:
    from apps.ledger.queries import books

    return books.statement([f"payable:{LARGE}"], limit=1)[0].id


def _client(organization_id: UUID) -> object:
    from django.test import Client

    from apps.accounts.models import Membership, Organization, User

    organization = Organization.objects.create(
        id=organization_id, display_name="Bench", handle=f"bench-{organization_id.hex[-6:]}", kind="individual",
        country="DE", currency="EUR",
    )  # fmt: skip
    user = User.objects.create_user(email=f"{organization_id.hex}@bench.example", password=None)
    Membership.objects.create(organization=organization, user=user, role="owner")
    client = Client()
    client.force_login(user)
    return client


def _ok(client: object, path: str) -> None:
    answer = client.get(path)  # type: ignore[attr-defined]
    assert answer.status_code == 200, (path, answer.status_code)


def _naive(connection: object, code: str) -> None:
    with connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(NAIVE, [code])
        assert cursor.fetchall()


if __name__ == "__main__":
    main()
