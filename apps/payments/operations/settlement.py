"""
Sending what is due. The database is the queue: a row is claimed for a while and the claim committed, the processor is
called outside any transaction with the key that was stored before, and the answer is written down in one step.

Without an answer the row stays as it is until the claim runs out; whoever claims it next looks the outcome up before
sending again, because a processor forgets its keys after a day. Only a definite no is a failure.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.actors import SYSTEM, Actor
from apps.common.errors import Conflict, DomainError, Unavailable
from apps.common.ids import uuid7
from apps.common.operations import move
from apps.common.states import Machine
from apps.payments import policies
from apps.payments.gateways.amounts import AmountNotSendable
from apps.payments.gateways.doors import door
from apps.payments.gateways.port import (
    BankPayoutRequest,
    Gateway,
    GatewayRefused,
    GatewayUnavailable,
    OutboundRequest,
    RefundRequest,
    ReversalRequest,
    TransferRequest,
)
from apps.payments.models import Attempt, Payout, Refund, TransferReversal
from apps.payments.operations import comparing, payouts, refunds, reversals
from apps.payments.queries import documents, pauses
from apps.payments.rules import pause_after
from apps.payments.states import PAYOUT, REFUND, TRANSFER_REVERSAL, AttemptOutcome, TransferReversalStatus

logger = logging.getLogger(__name__)

# The job's time limit (60 s) < the lease < the broker's visibility timeout (3600 s).
LEASE = timedelta(seconds=120)
_WAITING = ["requested", "sending"]
HELD_PAUSE = timedelta(hours=1)
FUNDS_MISSING = {"balance_insufficient", "insufficient_funds"}
KEY_DISPUTED = {"idempotency_error"}
"""Another call went out under the same key: what became of that one is not known from this answer."""
Row = TypeVar("Row", Payout, Refund, TransferReversal)
Clock = Callable[[], datetime]


class ReversalRefused(Conflict):
    code = "reversal_refused"
    message = _("The processor did not give the cash back. Reason: %(reason)s")


class ReversalUnanswered(Unavailable):
    code = "reversal_unanswered"
    message = _(
        "The processor has not answered yet. It is looked up and asked again by itself; nothing is taken back twice."
    )


def dispatch_due(*, limit: int = 100, clock: Clock = timezone.now) -> int:
    """
    As `settle_due`, through those gateways only whose objects the books know (`comparing`), and none while payments
    are paused.
    """
    if pauses.is_paused():
        return 0
    current = comparing.gateways_to_dispatch(now=clock())
    return settle_due(limit=limit, clock=clock, gateways=current) if current else 0


def settle_due(*, limit: int = 100, clock: Clock = timezone.now, gateways: Collection[str] | None = None) -> int:
    """Send payouts, refunds and reversals until none is due; returns the number of those that were tried."""
    tried = 0
    while tried < limit:
        payout = claim_payout(now=clock(), gateways=gateways)
        if payout is not None:
            send_payout(payout_id=payout.id, clock=clock)
            tried += 1
        refund = claim_refund(now=clock(), gateways=gateways)
        if refund is not None:
            send_refund(refund_id=refund.id, clock=clock)
            tried += 1
        reversal = claim_reversal(now=clock(), gateways=gateways)
        if reversal is not None:
            send_reversal(reversal_id=reversal.id, clock=clock)
            tried += 1
        if payout is None and refund is None and reversal is None:
            break
    return tried


def claim_payout(*, now: datetime, gateways: Collection[str] | None = None) -> Payout | None:
    """Take the payout that has waited longest, for as long as the lease; None when none is due."""
    return _claim(_through(Payout.objects.all(), "gateway", gateways), "payout", PAYOUT, now)


def claim_refund(*, now: datetime, gateways: Collection[str] | None = None) -> Refund | None:
    """As `claim_payout`, for refunds."""
    return _claim(_through(Refund.objects.all(), "charge__gateway", gateways), "refund", REFUND, now)


def claim_reversal(
    *, now: datetime, reversal_id: UUID | None = None, gateways: Collection[str] | None = None
) -> TransferReversal | None:
    """As `claim_payout`, for transfers that are taken back; this one, if it is named and due."""
    rows = _through(TransferReversal.objects.all(), "payout__gateway", gateways)
    return _claim(rows.filter(id=reversal_id) if reversal_id else rows, "reversal", TRANSFER_REVERSAL, now)


def _through(rows: QuerySet[Row], name: str, gateways: Collection[str] | None) -> QuerySet[Row]:
    return rows if gateways is None else rows.filter(**{f"{name}__in": gateways})


@transaction.atomic
def _claim(rows: QuerySet[Row], name: str, machine: Machine, now: datetime) -> Row | None:
    """
    Nothing while payments are paused. What another worker holds is skipped. The attempt is written down with the
    claim, before any call.
    """
    if pauses.is_paused():
        return None
    row = (
        rows.select_for_update(skip_locked=True, of=("self",))
        .filter(Q(lease_until=None) | Q(lease_until__lte=now), status__in=_WAITING, next_attempt_at__lte=now)
        .order_by("next_attempt_at", "id")
        .first()
    )
    if row is None:
        return None
    changes = {"lease_until": now + LEASE, "attempts_made": row.attempts_made + 1}
    move(row, machine, "claim", actor=SYSTEM, now=now, changes=changes)
    Attempt.objects.create(**{name: row}, nth=row.attempts_made, started_at=now)
    return row


def send_payout(*, payout_id: UUID, clock: Clock = timezone.now) -> None:
    """Transfer and pay out one claimed payout; each step is written down before the next."""
    payout = Payout.objects.select_related("account__organization", "quote").get(id=payout_id)
    if _is_held(payout, clock()):
        return
    gateway = door(payout.gateway)

    def send() -> None:
        if payout.account.remote_payout_method_id:
            _send_abroad(payout, gateway, clock)
            return
        if payout.needs_transfer and not payout.remote_transfer_id:
            _transfer(payout, gateway, clock)
        _pay_out(payout, gateway, clock)

    def refused(code: str) -> None:
        if code in FUNDS_MISSING and not payout.remote_transfer_id:
            _wait_for_funds(payout, clock())
        else:
            payouts.payout_refused(payout_id=payout.id, failure_code=code, now=clock())

    _try(payout, send, refused, clock)


@transaction.atomic
def _is_held(payout: Payout, now: datetime) -> bool:
    """
    Law, reach and a country under review are asked once more before the first call; what forbids it may pass, so the
    payout waits. Once a call may have gone out, its outcome is looked up whatever the answer would be now.
    """
    earlier = payout.attempts.filter(nth__lt=payout.attempts_made).exclude(outcome=AttemptOutcome.REFUSED)
    if payout.remote_transfer_id or earlier.exists():
        return False
    try:
        policies.check_may_leave(payout.account, now)
    except DomainError as refusal:
        logger.warning("payout %s is held: %s", payout.number, refusal.code)
        locked = documents.payout_for_update(payout.id)
        if locked.attempts_made == payout.attempts_made and locked.status in _WAITING:
            locked.lease_until, locked.next_attempt_at = None, now + HELD_PAUSE
            locked.save(update_fields=["lease_until", "next_attempt_at"])
        _end_attempt(payout, AttemptOutcome.REFUSED, refusal.code, now)
        return True
    return False


def _code(refusal: GatewayRefused | AmountNotSendable) -> str:
    return refusal.code if isinstance(refusal, GatewayRefused) else "amount_not_sendable"


def _transfer(payout: Payout, gateway: Gateway, clock: Clock) -> None:
    found = gateway.find_transfer(payout_id=payout.id) if payout.attempts_made > 1 else None
    account_id = payout.account.remote_account_id
    request = TransferRequest(payout.transfer_key, payout.id, account_id, payout.amount, payout.quote.terms)
    transfer = found or gateway.transfer(request)
    payouts.payout_transferred(payout_id=payout.id, transfer=transfer, now=clock())


def _pay_out(payout: Payout, gateway: Gateway, clock: Clock) -> None:
    account_id = payout.account.remote_account_id
    found = gateway.find_payout(payout_id=payout.id, account_id=account_id) if payout.attempts_made > 1 else None
    request = BankPayoutRequest(payout.payout_key, payout.id, account_id, payout.amount)
    movement = found or gateway.pay_out(request)
    payouts.payout_answered(payout_id=payout.id, movement=movement, now=clock())


def _send_abroad(payout: Payout, gateway: Gateway, clock: Clock) -> None:
    account = payout.account
    found = None
    if payout.attempts_made > 1:
        found = gateway.find_abroad(payout_id=payout.id, account_id=account.remote_account_id)
    if found is None:
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
        found = gateway.send_abroad(request)
    payouts.payout_sent_abroad(payout_id=payout.id, outbound=found, now=clock())


def _choose_source(payout: Payout, gateway: Gateway) -> None:
    """The quote's currency where the platform holds it; else what it holds most of. Kept, for the repeated call."""
    held = gateway.balance()
    wanted = payout.quote.amount_from
    suffices = wanted.currency in held and held[wanted.currency] >= wanted
    most = max(held, key=lambda currency: held[currency].amount_minor, default=wanted.currency)
    payout.source_currency = wanted.currency if suffices or wanted.currency != payout.currency else most
    payout.save(update_fields=["source_currency"])


