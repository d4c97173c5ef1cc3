"""
Reconcile the processor's balance lines with the books, line by line and in both directions.

Each line of the processor and each of our lines on its clearing account has a reference: the processor's id of the
object that moved the money. Under one reference both sides must have the same sum. A difference that stays is moved to
suspense (`suspense`), so that the clearing account equals the processor's balance, and two people book it to the
account where it belongs. A payment sent twice under two ids appears as a reference missing in our books; it is detected
only here.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Abs
from django.utils import timezone

from apps.common.clock import Clock
from apps.common.money import Money
from apps.gateways import registry
from apps.gateways.errors import GatewayRefused, GatewayUnavailable
from apps.gateways.protocols.statements import BalanceLine
from apps.ledger import chart
from apps.ledger import operations as ledger
from apps.ledger.queries import books
from apps.outbox import bus
from apps.payments.models import Charge, Refund
from apps.payments.states import ChargeStatus, RefundStatus
from apps.payouts.queries import payouts, wallet
from apps.treasury import entries, events, rules
from apps.treasury.models import BookLine, ProcessorLine, ReconciliationRun, SuspenseItem
from apps.treasury.models.reconciliation import LineStatus, SuspenseReason
from apps.treasury.operations import internal_transfers, suspense, top_ups
from apps.treasury.queries import reconciliation
from apps.treasury.states import SuspenseStatus

logger = logging.getLogger(__name__)


OVERLAP = timedelta(hours=48)


BATCH = 1000


GRACE = timedelta(hours=24)


BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


Group = tuple[str, str]
"""(reference, currency)"""


def balance_at_processor(*, gateway: str) -> dict[str, Money] | None:
    """The platform's balance by currency, as the processor reports it; None if it does not answer."""
    try:
        return registry.gateway(gateway).balance()
    except GatewayUnavailable:
        return None


def balance_at_all_gateways() -> dict[str, Money] | None:
    """The sum of the platform's balances at all open gateways; None if any gateway does not answer."""
    total: dict[str, Money] = {}
    for name in registry.names():
        balance = balance_at_processor(gateway=name)
        if balance is None:
            return None
        for currency, money in balance.items():
            total[currency] = total.get(currency, Money.zero(currency)) + money
    return total


def compare_balances(*, gateway: str) -> dict[str, tuple[Money, Money]]:
    """
    The currencies in which the processor's balance and the clearing account differ: (processor, books).

    Payments of the last minutes may be on one side only. A difference that stays needs an alert.

    :raises GatewayUnavailable: if the processor does not answer.
    """
    return {code: pair for code, pair in _balances(gateway).items() if pair[0] != pair[1]}


def _balances(gateway: str) -> dict[str, tuple[Money, Money]]:
    held = registry.gateway(gateway).balance()
    booked = books.balances_by_currency(chart.clearing(gateway, "EUR").code)
    return {
        currency: (held.get(currency, Money.zero(currency)), booked.get(currency, Money.zero(currency)))
        for currency in sorted(held.keys() | booked.keys())
    }


def reconcile(*, gateway: str, clock: Clock = timezone.now) -> ReconciliationRun:
    """
    Read the processor's lines, match them with the books, move unexplained differences to suspense, and record the
    result.

    Not atomic as a whole: the processor is called outside any transaction, and each step can be repeated safely.

    :raises GatewayUnavailable: if the processor does not answer; then nothing is recorded.
    """
    started = clock()
    latest = ReconciliationRun.objects.filter(gateway=gateway).order_by("-started_at").first()
    since = latest.started_at - OVERLAP if latest else BEGINNING
    top_ups.refresh_top_ups(now=started)
    _fill_in_charges(gateway)
    line_count = take_lines(gateway=gateway, lines=registry.gateway(gateway).balance_lines(since=since))
    opened = match(gateway=gateway, since=since, now=clock())
    return _conclude(gateway, started, line_count, opened, clock())


def _fill_in_charges(gateway: str) -> None:
    """Ask the processor for the charge id of charges that were recorded without it."""
    charges_without_id = Charge.objects.filter(gateway=gateway, status=ChargeStatus.SUCCEEDED, remote_charge_id="")
    for charge in charges_without_id.order_by("created_at")[:500]:
        try:
            outcome = registry.gateway(gateway).charge_outcome(charge.remote_session_id)
        except GatewayRefused:
            continue
        Charge.objects.filter(id=charge.id, remote_charge_id="").update(remote_charge_id=outcome.remote_charge_id)


def take_lines(*, gateway: str, lines: Iterable[BalanceLine]) -> int:
    """
    Record the processor's lines as they are read, each line once. Returns the number of new lines. Recorded lines stay
    if a long read is interrupted.
    """
    new, reading = 0, iter(lines)
    while batch := {line.line_id: line for line in islice(reading, BATCH)}:
        existing = ProcessorLine.objects.filter(gateway=gateway, line_id__in=batch).values_list("line_id", flat=True)
        for line_id in list(existing):
            del batch[line_id]
        ProcessorLine.objects.bulk_create(
            [_line(gateway, line) for line in batch.values()], batch_size=BATCH, ignore_conflicts=True
        )
        new += len(batch)
    return new


