"""What an entry costs may not grow with the books, even before their statistics are gathered."""

from uuid import uuid4

import pytest
from django.db import connection

from apps.common.money import Money
from apps.ledger import operations

from .conftest import NOON, release

pytestmark = pytest.mark.django_db

MANY = """
SELECT ledger_post(gen_random_uuid(), 'test.many', gen_random_uuid(), ARRAY['bank', 'test:' || n], ARRAY['asset', 'asset'],
  ARRAY['EUR', 'EUR'], ARRAY[false, false], ARRAY[100, -100], '', '{}', now())
FROM generate_series(1, 1500) n
"""


def whole_reads() -> dict[str, int]:
    """How often this transaction has read a table of the books from end to end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relname LIKE 'ledger_%'")
        return dict(cursor.fetchall())


def test_an_entry_reads_no_table_from_end_to_end(funded):
    escrow_id = funded("100.00", "EUR")
    with connection.cursor() as cursor:
        cursor.execute(MANY)
    before = whole_reads()
    for _ in range(8):  # more often than a plan is made again
        operations.record(release(escrow_id, uuid4(), Money.of("1.00", "EUR")), now=NOON)
    assert whole_reads() == before
