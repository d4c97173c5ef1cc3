"""
Sending what is due. The database is the queue: a row is claimed for a while and the claim committed, the processor is
called outside any transaction with the key that was stored before, and the answer is written down in one step.

Without an answer the row stays as it is until the claim runs out; whoever claims it next looks the outcome up before
sending again, because a processor forgets its keys after a day. Only a definite no is a failure.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.common.actors import SYSTEM
from apps.common.operations import move
from apps.payments.gateways.amounts import AmountNotSendable
from apps.payments.gateways.doors import door
from apps.payments.gateways.port import (
    BankPayoutRequest,
    Gateway,
    GatewayRefused,
    GatewayUnavailable,
    RefundRequest,
    TransferRequest,
)
from apps.payments.models import Attempt, Payout, Refund
from apps.payments.operations import payouts, refunds
from apps.payments.rules import pause_after
from apps.payments.states import PAYOUT, REFUND, AttemptOutcome

logger = logging.getLogger(__name__)

# The job's time limit (60 s) < the lease < the broker's visibility timeout (3600 s).
LEASE = timedelta(seconds=120)
_WAITING = ["requested", "sending"]
Row = TypeVar("Row", Payout, Refund)
Clock = Callable[[], datetime]


def settle_due(*, limit: int = 100, clock: Clock = timezone.now) -> int:
    """Send payouts and refunds until none is due; gives how many were tried."""
    tried = 0
    while tried < limit:
        payout = claim_payout(now=clock())
        if payout is not None:
            send_payout(payout_id=payout.id, clock=clock)
            tried += 1
        refund = claim_refund(now=clock())
        if refund is not None:
            send_refund(refund_id=refund.id, clock=clock)
            tried += 1
        if payout is None and refund is None:
            break
    return tried


@transaction.atomic
def claim_payout(*, now: datetime) -> Payout | None:
    """Take the payout that has waited longest, for as long as the lease; None when none is due."""
    payout = (
        Payout.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(Q(lease_until=None) | Q(lease_until__lte=now), status__in=_WAITING, next_attempt_at__lte=now)
        .order_by("next_attempt_at", "id")
        .first()
    )
    if payout is None:
        return None
    changes = {"lease_until": now + LEASE, "attempts_made": payout.attempts_made + 1}
    move(payout, PAYOUT, "claim", actor=SYSTEM, now=now, changes=changes)
    Attempt.objects.create(payout=payout, nth=payout.attempts_made, started_at=now)
    return payout


@transaction.atomic
def claim_refund(*, now: datetime) -> Refund | None:
    """As `claim_payout`, for refunds."""
    refund = (
        Refund.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(Q(lease_until=None) | Q(lease_until__lte=now), status__in=_WAITING, next_attempt_at__lte=now)
        .order_by("next_attempt_at", "id")
        .first()
    )
    if refund is None:
        return None
    changes = {"lease_until": now + LEASE, "attempts_made": refund.attempts_made + 1}
    move(refund, REFUND, "claim", actor=SYSTEM, now=now, changes=changes)
    Attempt.objects.create(refund=refund, nth=refund.attempts_made, started_at=now)
    return refund


def send_payout(*, payout_id: UUID, clock: Clock = timezone.now) -> None:
    """Transfer and pay out one claimed payout; each step is written down before the next."""
    payout = Payout.objects.select_related("account").get(id=payout_id)
    gateway = door(payout.gateway)
    try:
        if payout.needs_transfer and not payout.remote_transfer_id:
            _transfer(payout, gateway, clock)
        _pay_out(payout, gateway, clock)
    except GatewayUnavailable as silence:
        _no_answer(payout, str(silence), clock())
    except (GatewayRefused, AmountNotSendable) as refusal:
        code = refusal.code if isinstance(refusal, GatewayRefused) else "amount_not_sendable"
        _end_attempt(payout, AttemptOutcome.REFUSED, str(refusal), clock())
        payouts.payout_refused(payout_id=payout.id, failure_code=code, now=clock())
    else:
        _end_attempt(payout, AttemptOutcome.TAKEN, "", clock())


def _transfer(payout: Payout, gateway: Gateway, clock: Clock) -> None:
    found = gateway.find_transfer(payout_id=payout.id) if payout.attempts_made > 1 else None
    request = TransferRequest(payout.transfer_key, payout.id, payout.account.remote_account_id, payout.amount)
    transfer = found or gateway.transfer(request)
    payouts.payout_transferred(payout_id=payout.id, transfer=transfer, now=clock())


def _pay_out(payout: Payout, gateway: Gateway, clock: Clock) -> None:
    account_id = payout.account.remote_account_id
    found = gateway.find_payout(payout_id=payout.id, account_id=account_id) if payout.attempts_made > 1 else None
    request = BankPayoutRequest(payout.payout_key, payout.id, account_id, payout.amount)
    movement = found or gateway.pay_out(request)
    payouts.payout_answered(payout_id=payout.id, movement=movement, now=clock())


def send_refund(*, refund_id: UUID, clock: Clock = timezone.now) -> None:
    """Send one claimed refund."""
    refund = Refund.objects.select_related("charge").get(id=refund_id)
    gateway = door(refund.charge.gateway)
    payment_id = refund.charge.remote_payment_id
    try:
        found = gateway.find_refund(refund_id=refund.id, payment_id=payment_id) if refund.attempts_made > 1 else None
        request = RefundRequest(refund.idem_key, refund.id, payment_id, refund.amount)
        movement = found or gateway.refund(request)
        refunds.refund_answered(refund_id=refund.id, movement=movement, now=clock())
    except GatewayUnavailable as silence:
        _no_answer(refund, str(silence), clock())
    except (GatewayRefused, AmountNotSendable) as refusal:
        code = refusal.code if isinstance(refusal, GatewayRefused) else "amount_not_sendable"
        _end_attempt(refund, AttemptOutcome.REFUSED, str(refusal), clock())
        refunds.refund_refused(refund_id=refund.id, failure_code=code, now=clock())
    else:
        _end_attempt(refund, AttemptOutcome.TAKEN, "", clock())


@transaction.atomic
def _no_answer(row: Payout | Refund, detail: str, now: datetime) -> None:
    """The outcome is unknown: nothing changes but when to look again."""
    logger.warning("no answer for %s: %s", row.number, detail)
    locked = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if locked.attempts_made == row.attempts_made and locked.status in _WAITING:
        locked.lease_until = None
        locked.next_attempt_at = now + pause_after(row.attempts_made)
        locked.save(update_fields=["lease_until", "next_attempt_at"])
    _end_attempt(row, AttemptOutcome.UNKNOWN, detail, now)


def _end_attempt(row: Payout | Refund, outcome: AttemptOutcome, detail: str, now: datetime) -> None:
    row.attempts.filter(nth=row.attempts_made).update(outcome=outcome, detail=detail[:300], ended_at=now)