def _line(gateway: str, line: BalanceLine) -> ProcessorLine:
    return ProcessorLine(
        gateway=gateway,
        line_id=line.line_id,
        type=line.type[:40],
        reference=line.source_id or line.line_id,
        amount_minor=line.amount.amount_minor,
        fee_minor=line.fee.amount_minor,
        net_minor=line.net.amount_minor,
        currency=line.amount.currency,
        booked_at=line.created_at,
        available_at=line.available_at,
    )


@transaction.atomic
def match(*, gateway: str, since: datetime, now: datetime) -> list[SuspenseItem]:
    """Match every line with the entries on the clearing account, in both directions. Returns the new suspense items."""
    reconciliation.lock_reconciliation()
    _book_fees(gateway, now)
    _take_entries(gateway, since)
    _name_entries(gateway)
    _pair_sweeps(gateway)
    if internal_transfers.follow_transfers(gateway=gateway, now=now):  # after sweeps, which look alike
        _take_entries(gateway, since)
        _name_entries(gateway)
    suspense.clear_where_news_came(gateway=gateway, now=now)
    return _match_groups(gateway, now)


def _book_fees(gateway: str, now: datetime) -> None:
    """Fees that the processor charged: the line is the only document, so the entry is recorded here."""
    for line in ProcessorLine.objects.filter(gateway=gateway, status=LineStatus.WAITING, type__in=rules.FEE_LINES):
        if line.net_minor:
            ledger.record(entries.fee_taken(gateway=gateway, line_id=line.reference, net=line.net), now=now)


def _take_entries(gateway: str, since: datetime) -> None:
    """Our side: the amount of each entry on the clearing account, from `since` on."""
    lines = books.lines_of(chart.clearing(gateway, "EUR").code, since=since)
    existing = set(
        BookLine.objects.filter(gateway=gateway, journal_id__in={line.journal_id for line in lines}).values_list(
            "journal_id", "currency"
        )
    )
    BookLine.objects.bulk_create(
        [
            BookLine(
                gateway=gateway,
                journal_id=line.journal_id,
                event=line.event,
                amount_minor=line.amount.amount_minor,
                currency=line.amount.currency,
                booked_at=line.recorded_at,
            )
            for line in lines
            if (line.journal_id, line.amount.currency) not in existing and not line.event.startswith("suspense.")
        ],
        batch_size=1000,
        ignore_conflicts=True,
    )


def _name_entries(gateway: str) -> None:
    """
    Set the processor's reference of each entry's document. Entries whose document the processor never had keep our own.
    """
    unnamed_lines = list(
        BookLine.objects.filter(gateway=gateway, status__in=[LineStatus.WAITING, LineStatus.SUSPENSE])
        .filter(Q(reference="") | Q(reference__startswith=rules.OWN_REFERENCE))
        .exclude(event__startswith="suspense.")
    )
    journals = {journal.id: journal for journal in books.journals_by_ids({line.journal_id for line in unnamed_lines})}
    named = reconciliation.remote_references(list(journals.values()))
    for line in unnamed_lines:
        undone_id = journals[line.journal_id].reverses_id
        reference = named.get(line.journal_id) or rules.own_reference(undone_id or line.journal_id)
        if reference != line.reference:
            line.reference = reference
            line.status = LineStatus.WAITING
            line.save(update_fields=["reference", "status"])


def _pair_sweeps(gateway: str) -> None:
    """A sweep is made by hand at the processor: it matches the oldest unexplained payout of the same amount."""
    waiting = {"gateway": gateway, "status": LineStatus.WAITING}
    for ours in BookLine.objects.filter(event="platform.swept", **waiting).order_by("booked_at"):
        taken = BookLine.objects.filter(gateway=gateway).values("reference")
        theirs = (
            ProcessorLine.objects.filter(type="payout", net_minor=ours.amount_minor, currency=ours.currency, **waiting)
            .exclude(reference__in=taken)
            .order_by("booked_at")
            .first()
        )
        if theirs is not None:
            ours.reference = theirs.reference
            ours.save(update_fields=["reference"])


def _match_groups(gateway: str, now: datetime) -> list[SuspenseItem]:
    gaps = _gaps(gateway)
    even = [group for group, gap in gaps.items() if gap == 0]
    _mark_matched(gateway, even)
    opened = []
    for (reference, currency), gap in gaps.items():
        if gap and (reason := _reason(gateway, reference, currency, now)):
            opened.append(suspense.open_item(gateway=gateway, reference=reference, reason=reason,
                                             amount=Money(gap, currency), now=now))  # fmt: skip
    return opened


def _gaps(gateway: str) -> dict[Group, int]:
    """The processor's sum minus ours, for every reference that has a waiting line."""
    references = set()
    for table in (ProcessorLine, BookLine):
        references |= set(
            table.objects.filter(gateway=gateway, status=LineStatus.WAITING).values_list("reference", "currency")
        )
    gaps: dict[Group, int] = defaultdict(int, dict.fromkeys(references, 0))
    names = [reference for reference, _ in references]
    for sign, table, column in ((1, ProcessorLine, "net_minor"), (-1, BookLine, "amount_minor")):
        rows = table.objects.filter(gateway=gateway, reference__in=names).values_list("reference", "currency")
        for reference, currency, total in rows.annotate(total=Sum(column)):
            if (reference, currency) in references:
                gaps[reference, currency] += sign * int(total)
    return dict(gaps)


