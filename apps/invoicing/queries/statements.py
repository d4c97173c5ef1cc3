"""
Monthly statement of an organization's money: held, frozen, fees not yet earned, credit and balance.

All figures come from the ledger. A payment increases the held amount and the fee, a release decreases both, a refund
takes them out. A refund counts as gone once it is reserved; a refund that bounces is added as credit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from apps.common.models import StatusChange
from apps.common.money import Money
from apps.escrow.models import Escrow
from apps.escrow.states import EscrowStatus
from apps.ledger import chart
from apps.ledger.queries import periods

BUCKETS = ("held", "frozen", "fee", "credit", "available")
_PREFIXES = {
    "escrow:": "held",
    "hold:dispute:": "frozen",
    "deferred_fee:": "fee",
    "credit:employer:": "credit",
    "payable:": "available",
}
_OVER = (EscrowStatus.RELEASED, EscrowStatus.REFUNDED, EscrowStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One entry: its change to each bucket, and the balances after it."""

    journal_id: UUID
    event: str
    about: str
    release_id: str
    happened_at: datetime
    parts: dict[str, Money]
    change: Money
    balance: Money


@dataclass(slots=True)
class CurrencyStatement:
    """One currency of one month; `opening` plus all changes equals `closing`."""

    currency: str
    opening: dict[str, Money]
    closing: dict[str, Money] = field(default_factory=dict)
    rows: list[StatementRow] = field(default_factory=list)

    @property
    def opening_total(self) -> Money:
        return Money.total(self.opening.values(), self.currency)

    @property
    def closing_total(self) -> Money:
        return Money.total(self.closing.values(), self.currency)

    @property
    def buckets(self) -> list[str]:
        """The buckets that have a balance or a movement."""
        seen = {name for row in self.rows for name, part in row.parts.items() if part}
        return [name for name in BUCKETS if name in seen or self.opening[name]]


def month_bounds(month: date) -> tuple[datetime, datetime]:
    """Return a calendar month in UTC: its first moment, and the first moment of the next month."""
    start = datetime(month.year, month.month, 1, tzinfo=UTC)
    following = (month.year + 1, 1) if month.month == 12 else (month.year, month.month + 1)
    return start, datetime(*following, 1, tzinfo=UTC)


def monthly_statement(organization_id: UUID, month: date) -> list[CurrencyStatement]:
    """Return one statement for every currency with a balance or a movement."""
    start, end = month_bounds(month)
    memos = _escrows_at_work(organization_id, start)
    codes = _codes(organization_id, memos)
    opening: dict[str, dict[str, Money]] = {}
    for (code, currency), money in periods.balances_at(codes, start).items():
        buckets = opening.setdefault(currency, {name: Money.zero(currency) for name in BUCKETS})
        buckets[_bucket(code)] += money
    moved = periods.movements(codes, start, end)
    memos |= _memos_of(moved, memos=memos)
    of_currencies = [_of_currency(currency, buckets, moved, memos) for currency, buckets in sorted(opening.items())]
    return [item for item in of_currencies if item.rows or any(item.opening.values())]


def _escrows_at_work(payer_id: UUID, start: datetime) -> dict[str, str]:
    """
    Return a payer's escrows that had not ended before `start`, by id with their memo; all others have a zero balance.
    """
    moved_since = StatusChange.objects.filter(subject_id=OuterRef("pk"), happened_at__gte=start)
    paid = Escrow.objects.filter(payer_id=payer_id)
    at_work = paid.exclude(status__in=_OVER) | paid.filter(Exists(moved_since))
    return {str(escrow_id): memo for escrow_id, memo in at_work.values_list("id", "memo")}


def _codes(organization_id: UUID, escrow_ids: Iterable[str]) -> list[str]:
    """The account codes of one organization; codes do not contain the currency."""
    held = [chart.escrow_held(UUID(escrow_row_id), "EUR").code for escrow_row_id in escrow_ids]
    fees = [chart.deferred_fee(UUID(escrow_row_id), "EUR").code for escrow_row_id in escrow_ids]
    disputes = periods.named_by(held, event="dispute.opened", name="dispute") if held else set()
    frozen = [chart.hold_dispute(UUID(dispute), "EUR").code for dispute in disputes]
    own = [chart.payable(organization_id, "EUR").code, chart.employer_credit(organization_id, "EUR").code]
    return own + held + fees + frozen


def _memos_of(moved: Iterable[periods.Movement], *, memos: dict[str, str]) -> dict[str, str]:
    escrow_ids = {item.refs["escrow"] for item in moved if "escrow" in item.refs} - memos.keys()
    rows = Escrow.objects.filter(id__in=escrow_ids).values_list("id", "memo") if escrow_ids else []
    return {str(escrow_id): memo for escrow_id, memo in rows}


def _of_currency(
    currency: str, opening: dict[str, Money], moved: list[periods.Movement], memos: dict[str, str]
) -> CurrencyStatement:
    currency_statement = CurrencyStatement(currency, opening)
    present = dict(opening)
    entries: dict[UUID, list[periods.Movement]] = {}
    for item in moved:
        if item.amount.currency == currency:
            entries.setdefault(item.journal_id, []).append(item)
    for journal_id, lines in entries.items():
        parts = {name: Money.zero(currency) for name in BUCKETS}
        for line in lines:
            parts[_bucket(line.code)] += line.amount
        present = {name: present[name] + parts[name] for name in BUCKETS}
        first = lines[0]
        currency_statement.rows.append(
            StatementRow(
                journal_id=journal_id,
                event=first.event,
                about=memos.get(first.refs.get("escrow", ""), first.memo),
                release_id=first.refs.get("release", ""),
                happened_at=first.happened_at,
                parts=parts,
                change=Money.total(parts.values(), currency),
                balance=Money.total(present.values(), currency),
            )
        )
    currency_statement.closing = present
    return currency_statement


def _bucket(code: str) -> str:
    return next(bucket for prefix, bucket in _PREFIXES.items() if code.startswith(prefix))


def statement_as_json(organization_id: UUID, month: date, statements: list[CurrencyStatement]) -> dict[str, Any]:
    """
    Return the statement for machines, in whole minor units, with the figures of the page. The JSON file and the
    endpoint
    are identical.
    """
    return {
        "organization_id": str(organization_id),
        "month": f"{month:%Y-%m}",
        "currencies": [
            {
                "currency": item.currency,
                "opening": _minor(item.opening),
                "closing": _minor(item.closing),
                "opening_minor": item.opening_total.amount_minor,
                "closing_minor": item.closing_total.amount_minor,
                "lines": [_row_as_json(row) for row in item.rows],
            }
            for item in statements
        ],
    }


def _minor(parts: dict[str, Money]) -> dict[str, int]:
    return {name: parts[name].amount_minor for name in BUCKETS}


def _row_as_json(row: StatementRow) -> dict[str, Any]:
    return {
        "entry_id": str(row.journal_id),
        "event": row.event,
        "about": row.about,
        "happened_at": row.happened_at.isoformat(),
        "parts": _minor(row.parts),
        "change_minor": row.change.amount_minor,
        "balance_minor": row.balance.amount_minor,
    }
