"""The chain over the books: what it binds, and which tampering it shows."""

import json
import threading
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction

from apps.common.money import Money
from apps.ledger import operations
from apps.ledger.models import ChainLink
from apps.ledger.queries import chain, invariants

from .conftest import NOON, release

pytestmark = pytest.mark.django_db(transaction=True)

TAMPERING = {
    "another amount": "UPDATE ledger_posting SET amount_minor = amount_minor * 2",
    "another memo": "UPDATE ledger_journalentry SET memo = 'a gift' WHERE id = %(second)s",
    "another moment": "UPDATE ledger_journalentry SET happened_at = happened_at - interval '1 day' WHERE id = %(second)s",
    "another hash": "UPDATE ledger_chainlink SET hash = repeat('a', 64) WHERE seq = 2",
    "a link taken out": "DELETE FROM ledger_chainlink WHERE seq = 2",
    "the tail cut off": "DELETE FROM ledger_chainlink WHERE seq = 3",
    "another seal": "UPDATE ledger_chainseal SET hash = repeat('b', 64)",
}


def broken() -> list[str]:
    return [finding.invariant for finding in invariants.check_all() if finding.breaches]


@pytest.fixture
def three(funded):
    """Three entries in one sealed batch."""
    escrow_id = funded("500.00")
    operations.record(release(escrow_id, uuid4(), Money.of("200.00", "EUR")), now=NOON)
    funded("7", "JPY")
    assert operations.seal_chain(now=NOON) == 3


def test_a_batch_binds_every_entry_once(three, funded):
    assert operations.seal_chain(now=NOON) == 0
    funded("1.00")

    assert operations.seal_chain(now=NOON) == 1

    report = chain.verify_chain()
    assert (report.links, report.seals, report.broken_at, report.unchained) == (4, 2, None, 0)
    assert [(seal.first_seq, seal.last_seq) for seal in chain.seals()] == [(4, 4), (1, 3)]
    assert report.head == chain.seals()[0].hash


def test_an_entry_waits_for_the_next_batch_without_breaking_anything(three, funded):
    funded("1.00")

    report = chain.verify_chain()

    assert (report.broken_at, report.unchained) == (None, 1)
    assert broken() == []


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING.keys())
def test_tampering_is_seen_in_sql_and_in_python(three, statement):
    second = ChainLink.objects.get(seq=2).journal_id
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # as one who owns the database might
        cursor.execute(statement, {"second": second})

    assert chain.verify_chain().broken_at is not None
    assert broken()
    with pytest.raises(CommandError, match=r"broken at link \d"):
        call_command("verify_chain", stdout=StringIO())


@pytest.mark.parametrize("table", ["ledger_chainlink", "ledger_chainseal"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET hash = ''", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_chain_is_append_only(three, table, verb):
    with pytest.raises(Error) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(table))

    assert error.value.__cause__.pgcode == "TW003"


def test_many_writers_make_one_chain(funded):
    for nth in range(1, 40):
        funded(f"{nth}.00")

    def seal() -> None:
        operations.seal_chain(now=NOON)
        connection.close()

    threads = [threading.Thread(target=seal) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    report = chain.verify_chain()
    assert (report.links, report.seals, report.broken_at) == (39, 1, None)


def test_the_command_seals_and_reports(funded):
    funded("3.00")
    out = StringIO()

    call_command("verify_chain", "--seal", "--json", stdout=out)

    summary = json.loads(out.getvalue())
    assert summary["ok"] is True
    assert (summary["links"], summary["unchained"]) == (1, 0)
