"""
Measures the cost of a journal entry through the application against the plain SQL function on the same connection.

`python -m bench.ledger [--entries N]` prints one line of JSON: entries per second, and the ratio of the two.
It writes to the database of DATABASE_URL: use a disposable one.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from uuid import UUID, uuid4


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    import django

    django.setup()
    from django.db import connection, transaction
    from django.utils import timezone

    from apps.common.ids import uuid7
    from apps.common.money import Money
    from apps.ledger import chart, operations
    from apps.ledger.entries import Entry, credit, debit

    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=2000)
    count = parser.parse_args().entries
    now = timezone.now()

    def entry(escrow_id: UUID, payee_id: UUID) -> Entry:
        gross, net = Money.of("10.00", "EUR"), Money.of("9.00", "EUR")
        return Entry(
            "bench.release",
            uuid4(),
            [
                debit(chart.escrow_held(escrow_id, "EUR"), gross),
                credit(chart.payable(payee_id, "EUR"), net),
                credit(chart.commission("EUR"), gross - net),
            ],
            refs={"escrow": str(escrow_id)},
        )

    def held() -> UUID:
        escrow_id = uuid4()
        amount = Money.of("10.00", "EUR") if count == 0 else Money(1000 * count, "EUR")
        lines = [debit(chart.bank("EUR"), amount), credit(chart.escrow_held(escrow_id, "EUR"), amount)]
        with transaction.atomic():
            operations.record(Entry("bench.fund", uuid4(), lines), now=now)
        return escrow_id

    def through_the_application() -> float:
        escrow_id, payee_id = held(), uuid4()
        started = time.perf_counter()
        for _ in range(count):
            with transaction.atomic():
                operations.record(entry(escrow_id, payee_id), now=now)
        return count / (time.perf_counter() - started)

    def bare() -> float:
        escrow_id, payee_id = held(), uuid4()
        sql = (
            f"SELECT ledger_post(%s, 'bench.release', %s, ARRAY['escrow:{escrow_id}', 'payable:{payee_id}',"
            " 'revenue:commission'], ARRAY['liability', 'liability', 'revenue'], ARRAY['EUR', 'EUR', 'EUR'],"
            " ARRAY[true, true, false], ARRAY[1000, -900, -100]::bigint[],"
            f" '', '{{\"escrow\": \"{escrow_id}\"}}', now())"
        )
        connection.ensure_connection()
        raw = connection.connection
        raw.autocommit = True
        started = time.perf_counter()
        with raw.cursor() as cursor:
            for _ in range(count):
                cursor.execute(sql, [str(uuid7()), str(uuid4())])
        return count / (time.perf_counter() - started)

    rates: dict[str, list[float]] = {"application": [], "bare": []}
    for _ in range(3):  # interleaved, so that other load on the machine affects both
        rates["application"].append(through_the_application())
        rates["bare"].append(bare())
    best = {name: max(result) for name, result in rates.items()}
    print(
        json.dumps(
            {
                "entries_per_second": round(best["application"]),
                "bare_per_second": round(best["bare"]),
                "ratio": round(best["application"] / best["bare"], 2),
            }
        )
    )


if __name__ == "__main__":
    main()
