"""Thirty-two threads at once: somebody wins, nothing is made or lost, nobody waits in a circle."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection

from apps.common.money import Money
from apps.ledger import chart, operations
from apps.ledger.entries import Entry, credit, debit
from apps.ledger.queries import books, invariants

from .conftest import NOON, fund, release

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 32


def together(work) -> list[object]:
    """Run `work(number)` in all threads from one start; gives what each returned or raised."""
    start = threading.Barrier(THREADS)

    def run(number: int) -> object:
        try:
            start.wait(timeout=30)
            return work(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_one_event_recorded_by_all_is_one_entry():
    entry = fund(uuid4(), Money.of("5.00", "EUR"))

    results = together(lambda number: operations.record(entry, now=NOON))

    assert len(set(results)) == 1
    assert len(books.journals_of(**entry.refs)) == 1


def test_all_withdrawing_the_whole_leaves_one_winner(funded):
    escrow_id, payee_id = funded("500.00"), uuid4()

    results = together(
        lambda number: operations.record(release(escrow_id, payee_id, Money.of("500.00", "EUR")), now=NOON)
    )

    assert sum(isinstance(result, operations.NotEnoughMoney) for result in results) == THREADS - 1
    assert books.balance(chart.payable(payee_id, "EUR")) == Money.of("500.00", "EUR")
    assert {finding.breaches for finding in invariants.check_all()} == {0}


def test_crossing_transfers_never_wait_in_a_circle(funded):
    first, second = funded("500.00"), funded("500.00")
    amount = Money.of("1.00", "EUR")

    def cross(number: int) -> object:
        source, target = (first, second) if number % 2 else (second, first)
        lines = [debit(chart.escrow_held(source, "EUR"), amount), credit(chart.escrow_held(target, "EUR"), amount)]
        if number % 3:
            lines.reverse()
        return operations.record(Entry("cross", uuid4(), lines), now=NOON)

    results = together(cross)

    assert [result for result in results if isinstance(result, Exception)] == []
    total = books.balance(chart.escrow_held(first, "EUR")) + books.balance(chart.escrow_held(second, "EUR"))
    assert total == Money.of("1000.00", "EUR")


def test_accounts_opened_by_all_at_once_are_opened_once():
    codes = [uuid4() for _ in range(5)]
    amount = Money.of("1.00", "EUR")

    def spread(number: int) -> object:
        lines = [credit(chart.escrow_held(code, "EUR"), amount) for code in codes]
        if number % 2:
            lines.reverse()
        return operations.record(
            Entry("spread", uuid4(), [debit(chart.bank("EUR"), Money.of("5.00", "EUR")), *lines]), now=NOON
        )

    results = together(spread)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert books.balance(chart.escrow_held(codes[0], "EUR")) == Money.of("32.00", "EUR")
