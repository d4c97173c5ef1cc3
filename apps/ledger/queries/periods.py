"""The same lines by time: balances at a moment, movements in a period, and sums per month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from apps.common.money import Money
from apps.ledger.chart import SIDES
from apps.ledger.models import JournalEntry, Posting
from apps.ledger.queries.books import balances


@dataclass(frozen=True, slots=True)
class Movement:
    """One line with its entry; `amount` is positive on the account's own side."""

    journal_id: UUID
    event: str
    memo: str
    refs: dict[str, str]
    happened_at: datetime
    code: str
    amount: Money


def balances_at(codes: Iterable[str], moment: datetime) -> dict[tuple[str, str], Money]:
    """
    The balances of guarded accounts just before a moment, by (code, currency). Calculated backwards from the present,
    so the cost depends on what happened since.
    """
    account_codes = list(codes)
    present = balances(account_codes)
    since = (
        Posting.objects.filter(account__code__in=account_codes, journal__happened_at__gte=moment)
        .values_list("account__code", "currency", "account__kind")
        .annotate(total=Sum("amount_minor"))
    )
    for code, currency, kind, total in since:
        present[code, currency] -= Money(SIDES[kind] * int(total), currency)
    return present


def movements(codes: Iterable[str], start: datetime, end: datetime) -> list[Movement]:
    """The lines of these accounts from `start` until before `end`, oldest first. One query."""
    rows = (
        Posting.objects.filter(
            account__code__in=list(codes), journal__happened_at__gte=start, journal__happened_at__lt=end
        )
        .select_related("journal", "account")
        .order_by("journal__happened_at", "id")
    )
    return [
        Movement(
            journal_id=row.journal_id,
            event=row.journal.event,
            memo=row.journal.memo,
            refs=row.journal.refs,
            happened_at=row.journal.happened_at,
            code=row.account.code,
            amount=Money(SIDES[row.account.kind] * row.amount_minor, row.currency),
        )
        for row in rows
    ]


def named_by(codes: Iterable[str], *, event: str, name: str) -> set[str]:
    """
    The references `name` of the entries of one event on these accounts, for example the disputes that froze some
    escrows.
    """
    entries = JournalEntry.objects.filter(event=event, postings__account__code__in=list(codes))
    return set(entries.values_list(f"refs__{name}", flat=True))


def sums_by_month(code: str, *, events: Iterable[str], since: datetime) -> list[tuple[date, Money]]:
    """The sum of some events on one account per calendar month (UTC), oldest first."""
    rows = (
        Posting.objects.filter(account__code=code, journal__event__in=list(events), journal__happened_at__gte=since)
        .annotate(month=TruncMonth("journal__happened_at"))
        .order_by("month", "currency")
        .values_list("month", "currency", "account__kind")
        .annotate(total=Sum("amount_minor"))
    )
    return [(month.date(), Money(SIDES[kind] * int(total), currency)) for month, currency, kind, total in rows]
