"""The webhook inbox: verify, write down, answer; look at the object itself later, as often as it takes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Max, QuerySet
from django.utils import timezone

from apps.common import text
from apps.common.ids import uuid_or_none
from apps.common.work_queue import each_row
from apps.payments.gateways.doors import door
from apps.payments.gateways.port import GatewayRefused, GatewayUnavailable, Notice, NoticeKind
from apps.payments.models import Charge, Chargeback, Payout, Refund, WebhookEvent
from apps.payments.operations import accounts, chargebacks, charges, payouts, refunds
from apps.payments.operations.settlement import Clock
from apps.payments.rules import pause_after
from apps.payments.states import ChargebackStatus, ChargeStatus, PayoutStatus, RefundStatus, WebhookStatus

logger = logging.getLogger(__name__)
ATTEMPTS_MAX = 20
CLAIM = timedelta(seconds=120)
POLL_MIN, POLL_OVERLAP, POLL_MAX = timedelta(hours=3), timedelta(hours=1), timedelta(days=30)


def receive_notice(*, processor: str, notice: Notice, now: datetime) -> WebhookEvent | None:
    """Write a verified notice down; None when it was there before."""
    try:
        with transaction.atomic():
            return WebhookEvent.objects.create(
                processor=processor,
                external_id=text.without_control(notice.event_id),
                type=text.without_control(notice.type)[:80],
                kind=notice.kind,
                reference=text.without_control(notice.reference)[:60],
                payload=text.without_control(dict(notice.payload)),
                received_at=now,
                next_attempt_at=now,
            )
    except IntegrityError:
        return None


def handle_notices(*, limit: int = 200, clock: Clock = timezone.now) -> int:
    """Handle what is due in the inbox; gives how many."""
    handled = 0
    while handled < limit:
        event = _claim(now=clock())
        if event is None:
            break
        _handle(event, clock)
        handled += 1
    return handled


@transaction.atomic
def _claim(*, now: datetime) -> WebhookEvent | None:
    event = (
        WebhookEvent.objects.select_for_update(skip_locked=True)
        .filter(status=WebhookStatus.RECEIVED, next_attempt_at__lte=now)
        .order_by("next_attempt_at", "id")
        .first()
    )
    if event is not None:
        event.attempts_made += 1
        event.next_attempt_at = now + CLAIM
        event.save(update_fields=["attempts_made", "next_attempt_at"])
    return event


def _handle(event: WebhookEvent, clock: Clock) -> None:
    try:
        is_ours = refresh(kind=event.kind, reference=event.reference, processor=event.processor, clock=clock)
    except Exception as error:  # kept in the inbox and tried again: a notice is never lost to a mistake of ours
        logger.exception("notice %s failed", event.external_id)
        event.last_error = f"{type(error).__name__}: {error}"[:2000]
        event.next_attempt_at = clock() + pause_after(event.attempts_made)
        if event.attempts_made >= ATTEMPTS_MAX:
            event.status = WebhookStatus.FAILED
    else:
        event.status = WebhookStatus.HANDLED if is_ours else WebhookStatus.IGNORED
        event.handled_at, event.last_error = clock(), ""
    event.save(update_fields=["status", "handled_at", "last_error", "next_attempt_at"])


def drop_old_payloads(*, before: datetime, limit: int = 20_000) -> int:
    """Of webhooks that were handled or ignored before that moment; returns the number of webhooks."""
    done = WebhookEvent.objects.filter(
        status__in=[WebhookStatus.HANDLED, WebhookStatus.IGNORED], received_at__lt=before
    ).exclude(payload={})
    ids = list(done.order_by("received_at").values_list("id", flat=True)[:limit])
    return WebhookEvent.objects.filter(id__in=ids).update(payload={})


def retry_webhooks(ids: Sequence[UUID], *, now: datetime) -> int:
    """Let failed webhooks be handled again, from the first attempt on; returns the number that had failed."""
    failed = WebhookEvent.objects.filter(id__in=ids, status=WebhookStatus.FAILED)
    return failed.update(status=WebhookStatus.RECEIVED, attempts_made=0, next_attempt_at=now)


def refresh(*, kind: str, reference: str, processor: str = "", clock: Clock = timezone.now) -> bool:
    """
    Look at the object that a notice names, at the processor itself, and write down how it is now.

    :returns: False for an object that is not ours.
    :raises PaymentUnknown: for a dispute about a payment that is not in our books; it is never skipped.
    """
    if kind == NoticeKind.DISPUTE:
        chargebacks.refresh_chargeback(gateway=processor, remote_id=reference, now=clock())
        return True
    if kind == NoticeKind.WARNING:
        chargebacks.hear_warning(gateway=processor, remote_id=reference, now=clock())
        return True
    if kind == NoticeKind.ACCOUNT:
        return accounts.refresh_onboarding_of(gateway=processor, remote_account_id=reference, now=clock())
    if kind == NoticeKind.OUTBOUND:
        return _refresh_outbound(processor, reference, clock)
    object_id = uuid_or_none(reference)
    if object_id is None:
        return False
    if kind == NoticeKind.CHARGE and Charge.objects.filter(id=object_id).exists():
        charges.refresh_charge(charge_id=object_id, now=clock())
        return True
    if kind == NoticeKind.REFUND:
        return refresh_refund(refund_id=object_id, clock=clock)
    if kind == NoticeKind.PAYOUT:
        return refresh_payout(payout_id=object_id, clock=clock)
    return False


def _refresh_outbound(processor: str, remote_id: str, clock: Clock) -> bool:
    """A thin event names the payment alone: our payout is found by it, or by fetching the payment."""
    payout_id = (
        Payout.objects.filter(gateway=processor, remote_payout_id=remote_id).values_list("id", flat=True).first()
    )
    if payout_id is None:
        reference = door(processor).payout_of_outbound(remote_id)
        return refresh(kind=NoticeKind.PAYOUT, reference=reference, clock=clock)
    return refresh_payout(payout_id=payout_id, clock=clock)


def refresh_payout(*, payout_id: UUID, clock: Clock = timezone.now) -> bool:
    """Look a payout up. One that is still being sent is left to the settlement, which looks up by itself."""
    payout = Payout.objects.select_related("account").filter(id=payout_id).first()
    if payout is None:
        return False
    if payout.remote_payout_id:
        gateway, account_id = door(payout.gateway), payout.account.remote_account_id
        if payout.went_abroad:
            outbound = gateway.find_abroad(payout_id=payout.id, account_id=account_id)
            found = outbound.movement if outbound else None
        else:
            found = gateway.find_payout(payout_id=payout.id, account_id=account_id)
        if found is not None:
            payouts.payout_answered(payout_id=payout.id, movement=found, now=clock())
    return True


def poll_events(*, processor: str, clock: Clock = timezone.now) -> int:
    """
    Ask the processor for the events of the last hours and write down those that no webhook brought; gives how many.

    What was heard last says how far back is asked: three hours at least, and thirty days, which is as long as the
    processor remembers, at most.

    :raises GatewayUnavailable: without an answer; the next poll asks for the same again.
    """
    now = clock()
    latest = WebhookEvent.objects.filter(processor=processor).aggregate(latest=Max("received_at"))["latest"]
    since = max(now - POLL_MAX, min(now - POLL_MIN, latest - POLL_OVERLAP) if latest else now - POLL_MAX)
    missed = 0
    for notice in door(processor).notices_since(since):
        if receive_notice(processor=processor, notice=notice, now=now) is not None:
            missed += 1
    if missed:
        logger.warning("%s events came by no webhook", missed)
    return missed


def refresh_refund(*, refund_id: UUID, clock: Clock = timezone.now) -> bool:
    """Look a refund up, as `refresh_payout`."""
    refund = Refund.objects.select_related("charge").filter(id=refund_id).first()
    if refund is None:
        return False
    if refund.remote_id:
        found = door(refund.charge.gateway).find_refund(refund_id=refund.id, payment_id=refund.charge.remote_payment_id)
        if found is not None:
            refunds.refund_answered(refund_id=refund.id, movement=found, now=clock())
    return True


STALE_MAX, STALE_SECONDS, SILENCES_MAX = 50, 10.0, 3
"""Of each kind in one run; after so many calls without an answer the run ends."""


def refresh_stale(*, older_than: timedelta, clock: Clock = timezone.now) -> int:
    """
    Look up what no notice has ended for a while, those first that were looked at longest ago: webhooks can be lost for
    good. Returns the number that was looked at.
    """
    before, stale = clock() - older_than, _Stale(clock)
    open_charges = Charge.objects.filter(
        status__in=[ChargeStatus.OPEN, ChargeStatus.PROCESSING], created_at__lte=before
    )
    open_chargebacks = Chargeback.objects.filter(
        status__in=[ChargebackStatus.OPENED, ChargebackStatus.SUBMITTED], opened_at__lte=before
    )
    stale.look(open_chargebacks, stale.refresh_chargeback)
    stale.look(
        Payout.objects.filter(status=PayoutStatus.SUBMITTED, requested_at__lte=before),
        lambda row_id: refresh_payout(payout_id=row_id, clock=clock),
    )
    stale.look(
        Refund.objects.filter(status=RefundStatus.SUBMITTED, created_at__lte=before),
        lambda row_id: refresh_refund(refund_id=row_id, clock=clock),
    )
    stale.look(open_charges, lambda row_id: charges.refresh_charge(charge_id=row_id, now=clock()))
    return stale.looked


class _Stale:
    """One run: what was looked at, and how often nobody answered."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.looked, self.silences = clock, 0, 0

    def look(self, rows: QuerySet[Any], refresh_one: Callable[[UUID], object]) -> None:
        def look_at(row_id: UUID) -> None:
            if self.silences >= SILENCES_MAX:
                return
            # Written before the call: what takes the run down with it is not the first again.
            rows.model._default_manager.filter(pk=row_id).update(looked_at=self.clock())
            try:
                refresh_one(row_id)
            except (GatewayUnavailable, charges.PaymentUnavailable) as silence:
                self.silences += 1
                logger.warning("%s %s could not be looked up: %s", rows.model.__name__, row_id, silence)
            except GatewayRefused as refusal:
                # One object that the processor does not know must not keep the others from being looked at.
                logger.warning("%s %s could not be looked up: %s", rows.model.__name__, row_id, refusal)
            else:
                self.looked += 1

        oldest_first = rows.order_by(F("looked_at").asc(nulls_first=True), "id")
        job = f"payments.refresh_{rows.model.__name__.lower()}"
        each_row(job, oldest_first, look_at, now=self.clock(), limit=STALE_MAX, seconds_max=STALE_SECONDS)

    def refresh_chargeback(self, row_id: UUID) -> None:
        row = Chargeback.objects.get(id=row_id)
        chargebacks.refresh_chargeback(gateway=row.gateway, remote_id=row.remote_id, now=self.clock())
