"""
Compare what a processor carried out for us with the books.

After a restore the books are older than the processor's records: money that the books still show as a balance may
already be paid out. So nothing is sent while a gateway lists one of our objects that the books would send again.
`are_current` is a cheap check before dispatching; `after_restore` reads everything and enters it into the books, or
freezes the withdrawals of the organization it belongs to.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from apps.banking.models import BankOrder
from apps.common.actors import SYSTEM
from apps.common.ids import document_number
from apps.common.money import Money
from apps.gateways import registry
from apps.gateways.errors import GatewayRefused, GatewayUnavailable
from apps.gateways.models import GatewayCheck, PaymentPause, UnbookedObject
from apps.gateways.models.attempts import AttemptOutcome
from apps.gateways.models.pauses import PauseKind, UnbookedStatus
from apps.gateways.models.pauses import RemoteKind as Kind
from apps.gateways.operations import pauses as pause_operations
from apps.gateways.protocols.statements import Listing, RemoteKind, RemoteObject
from apps.gateways.queries import pauses as pause_queries
from apps.ledger import operations as ledger
from apps.payments.models import Charge, Refund
from apps.payments.operations import charges
from apps.payments.states import ChargeStatus, RefundStatus
from apps.payouts import entries
from apps.payouts.models import FxQuote, Payout, PayoutAccount, TransferReversal
from apps.payouts.queries import wallet
from apps.payouts.states import PayoutStatus, TransferReversalStatus
from apps.treasury.models import TopUp
from apps.treasury.queries import reconciliation

logger = logging.getLogger(__name__)


Clock = Callable[[], datetime]


CHECK_SECONDS = 180.0
"""How often one process compares before it dispatches."""


OVERLAP = timedelta(hours=1)
"""The overlap of two windows: lists may show an object a little late, and clocks differ."""


SILENT, SILENT_SECONDS = "payments:silent:{}", 86_400
"""Set in the cache while a gateway cannot be compared, so that all processes together log it once a day."""


_checked_at: dict[str, float] = {}


@dataclass
class Comparison:
    """The result of `after_restore` for one gateway."""

    gateway: str
    listed: int = 0
    looked_up_first: list[str] = field(default_factory=list)
    """Documents that the books had not sent yet. They are looked up before anything is sent."""
    rebuilt: list[str] = field(default_factory=list)
    frozen: list[UnbookedObject] = field(default_factory=list)


def are_current(*, gateway: str, now: datetime) -> bool:
    """
    Whether the books contain everything this gateway carried out for us. If not, payments are paused until
    `after_restore`. Also False if the gateway does not answer: nothing is sent to a gateway that cannot be checked.
    """
    if not registry.offers(gateway, Listing):
        return True
    last = _checked_at.get(gateway)
    if last is not None and time.monotonic() - last < CHECK_SECONDS:
        return True
    try:
        unknown = _compare_new(gateway, now)
    except (GatewayUnavailable, GatewayRefused) as error:
        if cache.add(SILENT.format(gateway), 1, timeout=SILENT_SECONDS):  # this check runs every five seconds
            logger.warning("%s could not be compared with the books; nothing is sent to it: %s", gateway, error)
        return False
    if cache.delete(SILENT.format(gateway)):
        logger.warning("%s can be compared with the books again", gateway)
    if unknown:
        named = ", ".join(item.remote_id for item in unknown[:5])
        reason = f"{gateway} carried out {len(unknown)} movements that the books do not know: {named}"
        logger.error("payments are paused: %s", reason)
        pause_operations.pause(reason=reason, now=now, actor=SYSTEM, kind=PauseKind.MISMATCH)
        return False
    _checked_at[gateway] = time.monotonic()
    return True


def forget_checks() -> None:
    """Compare again before the next dispatch, even if a comparison was made recently."""
    _checked_at.clear()


def _compare_new(gateway: str, now: datetime) -> list[RemoteObject]:
    """The first comparison only records its starting point: older objects were made before these books existed."""
    gateway_check = pause_queries.gateway_check(gateway)
    since = gateway_check.newest_at - OVERLAP if gateway_check else now - OVERLAP
    listed = list(registry.gateway_with(gateway, Listing).objects_since(since))
    unknown = _would_be_repeated(listed) if gateway_check else []
    if not unknown:
        _take_down(gateway, listed, now)
    return unknown


def _take_down(gateway: str, listed: Iterable[RemoteObject], now: datetime) -> None:
    gateway_check = pause_queries.gateway_check(gateway)
    newest = max((item.created_at for item in listed), default=gateway_check.newest_at if gateway_check else now)
    newest = max(newest, gateway_check.newest_at) if gateway_check else newest
    GatewayCheck.objects.update_or_create(gateway=gateway, defaults={"checked_at": now, "newest_at": newest})


def _would_be_repeated(listed: Iterable[RemoteObject]) -> list[RemoteObject]:
    """
    Objects with our id that the books would send a second time: there is no row, or the row was never tried. A row that
    was tried is looked up before it is sent again, as always.
    """
    ours = [item for item in listed if item.own_id is not None and item.kind != RemoteKind.CHARGE]
    ids = {our.document_id for our in ours}
    tried = set(Payout.objects.filter(id__in=ids, attempts_made__gt=0).values_list("id", flat=True))
    tried |= set(Refund.objects.filter(id__in=ids, attempts_made__gt=0).values_list("id", flat=True))
    tried |= set(TransferReversal.objects.filter(id__in=ids, attempts_made__gt=0).values_list("id", flat=True))
    tried |= set(TopUp.objects.filter(id__in=ids).values_list("id", flat=True))  # always looked up before it is sent
    unbooked_objects = UnbookedObject.objects.filter(remote_id__in=[our.remote_id for our in ours])
    handled = set(unbooked_objects.values_list("remote_id", flat=True))
    return [our for our in ours if our.own_id not in tried and our.remote_id not in handled]


def after_restore(*, clock: Clock = timezone.now) -> list[Comparison]:
    """
    Pause payments, then compare everything that the gateways carried out since the last check of the restored books.
    Paid charges are looked up. Documents that were sent are marked so that they are looked up before anything is sent.
    Payouts missing in the books are entered where possible. Everything else freezes the withdrawals of the organization
    it belongs to.

    It is safe to run again. Not atomic as a whole.

    :raises GatewayUnavailable: if a gateway does not answer; payments stay paused, run it again.
    """
    now = clock()
    pause_operations.pause(reason="The books were restored.", now=now, actor=SYSTEM, kind=PauseKind.RESTORE)
    compared = [_compare_all(name, clock) for name in registry.names()]
    PaymentPause.objects.filter(ended_at__isnull=True).update(checked_at=clock())
    forget_checks()
    return compared


def _compare_all(gateway: str, clock: Clock) -> Comparison:
    comparison = Comparison(gateway)
    if not registry.offers(gateway, Listing):
        _freeze_what_cannot_be_asked(comparison, clock())
        return comparison
    gateway_check = pause_queries.gateway_check(gateway)
    since = gateway_check.newest_at - OVERLAP if gateway_check else None
    listed = list(registry.gateway_with(gateway, Listing).objects_since(since))
    for account_id in _accounts_with_cash(gateway):
        listed += registry.gateway_with(gateway, Listing).objects_since(since, account_id=account_id)
    comparison.listed = len(listed)
    for row in sorted(listed, key=lambda item: (item.created_at, item.kind == RemoteKind.PAYOUT)):
        if row.own_id is not None:
            _enter(row, comparison, clock)
    _take_down(gateway, [item for item in listed if item.kind != RemoteKind.PAYOUT], clock())
    return comparison


def _accounts_with_cash(gateway: str) -> list[str]:
    """
    The ids of the recipients' accounts to which we ever paid. A payout of cash that came back needs no new transfer, so
    the platform's own list does not show it.
    """
    return [
        account_id
        for connected_account in reconciliation.connected_accounts(gateway)
        for account_id in connected_account.remote_account_ids
    ]


def _enter(remote: RemoteObject, comparison: Comparison, clock: Clock) -> None:
    if remote.kind == RemoteKind.CHARGE:
        _enter_charge(remote, comparison, clock)
    elif remote.kind == RemoteKind.TOP_UP:
        if not TopUp.objects.filter(id=remote.document_id).exists():
            _freeze(remote, comparison, None, clock())
    elif remote.kind == RemoteKind.REFUND:
        _enter_refund(remote, comparison, clock())
    elif remote.kind == RemoteKind.REVERSAL:
        _enter_reversal(remote, comparison, clock())
    else:
        _enter_payout(remote, comparison, clock())


def _enter_charge(remote: RemoteObject, comparison: Comparison, clock: Clock) -> None:
    charge = Charge.objects.filter(id=remote.document_id).first()
    if charge is None:
        _freeze(remote, comparison, None, clock())
        return
    if charge.status == ChargeStatus.SUCCEEDED:
        return
    if not charge.remote_session_id:
        Charge.objects.filter(id=charge.id, remote_session_id="").update(remote_session_id=remote.remote_id)
    charges.refresh_charge(charge_id=charge.id, now=clock())
    comparison.rebuilt.append(charge.number)


@transaction.atomic
def _enter_refund(remote: RemoteObject, comparison: Comparison, now: datetime) -> None:
    refund = Refund.objects.select_for_update(of=("self",)).filter(id=remote.document_id).first()
    if refund is None:
        _freeze(remote, comparison, None, now)
    elif refund.attempts_made == 0 and refund.status == RefundStatus.REQUESTED:
        _mark_as_tried(refund, remote, comparison, now)


@transaction.atomic
def _enter_reversal(remote: RemoteObject, comparison: Comparison, now: datetime) -> None:
    """
    A reversal missing in the books is not entered: its payout may be in the state before it failed. Staff check it
    first, because the cash could be counted on or requested a second time.
    """
    reversal = TransferReversal.objects.select_for_update(of=("self",)).filter(id=remote.document_id).first()
    if reversal is None:
        payout = Payout.objects.filter(gateway=comparison.gateway, remote_transfer_id=remote.payment_id).first()
        _freeze(remote, comparison, payout.organization_id if payout else None, now)
    elif reversal.attempts_made == 0 and reversal.status == TransferReversalStatus.REQUESTED:
        _mark_as_tried(reversal, remote, comparison, now)


@transaction.atomic
def _enter_payout(remote: RemoteObject, comparison: Comparison, now: datetime) -> None:
    payout = Payout.objects.select_for_update(of=("self",)).filter(id=remote.document_id).first()
    if payout is not None:
        if payout.attempts_made == 0 and payout.status == PayoutStatus.REQUESTED:
            _mark_as_tried(payout, remote, comparison, now)
        return
    account = PayoutAccount.objects.select_for_update().filter(remote_account_id=remote.account_id).first()
    rebuilt = _rebuild(remote, account, now) if account and remote.kind != RemoteKind.PAYOUT else None
    if rebuilt is None:
        _freeze(remote, comparison, account.organization_id if account else None, now)
        return
    _mark_as_tried(rebuilt, remote, None, now)
    comparison.rebuilt.append(rebuilt.number)
    _write_down(remote, UnbookedStatus.REBUILT, rebuilt.organization_id, rebuilt.gateway, now)


def _rebuild(remote: RemoteObject, account: PayoutAccount, now: datetime) -> Payout | None:
    """
    The payout as it was, with its own id, number and quote, reserved in the ledger; the dispatch job looks up the rest
    at the processor. None if the metadata does not contain the quote, or the balance is too low.
    """
    minor, currency = remote.amount.amount_minor, remote.amount.currency
    try:
        terms = FxQuote.fields_of_terms(remote.terms)
    except (KeyError, ValueError, ArithmeticError):
        return None
    source = Money(terms["amount_from_minor"], terms["currency_from"])
    if account.currency != currency or wallet.available(account.organization_id, source.currency) < source:
        return None
    quote = FxQuote.objects.create(
        account=account, amount_to_minor=minor, currency_to=currency, quoted_at=remote.created_at,
        expires_at=remote.created_at + timedelta(minutes=1), **terms,
    )  # fmt: skip
    payout = Payout.objects.create(
        id=remote.document_id, number=document_number("PO", remote.document_id),
        organization_id=account.organization_id, account=account, quote=quote,
        amount_minor=minor, currency=currency, gateway=account.gateway,
        needs_transfer=True, requested_at=remote.created_at, next_attempt_at=now,
    )  # fmt: skip
    entry = entries.payout_requested(
        payout_id=payout.id, organization_id=account.organization_id, source=source, mid=quote.amount_mid,
        target=remote.amount, quote_id=quote.id,
    )  # fmt: skip
    ledger.record(entry, now=now)
    return payout


def _mark_as_tried(
    row: Payout | Refund | TransferReversal, remote: RemoteObject, comparison: Comparison | None, now: datetime
) -> None:
    """Mark the row as if a worker had died after the call: the next worker looks it up before sending."""
    row.attempts_made = 1
    row.save(update_fields=["attempts_made"])
    row.attempts.create(
        nth=1, outcome=AttemptOutcome.UNKNOWN, detail=f"found at the gateway: {remote.remote_id}"[:300],
        started_at=remote.created_at, ended_at=now,
    )  # fmt: skip
    if comparison is not None:
        comparison.looked_up_first.append(row.number)


def _freeze(remote: RemoteObject, comparison: Comparison, organization_id: UUID | None, now: datetime) -> None:
    row = _write_down(remote, UnbookedStatus.FROZEN, organization_id, comparison.gateway, now)
    if row.status == UnbookedStatus.FROZEN:
        comparison.frozen.append(row)


def _freeze_what_cannot_be_asked(comparison: Comparison, now: datetime) -> None:
    """The bank has no list to read: people have to compare its account with the files made after the backup."""
    has_orders = BankOrder.objects.exists() or Payout.objects.filter(gateway=comparison.gateway).exists()
    if not has_orders:
        return
    pause = pause_queries.open_pause()
    row, _is_new = UnbookedObject.objects.get_or_create(
        gateway=comparison.gateway, kind=Kind.BANK_FILES, remote_id=f"since {pause.id if pause else now}",
        defaults={"amount_minor": 0, "currency": "EUR", "remote_created_at": now, "found_at": now},
    )  # fmt: skip
    if row.status == UnbookedStatus.FROZEN:
        comparison.frozen.append(row)


def _write_down(
    remote: RemoteObject, status: UnbookedStatus, organization_id: UUID | None, gateway: str, now: datetime
) -> UnbookedObject:
    row, _is_new = UnbookedObject.objects.get_or_create(
        gateway=gateway, kind=remote.kind.value, remote_id=remote.remote_id,
        defaults={
            "own_id": remote.own_id, "status": status, "organization_id": organization_id,
            "amount_minor": remote.amount.amount_minor, "currency": remote.amount.currency,
            "remote_created_at": remote.created_at, "found_at": now,
        },
    )  # fmt: skip
    return row