def send_refund(*, refund_id: UUID, clock: Clock = timezone.now) -> None:
    """Send one claimed refund."""
    refund = Refund.objects.select_related("charge").get(id=refund_id)
    gateway, payment_id = door(refund.charge.gateway), refund.charge.remote_payment_id

    def send() -> None:
        found = gateway.find_refund(refund_id=refund.id, payment_id=payment_id) if refund.attempts_made > 1 else None
        request = RefundRequest(refund.idem_key, refund.id, payment_id, refund.amount)
        movement = found or gateway.refund(request)
        refunds.refund_answered(refund_id=refund.id, movement=movement, now=clock())

    def refused(code: str) -> None:
        refunds.refund_refused(refund_id=refund.id, failure_code=code, now=clock())

    _try(refund, send, refused, clock)


def send_reversal(*, reversal_id: UUID, clock: Clock = timezone.now) -> None:
    """Take back one claimed transfer."""
    row = TransferReversal.objects.select_related("payout").get(id=reversal_id)
    gateway, transfer_id = door(row.payout.gateway), row.payout.remote_transfer_id

    def send() -> None:
        found = gateway.find_reversal(reversal_id=row.id, transfer_id=transfer_id) if row.attempts_made > 1 else None
        request = ReversalRequest(row.key, row.id, transfer_id, row.payout.amount)
        answer = found or gateway.reverse_transfer(request)
        reversals.reversal_answered(reversal_id=row.id, answer=answer, now=clock())

    def refused(code: str) -> None:
        reversals.reversal_refused(reversal_id=row.id, failure_code=code, now=clock())

    _try(row, send, refused, clock)


