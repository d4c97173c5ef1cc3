"""Entries for the tests of the books."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from apps.common.money import Money
from apps.ledger import chart, operations
from apps.ledger.entries import Entry, credit, debit

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def fund(escrow_id: UUID, amount: Money, *, key: UUID | None = None, event: str = "escrow.funded") -> Entry:
    return Entry(
        event,
        key or uuid4(),
        [
            debit(chart.clearing("sandbox", amount.currency), amount),
            credit(chart.escrow_held(escrow_id, amount.currency), amount),
        ],
        refs={"escrow": str(escrow_id)},
    )


def release(escrow_id: UUID, payee_id: UUID, amount: Money, *, key: UUID | None = None) -> Entry:
    return Entry(
        "escrow.released",
        key or uuid4(),
        [
            debit(chart.escrow_held(escrow_id, amount.currency), amount),
            credit(chart.payable(payee_id, amount.currency), amount),
        ],
        refs={"escrow": str(escrow_id)},
    )


@pytest.fixture
def funded() -> Callable[..., UUID]:
    """An escrow account that holds money."""

    def build(amount: str = "500.00", currency: str = "EUR") -> UUID:
        escrow_id = uuid4()
        operations.record(fund(escrow_id, Money.of(amount, currency)), now=NOON)
        return escrow_id

    return build
