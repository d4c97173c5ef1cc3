"""Balances, statements and entries, as values: no model instance of the ledger leaves this app."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, CharField, Expression, F, Func, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce

from apps.common.errors import NotFound
from apps.common.money import Money
from apps.common.prepared import Text, prepared
from apps.ledger.chart import SIDES, Account, AccountKind
from apps.ledger.entries import Line
from apps.ledger.models import Balance, JournalEntry, LedgerAccount, Posting

_OBJECT = ":[0-9a-f]{8}-[0-9a-f-]{27}$"
"""The UUID at the end of an account's code."""


class RegexpReplace(Func):
    function = "regexp_replace"
    output_field = CharField()


@dataclass(frozen=True, slots=True)
class JournalView:
    """One journal entry with its lines, for statements and receipts."""

    id: UUID
    event: str
    key: UUID
    memo: str
    refs: dict[str, str]
    happened_at: datetime
    reverses_id: UUID | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of one account: `amount` and `balance` are positive on the account's own side."""

    id: int
    journal_id: UUID
    event: str
    memo: str
    refs: dict[str, str]
    happened_at: datetime
    account_code: str
    amount: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class SystemLine:
    """The sum of one entry on one system account in one currency; debit positive."""

    journal_id: UUID
    event: str
    recorded_at: datetime
    amount: Money


def balance(account: Account) -> Money:
    """The account's balance, positive on its own side (a liability's credit is positive)."""
    return balance_of(account.code, account.currency)


def balance_of(code: str, currency: str) -> Money:
    """Like `balance`, by code. Zero if no entry has used the account."""
    row = (
        LedgerAccount.objects.filter(code=code, currency=currency)
        .values("id", "kind", "is_guarded", "balance__amount_minor")
        .annotate(total=Sum("postings__amount_minor"))
        .first()
    )
    if row is None:
        return Money.zero(currency)
    minor = row["balance__amount_minor"] if row["is_guarded"] else (row["total"] or 0)
    return Money(SIDES[row["kind"]] * minor, currency)


def balances(codes: Iterable[str]) -> dict[tuple[str, str], Money]:
    """The balances of the guarded accounts with these codes, by (code, currency). One query."""
    rows = _guarded([Text(code) for code in codes])
    return {(code, currency): Money(SIDES[kind] * minor, currency) for code, currency, kind, minor in rows}


@prepared
def _guarded(codes: list[Text]) -> QuerySet[LedgerAccount, tuple[str, str, str, int]]:
    accounts = LedgerAccount.objects.filter(code__in=codes, is_guarded=True)
    return accounts.values_list("code", "currency", "kind", "balance__amount_minor")


def balances_by_currency(code: str) -> dict[str, Money]:
    """The balances of one system account, by currency, summed from its lines."""
    rows = (
        LedgerAccount.objects.filter(code=code)
        .values_list("currency", "kind")
        .annotate(total=Sum("postings__amount_minor"))
    )
    return {currency: Money(SIDES[kind] * int(total or 0), currency) for currency, kind, total in rows}


def with_balance(codes: QuerySet[Any, str]) -> list[tuple[str, Money]]:
    """
    (code, balance) of the guarded accounts with these codes whose balance is not zero, the oldest account first. One
    query.
    """
    rows = Balance.objects.filter(account__code__in=codes).exclude(amount_minor=0).order_by("account_id")
    listed = rows.values_list("account__code", "account__currency", "account__kind", "amount_minor")
    return [(code, Money(SIDES[kind] * minor, currency)) for code, currency, kind, minor in listed]


def owed() -> list[tuple[str, Money]]:
    """(code, balance) of every guarded liability that is not zero: what the platform owes to customers. One query."""
    rows = Balance.objects.filter(account__kind=AccountKind.LIABILITY).exclude(amount_minor=0)
    listed = rows.order_by("account_id").values_list("account__code", "account__currency", "amount_minor")
    return [(code, Money(-minor, currency)) for code, currency, minor in listed]


def lines_of(code: str, *, since: datetime) -> list[SystemLine]:
    """The sums on a system account of every entry recorded since `since`, per entry and currency."""
    rows = (
        Posting.objects.filter(account__code=code, journal__recorded_at__gte=since)
        .values_list("journal_id", "journal__event", "journal__recorded_at", "currency")
        .annotate(total=Sum("amount_minor"))
        .order_by("journal__recorded_at", "journal_id")
    )
    return [
        SystemLine(journal_id, event, recorded_at, Money(int(total), currency))
        for journal_id, event, recorded_at, currency, total in rows
    ]


def trial_balance() -> list[tuple[str, str, int]]:
    """
    Every group of accounts (a code without its object's id) with its currency and sum in minor units, debit positive.

    Sums to zero in each currency. Reads every posting.
    """
    grouped = RegexpReplace(F("account__code"), Value(_OBJECT), Value(""))
    rows = Posting.objects.values_list(grouped, "currency").annotate(total=Sum("amount_minor"))
    return sorted((group, currency, int(total)) for group, currency, total in rows if total)


