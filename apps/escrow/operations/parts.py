"""Shared by releases, refunds and splits: creating the release row, and returning money to the payer."""

from __future__ import annotations

from datetime import datetime

from apps.common.actors import Actor
from apps.common.money import Money
from apps.escrow import events
from apps.escrow.entries import Back
from apps.escrow.models import Escrow, Release
from apps.escrow.states import EscrowStatus
from apps.outbox import bus
from apps.payments.models import Refund
from apps.payments.operations import refunds
from apps.payments.queries import refunds as refund_queries
from apps.pricing import operations as pricing
from apps.pricing.rules import EarnedFee, Split


def make_release(escrow: Escrow, parts: Split, fee: EarnedFee, kind: str, actor: Actor, now: datetime) -> Release:
    return Release.objects.create(
        escrow=escrow,
        kind=kind,
        currency=escrow.currency,
        gross_minor=parts.gross.amount_minor,
        commission_minor=parts.commission.amount_minor,
        tax_minor=parts.tax.amount_minor,
        withheld_minor=parts.withheld.amount_minor,
        net_minor=parts.net.amount_minor,
        employer_fee_minor=fee.amount.amount_minor,
        employer_fee_tax_minor=fee.tax.amount_minor,
        released_by_id=actor.user_id,
        released_at=now,
    )


def publish_release(release: Release, now: datetime) -> None:
    event = events.EscrowReleased(
        escrow_id=release.escrow_id,
        release_id=release.id,
        payee_id=release.escrow.payee_id,
        net_minor=release.net_minor,
        currency=release.currency,
    )
    bus.publish(event, now=now)


def record_if_paid(escrow: Escrow, now: datetime) -> None:
    """
    Notify pricing that the work is finished and paid, at least in part: later work between the same two may then cost
    less.

    Called by every operation that can end an escrow.
    """
    if escrow.status == EscrowStatus.RELEASED and escrow.released:
        pricing.record_paid_work(work_id=escrow.id, payer_id=escrow.payer_id, payee_id=escrow.payee_id, now=now)


def send_back(escrow: Escrow, amount: Money, now: datetime) -> tuple[Refund | None, Back]:
    """
    Request a refund through the charge that funded the escrow, as far as its refundable amount and the processor's
    units allow; the rest becomes the payer's credit. The caller records the journal entry.
    """
    charge_id = escrow.funding_charge_id
    nothing = Money.zero(escrow.currency)
    room = refund_queries.refundable(charge_id) if charge_id is not None else nothing
    through_charge = refund_queries.chargeable(min(amount, room))
    refund = None
    if charge_id is not None and through_charge:
        refund = refunds.request_refund(charge_id=charge_id, reference_id=escrow.id, amount=through_charge, now=now)
        event = events.EscrowRefunded(escrow.id, refund.id, escrow.payer_id, refund.amount_minor, escrow.currency)
        bus.publish(event, now=now)
    credited = amount - through_charge
    if credited:
        credited_event = events.EscrowCredited(escrow.id, escrow.payer_id, credited.amount_minor, escrow.currency)
        bus.publish(credited_event, now=now)
    return refund, Back(refund.id if refund else None, through_charge, credited)
