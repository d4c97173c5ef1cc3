"""
What a processor carried out for us against what the books know of it.

After a restore the books are older than the processor: money that they still show as a balance has left. So nothing is
sent while a gateway lists an object of ours that the books would send again. `are_current` asks cheaply, before
dispatching; `after_restore` asks for everything and enters it into the books, or freezes whom it belongs to.
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
"""Of two windows: lists may show an object a little late, and clocks differ."""


SILENT, SILENT_SECONDS = "payments:silent:{}", 86_400
"""In the cache while a gateway cannot be compared, so that all processes together say it once, and once a day."""


_checked_at: dict[str, float] = {}


@dataclass
class Comparison:
    """What `after_restore` found at one gateway."""

    gateway: str
    listed: int = 0
    looked_up_first: list[str] = field(default_factory=list)
    """Documents that the books knew and had not sent: they are looked up before anything is sent."""
    rebuilt: list[str] = field(default_factory=list)
    frozen: list[UnbookedObject] = field(default_factory=list)


def are_current(*, gateway: str, now: datetime) -> bool:
    """
    Do the books know what this gateway carried out for us? Where they do not, payments are paused until
    `after_restore`. False too without an answer: what cannot be asked is not sent to.
    """
    if not registry.offers(gateway, Listing):
        return True
    last = _checked_at.get(gateway)
    if last is not None and time.monotonic() - last < CHECK_SECONDS:
        return True
    try:
        unknown = _compare_new(gateway, now)
    except (GatewayUnavailable, GatewayRefused) as error:
        if cache.add(SILENT.format(gateway), 1, timeout=SILENT_SECONDS):  # this is asked every five seconds
            logger.warning("%s could not be compared with the books, nothing is sent to it: %s", gateway, error)
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
    """Compare again before the next dispatch, whatever was compared before."""
    _checked_at.clear()


def _compare_new(gateway: str, now: datetime) -> list[RemoteObject]:
    """The first comparison ever only takes down where it begins: what is older came before these books."""
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
    Objects that carry our id and that the books would cause a second time: no row, or a row that was never tried. One
    that was tried is looked up before it is sent again, as always.
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
    Pause, then compare everything that the gateways carried out since the restored books last looked: payments that
    were paid are looked up, documents that were sent are marked so that they are looked up before anything is sent,
    payouts that the books do not know are entered where they can be, and everything else freezes whom it belongs to.
    May be run again. Not atomic as a whole.

    :raises GatewayUnavailable: without an answer; payments stay paused, and it is run again.
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
    """Recipients' accounts there that we ever paid to: a payout of cash that came back needs no new transfer."""
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
    One that the books have forgotten is not entered: its payout may be as it was before it failed. Staff look first,
    since the cash would be counted on, or asked back, a second time.
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
    The payout as it was, under its own id, number and quote, reserved in the books; the settlement finds the rest at
    the processor. None where its metadata does not carry the quote, or the balance does not cover it.
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
    """As if a worker had died after the call: whoever claims it next looks it up before sending."""
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
    """Only people can compare the bank's account with the files that were made after the backup."""
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
