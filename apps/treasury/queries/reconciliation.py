"""Data for the reconciliation: references of our documents, freelancers' accounts, and the items shown to staff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Case, F, QuerySet, Sum, Value, When
from django.utils import timezone

from apps.common.errors import NotFound
from apps.common.money import Money
from apps.ledger import chart
from apps.ledger.queries import books
from apps.ledger.queries.books import JournalView
from apps.payments.models import Charge, Chargeback, Refund
from apps.payouts.models import Payout, PayoutAccount
from apps.payouts.states import PayoutStatus
from apps.treasury.models import BookLine, ProcessorLine, ReconciliationRun, SuspenseItem, TopUp
from apps.treasury.models.reconciliation import LineStatus
from apps.treasury.states import SuspenseStatus

A_DAY = timedelta(hours=24)


_OPEN = [SuspenseStatus.OPEN, SuspenseStatus.PROPOSED]


def lock_reconciliation() -> None:
    """Serialize matching until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payments.reconciliation'))")


def remote_references(journals: Iterable[JournalView]) -> dict[UUID, str]:
    """For each entry, the processor's id of its document, or "" if the processor has none."""
    result: dict[UUID, tuple[str, str]] = {}
    for journal in journals:
        kind = _document(journal)
        if kind:
            result[journal.id] = (kind, journal.refs["payout" if kind == "reversal" else kind])
    requested: dict[str, set[str]] = {}
    for kind, object_id in result.values():
        requested.setdefault(kind, set()).add(object_id)
    names = {kind: _names(kind, ids) for kind, ids in requested.items()}
    return {journal_id: names[kind].get(object_id, "") for journal_id, (kind, object_id) in result.items()}


def _document(journal: JournalView) -> str:
    """The kind of the object in `refs` that moved the money at the processor, or ""."""
    if journal.event.startswith("transfer.taken_back"):
        return "reversal"
    return next(
        (name for name in ("line", "chargeback", "refund", "payout", "treasury", "charge") if name in journal.refs), ""
    )


def _names(kind: str, ids: set[str]) -> dict[str, str]:
    if kind == "line":
        return {row_id: row_id for row_id in ids}
    table, column = {
        "chargeback": (Chargeback, "remote_id"),
        "refund": (Refund, "remote_id"),
        "payout": (Payout, "remote_transfer_id"),
        "reversal": (Payout, "remote_reversal_id"),
        "treasury": (TopUp, "remote_id"),
        "charge": (Charge, "remote_charge_id"),
    }[kind]
    rows = table._default_manager.filter(id__in=ids).values_list("id", column)
    return {str(object_id): remote_id for object_id, remote_id in rows}


def waiting_by_currency(gateway: str) -> dict[str, int]:
    """The sum of waiting lines by currency, processor minus books, in minor units: too recent to be a difference."""
    result: dict[str, int] = {}
    waiting = {"gateway": gateway, "status": LineStatus.WAITING}
    for sign, table, column in ((1, ProcessorLine, "net_minor"), (-1, BookLine, "amount_minor")):
        for currency, total in table._default_manager.filter(**waiting).values_list("currency").annotate(Sum(column)):
            result[currency] = result.get(currency, 0) + sign * int(total)
    return {currency: minor for currency, minor in sorted(result.items()) if minor}


@dataclass(frozen=True, slots=True)
class ConnectedAccount:
    """A freelancer's accounts at the processor (one per country)."""

    organization_id: UUID
    remote_account_ids: tuple[str, ...]

    def expected(self, held: dict[str, Money]) -> dict[str, Money]:
        """
        The expected balance by currency: the books' balance, less payouts that the processor has debited and no bank
        has confirmed.
        """
        on_its_way = Payout.objects.filter(
            organization_id=self.organization_id, status=PayoutStatus.SUBMITTED,
            account__remote_account_id__in=self.remote_account_ids,
        ).exclude(remote_transfer_id=F("remote_payout_id"))  # fmt: skip
        left = dict(on_its_way.values_list("currency").annotate(Sum("amount_minor")))
        code = chart.clearing_connected(self.organization_id, "EUR").code
        booked = {currency: money for (_, currency), money in books.balances([code]).items()}
        return {
            currency: booked.get(currency, Money.zero(currency)) - Money(int(left.get(currency, 0)), currency)
            for currency in sorted(held.keys() | booked.keys())
        }


def connected_accounts(gateway: str) -> list[ConnectedAccount]:
    """The freelancers' accounts to which money was ever transferred, except on the cross-border rail."""
    rows = (
        PayoutAccount.objects.filter(gateway=gateway, payouts__isnull=False, remote_payout_method_id="")
        .exclude(remote_account_id="")
        .values_list("organization_id", "remote_account_id")
        .distinct()
        .order_by("organization_id", "remote_account_id")
    )
    grouped: dict[UUID, list[str]] = {}
    for organization_id, remote_id in rows:
        grouped.setdefault(organization_id, []).append(remote_id)
    return [ConnectedAccount(organization_id, tuple(ids)) for organization_id, ids in grouped.items()]


def suspense_items() -> list[SuspenseItem]:
    """The suspense items: open ones first, then by age, oldest first; at most 200."""
    is_open = Case(When(status__in=_OPEN, then=Value(0)), default=Value(1))
    result = SuspenseItem.objects.select_related("proposed_by", "confirmed_by").order_by(is_open, "opened_at")
    return list(result[:200])


def open_suspense_items() -> QuerySet[SuspenseItem]:
    """The suspense items that are not cleared, oldest first."""
    return SuspenseItem.objects.filter(status__in=_OPEN).order_by("opened_at", "id")


def suspense_item(item_id: UUID) -> SuspenseItem:
    """
    The suspense item.

    :raises NotFound: if it does not exist.
    """
    result = SuspenseItem.objects.select_related("proposed_by", "confirmed_by", "target_organization")
    item = result.filter(id=item_id).first()
    if item is None:
        raise NotFound
    return item


def suspense_item_for_update(item_id: UUID) -> SuspenseItem:
    lock_reconciliation()
    item = SuspenseItem.objects.select_for_update(of=("self",)).filter(id=item_id).first()
    if item is None:
        raise NotFound
    return item


def lines_of_item(item: SuspenseItem) -> tuple[list[ProcessorLine], list[BookLine]]:
    """The processor's lines and our lines with the item's reference."""
    same = {"gateway": item.gateway, "reference": item.reference, "currency": item.currency}
    return (
        list(ProcessorLine.objects.filter(**same).order_by("booked_at")),
        list(BookLine.objects.filter(**same).order_by("booked_at")),
    )


def reconciliation_runs(limit: int = 30) -> list[ReconciliationRun]:
    return list(ReconciliationRun.objects.order_by("-started_at")[:limit])


def suspense_older_than_a_day() -> int:
    return SuspenseItem.objects.filter(status__in=_OPEN, opened_at__lte=timezone.now() - A_DAY).count()


def suspense_that_is_not_its_items() -> int:
    """
    The number of currencies in which the suspense account differs from the sum of the open items. Always 0 if the books
    are correct.
    """
    booked = {code: money.amount_minor for code, money in books.balances_by_currency("suspense").items()}
    rows = SuspenseItem.objects.filter(status__in=_OPEN).values_list("currency").annotate(Sum("amount_minor"))
    listed = {currency: -int(total) for currency, total in rows}
    return sum(booked.get(code, 0) != listed.get(code, 0) for code in booked.keys() | listed.keys())
