"""Verify the hash chain of the ledger in Python, independently of the SQL that wrote it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from apps.ledger import rules
from apps.ledger.models import ChainSeal, JournalEntry

GENESIS = "0" * 64
"""The hash before the first link."""

_LINKS = """
SELECT l.seq, l.hash, j.id, j.idem_key, j.event, j.reverses_id, j.refs::text, j.memo, j.happened_at, j.recorded_at,
       (SELECT array_agg(a.code || ' ' || p.currency || ' ' || p.amount_minor)
        FROM ledger_posting p JOIN ledger_ledgeraccount a ON a.id = p.account_id WHERE p.journal_id = j.id)
FROM ledger_chainlink l JOIN ledger_journalentry j ON j.id = l.journal_id
WHERE l.seq > %s ORDER BY l.seq LIMIT %s
"""
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Seal:
    """One sealed batch: entries `first_seq` to `last_seq`, and the hash of the last."""

    first_seq: int
    last_seq: int
    hash: str
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class ChainReport:
    """
    :ivar broken_at: the number of the first invalid link, or None.

    :ivar head: the hash of the last valid link.
    """

    links: int
    seals: int
    broken_at: int | None
    head: str
    unchained: int


def seals(limit: int = 30) -> list[Seal]:
    """The newest batches, newest first."""
    return [
        Seal(row.first_seq, row.last_seq, row.hash, row.sealed_at)
        for row in ChainSeal.objects.order_by("-last_seq")[:limit]
    ]


def verify_chain() -> ChainReport:
    """
    Verify the whole chain from its first link: the lines' fingerprint, each link's hash, the next link, and the seals.
    """
    sealed = dict(ChainSeal.objects.values_list("last_seq", "hash"))
    batches, head, count = len(sealed), GENESIS, 0
    for seq, kept, *entry in _links():
        head_here = rules.sha256(rules.link_text(seq, head, *entry))
        if seq != count + 1 or kept != head_here or sealed.pop(seq, head_here) != head_here:
            return ChainReport(count, batches, seq, head, _unchained())
        head, count = head_here, seq
    broken_at = min(sealed) if sealed else None  # a seal whose links are missing
    return ChainReport(count, batches, broken_at, head, _unchained())


def _links() -> Iterator[tuple[Any, ...]]:
    after = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_LINKS, [after, _BATCH])
            rows = cursor.fetchall()
            yield from rows
            if len(rows) < _BATCH:
                return
            after = rows[-1][0]


def _unchained() -> int:
    return JournalEntry.objects.filter(link__isnull=True).count()
