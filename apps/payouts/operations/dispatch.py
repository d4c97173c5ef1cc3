"""Send payouts and reverse transfers; see `gateways.operations.dispatch`."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.actors import Actor
from apps.common.backoff import pause_after
from apps.common.clock import Clock
from apps.common.errors import Conflict, DomainError, Unavailable
from apps.common.ids import uuid7
from apps.gateways import policies as gateway_policies
from apps.gateways import registry
from apps.gateways.models.attempts import AttemptOutcome
from apps.gateways.operations import dispatch
from apps.gateways.protocols.gateway import Gateway
from apps.gateways.protocols.payouts import OutboundRequest
from apps.gateways.protocols.transfers import BankPayoutRequest, RecipientBalances, ReversalRequest, TransferRequest
from apps.payouts import policies
from apps.payouts.models import Payout, TransferReversal
from apps.payouts.operations import payouts as payout_operations
from apps.payouts.operations import reversals
from apps.payouts.states import PAYOUT, TRANSFER_REVERSAL, TransferReversalStatus

logger = logging.getLogger(__name__)
HELD_PAUSE = timedelta(hours=1)
FUNDS_MISSING = {"balance_insufficient", "insufficient_funds"}


class ReversalRefused(Conflict):
    code = "reversal_refused"
    message = _("The processor did not give the cash back. Reason: %(reason)s")


class ReversalUnanswered(Unavailable):
    code = "reversal_unanswered"
    message = _(
        "The processor has not answered yet. It is looked up and asked again automatically; nothing is taken back "
        "twice."
    )


def dispatch_due(*, limit: int = 100, clock: Clock = timezone.now) -> int:
    """Like `send_due`, but only through the gateways that `gateways_to_send_to` returns."""
    gateways = dispatch.gateways_to_send_to(now=clock())
    return send_due(limit=limit, clock=clock, gateways=gateways) if gateways else 0


def send_due(*, limit: int = 100, clock: Clock = timezone.now, gateways: Collection[str] | None = None) -> int:
    """Send payouts and reversals until none is due. Returns the number of attempts."""
    tried = 0
    while tried < limit:
        payout = claim_payout(now=clock(), gateways=gateways)
        if payout is not None:
            send_payout(payout_id=payout.id, clock=clock)
            tried += 1
        reversal = claim_reversal(now=clock(), gateways=gateways)
        if reversal is not None:
            send_reversal(reversal_id=reversal.id, clock=clock)
            tried += 1
        if payout is None and reversal is None:
            break
    return tried


def claim_payout(*, now: datetime, gateways: Collection[str] | None = None) -> Payout | None:
    """Claim the payout that has been due longest, for the duration of the lease. None if none is due."""
    return dispatch.claim(dispatch.through(Payout.objects.all(), "gateway", gateways), PAYOUT, now=now)


def claim_reversal(
    *, now: datetime, reversal_id: UUID | None = None, gateways: Collection[str] | None = None
) -> TransferReversal | None:
    """Like `claim_payout`, for transfer reversals. If `reversal_id` is given, only that one, if it is due."""
    rows = dispatch.through(TransferReversal.objects.all(), "payout__gateway", gateways)
    return dispatch.claim(rows.filter(id=reversal_id) if reversal_id else rows, TRANSFER_REVERSAL, now=now)


def send_payout(*, payout_id: UUID, clock: Clock = timezone.now) -> None:
    """Transfer and pay out one claimed payout. Each step is recorded before the next."""
    payout = Payout.objects.select_related("account__organization", "quote").get(id=payout_id)
    if _is_held(payout, clock()):
        return

    def send() -> None:
        if payout.account.remote_payout_method_id:
            _send_cross_border(payout, registry.gateway(payout.gateway), clock)
            return
        balances = registry.gateway_with(payout.gateway, RecipientBalances)
        if payout.needs_transfer and not payout.remote_transfer_id:
            _transfer(payout, balances, clock)
        _pay_out(payout, balances, clock)

    def refused(code: str) -> None:
        if code in FUNDS_MISSING and not payout.remote_transfer_id:
            _wait_for_funds(payout, clock())
        else:
            payout_operations.payout_refused(payout_id=payout.id, failure_code=code, now=clock())

    dispatch.attempt(payout, send, refused, clock)


@transaction.atomic
def _is_held(payout: Payout, now: datetime) -> bool:
    """
    Check sanctions, corridor and country review again before the first call. The reason may go away, so the payout
    waits. Once a call may have been made, its outcome is looked up instead, whatever the checks would return now.
    """
    earlier = payout.attempts.filter(nth__lt=payout.attempts_made).exclude(outcome=AttemptOutcome.REFUSED)
    if payout.remote_transfer_id or earlier.exists():
        return False
    try:
        policies.check_may_leave(payout.account, now)
    except DomainError as error:
        logger.warning("payout %s is held: %s", payout.number, error.code)
        dispatch.postpone(payout, HELD_PAUSE, now)
        dispatch.end_attempt(payout, AttemptOutcome.REFUSED, error.code, now)
        return True
    return False


def _transfer(payout: Payout, gateway: RecipientBalances, clock: Clock) -> None:
    result = gateway.find_transfer(payout_id=payout.id) if payout.attempts_made > 1 else None
    account_id = payout.account.remote_account_id
    request = TransferRequest(payout.transfer_key, payout.id, account_id, payout.amount, payout.quote.terms)
    transfer = result or gateway.transfer(request)
    payout_operations.payout_transferred(payout_id=payout.id, transfer=transfer, now=clock())


def _pay_out(payout: Payout, gateway: RecipientBalances, clock: Clock) -> None:
    account_id = payout.account.remote_account_id
    result = gateway.find_payout(payout_id=payout.id, account_id=account_id) if payout.attempts_made > 1 else None
    request = BankPayoutRequest(payout.payout_key, payout.id, account_id, payout.amount)
    movement = result or gateway.pay_out(request)
    payout_operations.payout_answered(payout_id=payout.id, movement=movement, now=clock())


def _send_cross_border(payout: Payout, gateway: Gateway, clock: Clock) -> None:
    account = payout.account
    result = None
    if payout.attempts_made > 1:
        result = gateway.find_cross_border(payout_id=payout.id, account_id=account.remote_account_id)
    if result is None:
        if not payout.source_currency:
            _choose_source(payout, gateway)
        request = OutboundRequest(
            key=payout.transfer_key,
            payout_id=payout.id,
            account_id=account.remote_account_id,
            payout_method_id=account.remote_payout_method_id,
            amount=payout.amount,
            source_currency=payout.source_currency,
            terms=payout.quote.terms,
        )
        result = gateway.send_cross_border(request)
    payout_operations.payout_sent_cross_border(payout_id=payout.id, outbound=result, now=clock())


def _choose_source(payout: Payout, gateway: Gateway) -> None:
    """
    Use the quote's currency if the platform holds enough of it, else the currency with the largest balance. Saved, so
    that a repeated call uses the same one.
    """
    held = gateway.balance()
    amount_from = payout.quote.amount_from
    suffices = amount_from.currency in held and held[amount_from.currency] >= amount_from
    most = max(held, key=lambda currency: held[currency].amount_minor, default=amount_from.currency)
    payout.source_currency = amount_from.currency if suffices or amount_from.currency != payout.currency else most
    payout.save(update_fields=["source_currency"])


def send_reversal(*, reversal_id: UUID, clock: Clock = timezone.now) -> None:
    """Send one claimed transfer reversal."""
    row = TransferReversal.objects.select_related("payout").get(id=reversal_id)
    gateway = registry.gateway_with(row.payout.gateway, RecipientBalances)
    transfer_id = row.payout.remote_transfer_id

    def send() -> None:
        reversal = gateway.find_reversal(reversal_id=row.id, transfer_id=transfer_id) if row.attempts_made > 1 else None
        request = ReversalRequest(row.key, row.id, transfer_id, row.payout.amount)
        answer = reversal or gateway.reverse_transfer(request)
        reversals.reversal_answered(reversal_id=row.id, answer=answer, now=clock())

    def refused(code: str) -> None:
        reversals.reversal_refused(reversal_id=row.id, failure_code=code, now=clock())

    dispatch.attempt(row, send, refused, clock)


def reverse_transfer(*, payout_id: UUID, actor: Actor, now: datetime) -> Payout:
    """
    Request the cash of a returned payout and send the request at once, for staff who wait for the result. Not atomic as
    a whole: see `reversals.request_reversal`. If it stays unanswered, any worker finishes it.

    :raises OnlyStaff: unless the actor is staff.
    :raises PaymentsPaused: while payments are paused.
    :raises NothingToReverse: if the cash is not on the freelancer's account at the processor.
    :raises ReversalRefused: if the processor rejects it; nothing moved.
    :raises ReversalUnanswered: if the processor does not answer.
    """
    gateway_policies.check_is_not_paused()
    transfer_reversal = reversals.request_reversal(payout_id=payout_id, actor=actor, now=now)
    if claim_reversal(now=now, reversal_id=transfer_reversal.id) is not None:
        send_reversal(reversal_id=transfer_reversal.id, clock=lambda: now)
    transfer_reversal.refresh_from_db()
    if transfer_reversal.status == TransferReversalStatus.FAILED:
        raise ReversalRefused(reason=transfer_reversal.failure_code)
    if transfer_reversal.status != TransferReversalStatus.SUCCEEDED:
        raise ReversalUnanswered
    return Payout.objects.get(id=payout_id)


def _wait_for_funds(payout: Payout, now: datetime) -> None:
    """
    The platform's money at the processor is not available yet (it is pending for days after a payment). This is not an
    error of the payout, so it waits.

    The processor stores "insufficient funds" under the idempotency key. That is a rejection, so nothing moved and the
    next attempt may use another key.
    """
    changes = {"transfer_key": uuid7(), "source_currency": ""}
    dispatch.postpone(payout, pause_after(payout.attempts_made), now, changes)