def _mark_matched(gateway: str, groups: Iterable[Group]) -> None:
    by_currency = defaultdict(list)
    for reference, currency in groups:
        by_currency[currency].append(reference)
    same = BookLine.objects.filter(gateway=gateway, reference=OuterRef("reference"), currency=OuterRef("currency"))
    nearest = same.annotate(gap=Abs(F("amount_minor") - OuterRef("amount_minor"))).order_by("gap", "booked_at")
    for currency, references in by_currency.items():
        waiting = {
            "gateway": gateway, "currency": currency, "reference__in": references, "status": LineStatus.WAITING,
        }  # fmt: skip
        ProcessorLine.objects.filter(**waiting).update(
            status=LineStatus.MATCHED, journal_id=Subquery(nearest.values("journal_id")[:1])
        )
        BookLine.objects.filter(**waiting).update(status=LineStatus.MATCHED)


def _reason(gateway: str, reference: str, currency: str, now: datetime) -> SuspenseReason | None:
    """The reason to move a difference to suspense now; None while it may still resolve itself."""
    same = {"gateway": gateway, "reference": reference, "currency": currency}
    lines = list(ProcessorLine.objects.filter(**same))
    if any(line.type not in rules.KNOWN_LINES for line in lines):
        return SuspenseReason.UNKNOWN_TYPE
    ours = list(BookLine.objects.filter(**same))
    both: list[ProcessorLine | BookLine] = [*lines, *ours]
    waiting = [line.booked_at for line in both if line.status == LineStatus.WAITING]
    if min(waiting) > now - GRACE or _is_on_its_way(gateway, reference):
        return None
    if not lines:
        return SuspenseReason.NO_LINE
    return SuspenseReason.AMOUNT_DIFFERS if ours else SuspenseReason.NO_ENTRY


def _is_on_its_way(gateway: str, reference: str) -> bool:
    """A refund leaves the processor's balance when it is sent, and our clearing account when it succeeds."""
    unfinished = [RefundStatus.SENDING, RefundStatus.SUBMITTED]
    return Refund.objects.filter(charge__gateway=gateway, remote_id=reference, status__in=unfinished).exists()


def _conclude(
    gateway: str, started: datetime, read: int, opened: list[SuspenseItem], finished: datetime
) -> ReconciliationRun:
    summary = _summary(gateway, opened, finished)
    run = ReconciliationRun.objects.create(
        gateway=gateway,
        started_at=started,
        finished_at=finished,
        is_clean=summary["ok"],
        lines_read=read,
        items_opened=len(opened),
        summary=summary,
    )
    if opened:
        _alert(run, opened, finished)
    return run


def _summary(gateway: str, opened: list[SuspenseItem], now: datetime) -> dict[str, Any]:
    balances = _balances(gateway)
    waiting = reconciliation.waiting_by_currency(gateway)
    differences = {code: pair for code, pair in balances.items() if pair[0] != pair[1]}
    connected = _connected(gateway)
    open_items = SuspenseItem.objects.filter(
        gateway=gateway, status__in=[SuspenseStatus.OPEN, SuspenseStatus.PROPOSED]
    ).count()
    stuck = [payout.number for payout in payouts.stuck_payouts(now)]
    left = wallet.transit_left()
    result = {
        "gateway": gateway,
        "balances": {code: [pair[0].amount_minor, pair[1].amount_minor] for code, pair in balances.items()},
        "differences": {code: [pair[0].amount_minor, pair[1].amount_minor] for code, pair in differences.items()},
        "waiting": waiting,
        "connected_differences": connected,
        "suspense_opened": len(opened),
        "suspense_open": open_items,
        "payouts_stuck": stuck,
        "transit_left": left,
    }
    return {"ok": not (differences or connected or open_items or stuck or left), **result}


def _connected(gateway: str) -> list[dict[str, Any]]:
    """The freelancers' accounts whose balance at the processor differs from our books."""
    connected = []
    for account in reconciliation.connected_accounts(gateway):
        held: dict[str, Money] = {}
        for remote_id in account.remote_account_ids:
            for currency, money in registry.gateway(gateway).balance(remote_id).items():
                held[currency] = held.get(currency, Money.zero(currency)) + money
        for currency, expected in account.expected(held).items():
            there = held.get(currency, Money.zero(currency))
            if there != expected:
                connected.append(
                    {
                        "organization_id": str(account.organization_id),
                        "currency": currency,
                        "processor": there.amount_minor,
                        "books": expected.amount_minor,
                    }
                )
    return connected


@transaction.atomic
def _alert(run: ReconciliationRun, opened: list[SuspenseItem], now: datetime) -> None:
    logger.error("%s differs from the books for %s references", run.gateway, len(opened))
    bus.publish(events.ReconciliationDiffered(run.id, run.gateway, len(opened)), now=now)