def references_of(codes: Iterable[str], name: str) -> dict[str, str]:
    """
    For each of these accounts, the reference `name` of its first entry, for example the escrow behind a dispute's
    account.
    """
    rows = (
        Posting.objects.filter(account__code__in=list(codes), journal__refs__has_key=name)
        .order_by("account__code", "id")
        .distinct("account__code")
        .values_list("account__code", f"journal__refs__{name}")
    )
    return dict(rows)


def statement(codes: Sequence[str], *, before: int | None = None, limit: int = 50) -> list[StatementLine]:
    """
    The newest lines of these accounts, each with the account's balance after it. `before` is a line id.

    The cost depends on the page size, not on the length of the history: balances are calculated backwards from the
    present one.
    """
    accounts = _account_ids([Text(code) for code in codes])
    if not accounts:
        return []
    pages = [_page_of(account_id, before, limit) for account_id in accounts]
    first, rest = pages[0], pages[1:]
    lines = []
    running: dict[int, int] = {}
    rows = first.union(*rest, all=True) if rest else first
    for row in sorted(rows, key=lambda item: -item["id"])[:limit]:
        minor, side = row["amount_minor"], SIDES[row["account__kind"]]
        after = running.setdefault(row["account_id"], row["after_page"])
        running[row["account_id"]] = after - minor
        lines.append(
            StatementLine(
                id=row["id"],
                journal_id=row["journal_id"],
                event=row["journal__event"],
                memo=row["journal__memo"],
                refs=row["journal__refs"],
                happened_at=row["journal__happened_at"],
                account_code=row["account__code"],
                amount=Money(side * minor, row["currency"]),
                balance=Money(side * after, row["currency"]),
            )
        )
    return lines


@prepared
def _account_ids(codes: list[Text]) -> QuerySet[LedgerAccount, int]:
    return LedgerAccount.objects.filter(code__in=codes).values_list("id", flat=True)


def _page_of(account_id: int, before: int | None, limit: int) -> QuerySet[Posting, Any]:
    """The newest lines of one account before a line; `after_page` is the balance after the newest of them."""
    lines = Posting.objects.filter(account_id=account_id)
    sums = Posting.objects.filter(account_id=account_id).order_by().values("account_id")
    total: Expression | Coalesce = Coalesce(
        F("account__balance__amount_minor"), Subquery(sums.annotate(total=Sum("amount_minor")).values("total"))
    )
    if before is not None:
        lines = lines.filter(id__lt=before)
        later = sums.filter(id__gte=before).annotate(total=Sum("amount_minor")).values("total")
        total = total - Coalesce(Subquery(later), Value(0), output_field=BigIntegerField())
    return lines.annotate(after_page=Cast(total, BigIntegerField())).order_by("-id").values(
        "id", "journal_id", "journal__event", "journal__memo", "journal__refs", "journal__happened_at", "account_id",
        "account__code", "account__kind", "currency", "amount_minor", "after_page",
    )[:limit]  # fmt: skip


def journal(journal_id: UUID) -> JournalView:
    """
    The journal entry.

    :raises NotFound: if it does not exist.
    """
    return _single_view(JournalEntry.objects.filter(id=journal_id))


def journal_by_key(key: UUID) -> JournalView | None:
    """The entry recorded under this key, or None."""
    views = _views(JournalEntry.objects.filter(idem_key=key))
    return views[0] if views else None


def journals_of(**refs: object) -> list[JournalView]:
    """Every entry with these references, oldest first: `journals_of(escrow=escrow.id)`."""
    references = {name: str(value) for name, value in refs.items()}
    return _views(JournalEntry.objects.filter(refs__contains=references))


def journals_by_ids(ids: Iterable[UUID]) -> list[JournalView]:
    """The entries with these ids, oldest first."""
    return _views(JournalEntry.objects.filter(id__in=list(ids)))


def _single_view(rows: QuerySet[JournalEntry]) -> JournalView:
    views = _views(rows)
    if not views:
        raise NotFound()
    return views[0]


def _views(rows: QuerySet[JournalEntry]) -> list[JournalView]:
    entries = list(rows.order_by("recorded_at", "id"))
    lines: dict[UUID, list[Line]] = {entry.id: [] for entry in entries}
    postings = Posting.objects.filter(journal_id__in=lines).order_by("id")
    for posting in postings.select_related("account"):
        account = Account(
            posting.account.code,
            posting.currency,
            AccountKind(posting.account.kind),
            posting.account.is_guarded,
        )
        lines[posting.journal_id].append(Line(account, posting.amount_minor))
    return [
        JournalView(
            id=entry.id,
            event=entry.event,
            key=entry.idem_key,
            memo=entry.memo,
            refs=entry.refs,
            happened_at=entry.happened_at,
            reverses_id=entry.reverses_id,
            lines=tuple(lines[entry.id]),
        )
        for entry in entries
    ]