def _try(row: Row, send: Callable[[], None], refused: Callable[[str], None], clock: Clock) -> None:
    """One attempt: no answer, or one about another call, leaves the outcome unknown; a definite no ends the row."""
    try:
        send()
    except GatewayUnavailable as silence:
        _no_answer(row, str(silence), clock())
    except (GatewayRefused, AmountNotSendable) as refusal:
        if _code(refusal) in KEY_DISPUTED:
            _no_answer(row, str(refusal), clock())
        else:
            _end_attempt(row, AttemptOutcome.REFUSED, str(refusal), clock())
            refused(_code(refusal))
    else:
        _end_attempt(row, AttemptOutcome.TAKEN, "", clock())


def reverse_transfer(*, payout_id: UUID, actor: Actor, now: datetime) -> Payout:
    """
    Ask for the cash of a payout that came back, and send it at once, for staff who wait. Not atomic as a whole: see
    `reversals.request_reversal`; whatever is left unanswered, any worker ends.

    :raises OnlyStaff, PaymentsPaused, NothingToReverse: as they say.
    :raises ReversalRefused: for a definite no; nothing moved.
    :raises ReversalUnanswered: without an answer.
    """
    policies.check_is_not_paused()
    asked = reversals.request_reversal(payout_id=payout_id, actor=actor, now=now)
    if claim_reversal(now=now, reversal_id=asked.id) is not None:
        send_reversal(reversal_id=asked.id, clock=lambda: now)
    asked.refresh_from_db()
    if asked.status == TransferReversalStatus.FAILED:
        raise ReversalRefused(reason=asked.failure_code)
    if asked.status != TransferReversalStatus.SUCCEEDED:
        raise ReversalUnanswered
    return Payout.objects.get(id=payout_id)


@transaction.atomic
def _wait_for_funds(payout: Payout, now: datetime) -> None:
    """
    The platform's money is not available yet (it is pending for days after a payment): nobody's fault, so it waits.

    The processor keeps its "not enough" under the key; as that is a definite no, nothing moved and the next attempt
    may have another one.
    """
    locked = documents.payout_for_update(payout.id)
    if locked.attempts_made == payout.attempts_made and locked.status in _WAITING:
        locked.transfer_key = uuid7()
        locked.source_currency = ""
        locked.lease_until = None
        locked.next_attempt_at = now + pause_after(payout.attempts_made)
        locked.save(update_fields=["transfer_key", "source_currency", "lease_until", "next_attempt_at"])


@transaction.atomic
def _no_answer(row: Row, detail: str, now: datetime) -> None:
    """The outcome is unknown: nothing changes but when to look again."""
    logger.warning("no answer for %s: %s", row.number, detail)
    locked = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if locked.attempts_made == row.attempts_made and locked.status in _WAITING:
        locked.lease_until = None
        locked.next_attempt_at = now + pause_after(row.attempts_made)
        locked.save(update_fields=["lease_until", "next_attempt_at"])
    _end_attempt(row, AttemptOutcome.UNKNOWN, detail, now)


def _end_attempt(row: Row, outcome: AttemptOutcome, detail: str, now: datetime) -> None:
    row.attempts.filter(nth=row.attempts_made).update(outcome=outcome, detail=detail[:300], ended_at=now)
