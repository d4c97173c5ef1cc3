"""Refunds to an employer: reserved in the ledger by the caller, sent by the dispatch job."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.actors import SYSTEM, Actor
from apps.common.clock import Clock
from apps.common.errors import Conflict
from apps.common.ids import document_number, uuid7
from apps.common.money import Money
from apps.common.operations import move
from apps.gateways import registry
from apps.gateways.protocols.movements import Movement, TransferState
from apps.ledger import operations as ledger
from apps.ledger.entries import event_key
from apps.ledger.queries import books
from apps.outbox import bus
from apps.payments import entries, events, policies
from apps.payments.models import Refund
from apps.payments.queries import charges, credits, refunds
from apps.payments.states import REFUND, RefundStatus


class MoreThanCharged(Conflict):
    code = "refund_more_than_charged"
    message = _("More cannot be refunded than was paid.")


@transaction.atomic
def request_refund(*, charge_id: UUID, reference_id: UUID, amount: Money, now: datetime) -> Refund:
    """
    Record a refund to be sent. The caller has checked the permission, and reserves the amount on the refund's transit
    account in the same transaction.

    :raises MoreThanCharged: if the charge's refundable amount is smaller.
    """
    charge = charges.charge_for_update(charge_id)
    already = charge.refunds.exclude(status=RefundStatus.FAILED).aggregate(total=Sum("amount_minor"))["total"] or 0
    if amount.currency != charge.currency or amount.amount_minor + already > charge.amount_minor:
        raise MoreThanCharged
    refund_id = uuid7()
    return Refund.objects.create(
        id=refund_id,
        number=document_number("RF", refund_id),
        charge=charge,
        reference_id=reference_id,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        next_attempt_at=now,
    )


class NothingToSendBack(Conflict):
    code = "nothing_to_send_back"
    message = _(
        "There is no payment through which this credit could go back. Use it for the next milestone, or write to us."
    )


@transaction.atomic
def send_credit_back(*, organization_id: UUID, amount: Money, actor: Actor, now: datetime) -> list[Refund]:
    """
    Refund an employer's credit through the payments it made, the newest first; in several refunds if one payment's
    refundable amount is too small.

    :raises NotAllowed: unless the actor may pay for the organization.
    :raises NothingToPayOut: if there is no credit.
    :raises AmountTooLarge, AmountTooSmall: if the amount is more than the credit, or not positive.
    :raises NothingToSendBack: if the refundable amounts of the payments are too small.
    """
    policies.check_can_pay(actor, organization_id)
    credit = credits.credit(organization_id, amount.currency)
    policies.check_amount(amount, credit)
    left, sent = refunds.chargeable(amount), []
    for charge in refunds.charges_to_refund(organization_id, amount.currency):
        part = refunds.chargeable(min(left, refunds.refundable(charge.id)))
        if part:
            sent.append(request_refund(charge_id=charge.id, reference_id=charge.reference_id, amount=part, now=now))
            left -= part
    if left or not sent:
        raise NothingToSendBack
    for refund in sent:
        entry = entries.credit_refunded(
            refund_id=refund.id, reference_id=refund.reference_id, payer_id=organization_id, amount=refund.amount
        )
        ledger.record(entry, now=now)
        event = events.CreditSentBack(refund.id, organization_id, refund.amount_minor, refund.currency)
        bus.publish(event, now=now)
    return sent


@transaction.atomic
def refund_answered(*, refund_id: UUID, movement: Movement, now: datetime) -> Refund:
    """Record the processor's status of a refund; an outdated status changes nothing."""
    refund = refunds.refund_for_update(refund_id)
    if refund.status == RefundStatus.SENDING:
        changes = {"remote_id": movement.remote_id, "lease_until": None}
        move(refund, REFUND, "submit", actor=SYSTEM, now=now, changes=changes)
    if movement.state == TransferState.SUCCEEDED and REFUND.allows(refund.status, "succeed"):
        move(refund, REFUND, "succeed", actor=SYSTEM, now=now, changes={"finished_at": now})
        ledger.record(
            entries.refund_succeeded(
                refund_id=refund.id,
                reference_id=refund.reference_id,
                gateway=refund.charge.gateway,
                amount=refund.amount,
            ),
            now=now,
        )
        event = events.RefundSucceeded(
            refund.id, refund.reference_id, refund.charge.payer_id, refund.amount_minor, refund.currency
        )
        bus.publish(event, now=now)
    elif movement.state == TransferState.FAILED and refund.status != RefundStatus.FAILED:
        _fail(refund, movement.failure_code, now)
    return refund


@transaction.atomic
def refund_refused(*, refund_id: UUID, failure_code: str, now: datetime) -> Refund:
    """Record a rejection: the money becomes the employer's credit."""
    refund = refunds.refund_for_update(refund_id)
    if refund.status == RefundStatus.SENDING:
        _fail(refund, failure_code, now)
    return refund


def _fail(refund: Refund, failure_code: str, now: datetime) -> None:
    was_paid = refund.status == RefundStatus.SUCCEEDED
    changes = {"failure_code": failure_code[:60], "finished_at": now, "lease_until": None}
    move(refund, REFUND, "fail", actor=SYSTEM, now=now, changes=changes)
    if was_paid:  # returned after success: reverse that entry first, then credit the employer
        paid = books.journal_by_key(event_key("refund.succeeded", refund.id))
        assert paid is not None
        ledger.reverse(journal_id=paid.id, key=event_key("refund.returned", refund.id), memo=failure_code[:60], now=now)
    ledger.record(
        entries.refund_failed(
            refund_id=refund.id,
            reference_id=refund.reference_id,
            payer_id=refund.charge.payer_id,
            amount=refund.amount,
        ),
        now=now,
    )
    event = events.RefundFailed(
        refund.id, refund.reference_id, refund.charge.payer_id, refund.amount_minor, refund.currency
    )
    bus.publish(event, now=now)


def refresh_refund(*, refund_id: UUID, clock: Clock = timezone.now) -> bool:
    """Look up a refund at the gateway. Returns False if it does not exist."""
    refund = Refund.objects.select_related("charge").filter(id=refund_id).first()
    if refund is None:
        return False
    if refund.remote_id:
        result = registry.gateway(refund.charge.gateway).find_refund(
            refund_id=refund.id, payment_id=refund.charge.remote_payment_id
        )
        if result is not None:
            refund_answered(refund_id=refund.id, movement=result, now=clock())
    return True
