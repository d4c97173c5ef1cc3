"""Send the operator's own capital to the processor, so that customers' money never pays the processor's fees."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.common.actors import SYSTEM, Actor
from apps.common.errors import Conflict, Invalid
from apps.common.money import Money
from apps.common.operations import move
from apps.common.work_queue import each_row
from apps.gateways import policies, registry
from apps.gateways.errors import GatewayRefused, GatewayUnavailable, PaymentUnavailable
from apps.gateways.protocols.movements import Movement, TransferState
from apps.gateways.protocols.top_ups import TopUpRequest, TopUps
from apps.gateways.stripe.amounts import AmountNotSendable
from apps.ledger import operations as ledger
from apps.outbox import bus
from apps.treasury import entries, events
from apps.treasury.models import TopUp, TreasuryOperation
from apps.treasury.models.treasury import TreasuryKind
from apps.treasury.operations.treasury import ReasonMissing
from apps.treasury.states import TOP_UP, TopUpStatus


class AmountMissing(Invalid):
    code = "amount_missing"
    field = "amount"
    message = _("Say how much.")


class TopUpRefused(Conflict):
    code = "top_up_refused"
    message = _("The processor does not take this top-up. Nothing moved. Reason: %(reason)s")


def top_up(*, top_up_id: UUID, gateway: str, amount: Money, reason: str, actor: Actor, now: datetime) -> TopUp:
    """
    Send the operator's own money to the processor. Not atomic as a whole: the top-up is recorded with its key, the
    processor is called outside any transaction, then the answer is recorded with its entry.

    :param top_up_id: created by the confirmed form, and the key of the call; the same id again repeats the call safely.

    :raises OnlyStaff: unless the actor is staff.
    :raises PaymentsPaused: while payments are paused.
    :raises ReasonMissing, AmountMissing: if the reason is empty or the amount is not positive.
    :raises PaymentUnavailable: if the processor does not answer; call it again, or let `refresh_top_ups` look it up.
    :raises TopUpRefused: if the processor rejects it.
    """
    row = _write_down(top_up_id, gateway, amount, reason, actor, now)
    if row.status in (TopUpStatus.SUCCEEDED, TopUpStatus.FAILED):
        return row
    try:
        connected = registry.gateway_with(row.gateway, TopUps)
        movement = connected.find_top_up(top_up_id=row.id) or connected.top_up(
            TopUpRequest(row.id, row.id, row.amount, row.reason[:100])
        )
    except GatewayUnavailable as error:
        raise PaymentUnavailable from error
    except (GatewayRefused, AmountNotSendable) as error:
        _refused(row.id, error, now)
        raise TopUpRefused(reason=str(error)) from error
    return top_up_answered(top_up_id=row.id, movement=movement, now=now)


@transaction.atomic
def _write_down(top_up_id: UUID, gateway: str, amount: Money, reason: str, actor: Actor, now: datetime) -> TopUp:
    policies.check_is_staff(actor)
    policies.check_is_not_paused()
    if not reason.strip():
        raise ReasonMissing
    if amount.amount_minor <= 0:
        raise AmountMissing
    row, _is_new = TopUp.objects.get_or_create(
        id=top_up_id,
        defaults={
            "gateway": gateway,
            "amount_minor": amount.amount_minor,
            "currency": amount.currency,
            "reason": reason.strip(),
            "requested_by_id": actor.person_id,
            "requested_at": now,
        },
    )
    return row


@transaction.atomic
def top_up_answered(*, top_up_id: UUID, movement: Movement, now: datetime) -> TopUp:
    """
    Record the processor's answer; outdated answers change nothing. On arrival it records the treasury operation and its
    entry.
    """
    row = TopUp.objects.select_for_update().get(id=top_up_id)
    if row.status == TopUpStatus.REQUESTED:
        move(row, TOP_UP, "submit", actor=SYSTEM, now=now, changes={"remote_id": movement.remote_id})
    if movement.state == TransferState.SUCCEEDED and TOP_UP.allows(row.status, "succeed"):
        move(row, TOP_UP, "succeed", actor=SYSTEM, now=now, changes={"finished_at": now})
        _record(row, now)
    elif movement.state == TransferState.FAILED and TOP_UP.allows(row.status, "fail"):
        changes = {"finished_at": now, "failure_code": movement.failure_code[:60]}
        move(row, TOP_UP, "fail", actor=SYSTEM, now=now, changes=changes)
    return row


def _record(top_up: TopUp, now: datetime) -> None:
    TreasuryOperation.objects.create(
        id=top_up.id,
        kind=TreasuryKind.TOP_UP,
        subject=top_up.gateway,
        amount_minor=top_up.amount_minor,
        currency=top_up.currency,
        reason=top_up.reason,
        acted_by_id=top_up.requested_by_id,
        acted_at=now,
    )
    ledger.record(entries.topped_up(top_up_id=top_up.id, gateway=top_up.gateway, amount=top_up.amount), now=now)
    event = events.TreasuryOperationRecorded(
        top_up.id,
        TreasuryKind.TOP_UP,
        top_up.gateway,
        top_up.amount_minor,
        top_up.currency,
        top_up.requested_by_id,
        top_up.reason,
    )
    bus.publish(event, now=now)


@transaction.atomic
def _refused(top_up_id: UUID, refusal: Exception, now: datetime) -> None:
    row = TopUp.objects.select_for_update().get(id=top_up_id)
    code = refusal.code if isinstance(refusal, GatewayRefused) else "amount_not_sendable"
    if row.status == TopUpStatus.REQUESTED and code != "idempotency_error":
        move(row, TOP_UP, "fail", actor=SYSTEM, now=now, changes={"finished_at": now, "failure_code": code[:60]})


def refresh_top_ups(*, now: datetime) -> int:
    """Look up unfinished top-ups, outside any transaction. Returns the number that the processor has."""
    answered = 0

    def look_up(top_up_id: UUID) -> None:
        nonlocal answered
        movement = registry.gateway_with(TopUp.objects.get(id=top_up_id).gateway, TopUps).find_top_up(
            top_up_id=top_up_id
        )
        if movement is not None:
            top_up_answered(top_up_id=top_up_id, movement=movement, now=now)
            answered += 1

    unfinished = TopUp.objects.filter(status__in=[TopUpStatus.REQUESTED, TopUpStatus.SUBMITTED])
    each_row("treasury.refresh_top_ups", unfinished.order_by("requested_at", "id"), look_up, now=now, limit=100)
    return answered
