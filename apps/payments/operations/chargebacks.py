"""
Payments that the buyer's bank takes back. Only what the processor returns when we ask it counts, recorded line by line
of its statement. Who bears a lost chargeback is decided in the layer that holds the money.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.common.actors import SYSTEM, Actor
from apps.common.errors import Conflict
from apps.common.ids import document_number, uuid7
from apps.common.money import Money
from apps.common.operations import move
from apps.gateways import policies as gateway_policies
from apps.gateways import registry
from apps.gateways.errors import GatewayRefused, GatewayUnavailable, PaymentUnavailable
from apps.gateways.protocols.disputes import DisputeReport, Disputes, DisputeState, EvidenceRequest
from apps.ledger import operations as ledger
from apps.ledger.entries import Line
from apps.outbox import bus
from apps.payments import entries, events, policies
from apps.payments.models import Charge, Chargeback
from apps.payments.queries import chargebacks, charges
from apps.payments.states import CHARGEBACK, ChargebackStatus


class PaymentUnknown(Conflict):
    """A dispute or warning names a payment that is not in our books (yet). It is retried, never skipped."""

    code = "payment_unknown"
    message = _("The processor names a payment that is not in our books. Our staff has to look at it.")


class EvidenceRefused(Conflict):
    code = "evidence_refused"
    message = _("The payment processor does not take this evidence. Reason: %(reason)s")


def refresh_chargeback(*, gateway: str, remote_id: str, now: datetime) -> Chargeback:
    """
    Read a dispute from the processor, outside any transaction, and record it.

    :raises PaymentUnknown: if its payment is not in our books.
    """
    report = registry.gateway_with(gateway, Disputes).dispute(remote_id)
    return chargeback_answered(gateway=gateway, report=report, now=now)


@transaction.atomic
def chargeback_answered(*, gateway: str, report: DisputeReport, now: datetime) -> Chargeback:
    """Record the processor's status of a dispute. Outdated statuses change nothing, and each line is recorded once."""
    charge = _charge_of(gateway, report.payment_id)
    result = chargebacks.chargeback_for_update(gateway, report.remote_id)
    chargeback = result or _opened(charge, report, now)
    for line in report.lines:
        is_taken = line.amount.amount_minor < 0
        make = entries.chargeback_withdrawn if is_taken else entries.chargeback_reinstated
        entry = make(refs=_refs(chargeback), chargeback_id=chargeback.id, gateway=gateway, line=line)
        ledger.record(entry, now=now)
    _follow(chargeback, report.state, now)
    return chargeback


def _charge_of(gateway: str, payment_id: str) -> Charge:
    charge = Charge.objects.filter(gateway=gateway, remote_payment_id=payment_id).first() if payment_id else None
    if charge is None:
        raise PaymentUnknown
    return charges.charge_for_update(charge.id)  # locked, so that two concurrent webhooks of one dispute create one row


def _opened(charge: Charge, report: DisputeReport, now: datetime) -> Chargeback:
    chargeback_id = uuid7()
    fees = sum((line.fee for line in report.lines), Money.zero(report.amount.currency))
    chargeback = Chargeback.objects.create(
        id=chargeback_id,
        number=document_number("CB", chargeback_id),
        charge=charge,
        gateway=charge.gateway,
        remote_id=report.remote_id,
        amount_minor=report.amount.amount_minor,
        currency=report.amount.currency,
        fee_minor=fees.amount_minor,
        reason_code=report.reason[:60],
        evidence_due_at=report.evidence_due_at,
        opened_at=now,
    )
    _publish(events.ChargebackOpened, chargeback, now)
    return chargeback


def _follow(chargeback: Chargeback, state: DisputeState, now: datetime) -> None:
    verb = {DisputeState.UNDER_REVIEW: "submit", DisputeState.WON: "win", DisputeState.LOST: "lose"}.get(state)
    if verb is None or not CHARGEBACK.allows(chargeback.status, verb):
        return
    changes = {} if verb == "submit" else {"closed_at": now}
    move(chargeback, CHARGEBACK, verb, actor=SYSTEM, now=now, changes=changes)
    if chargeback.status == ChargebackStatus.WON:
        _publish(events.ChargebackWon, chargeback, now)
    elif chargeback.status == ChargebackStatus.LOST:
        _publish(events.ChargebackLost, chargeback, now)


def _publish(
    event: type[events.ChargebackOpened] | type[events.ChargebackWon] | type[events.ChargebackLost],
    chargeback: Chargeback,
    now: datetime,
) -> None:
    charge = chargeback.charge
    bus.publish(
        event(
            chargeback.id,
            charge.id,
            charge.reference_id,
            charge.payer_id,
            chargeback.amount_minor,
            chargeback.currency,
        ),
        now=now,
    )


def _refs(chargeback: Chargeback) -> dict[str, str]:
    return {
        "chargeback": str(chargeback.id),
        "charge": str(chargeback.charge_id),
        "escrow": str(chargeback.charge.reference_id),
    }


@transaction.atomic
def absorb_chargeback(*, chargeback_id: UUID, shares: Sequence[Line], now: datetime) -> bool:
    """
    Charge a lost chargeback to those who bear it. The caller decides the shares, which sum to its amount.

    :returns: False if it was already absorbed.
    :raises NotLost: if it is not lost.
    """
    chargeback = Chargeback.objects.select_for_update(of=("self",)).select_related("charge").get(id=chargeback_id)
    if chargeback.absorbed_at is not None:
        return False
    policies.check_is_lost(chargeback)
    entry = entries.chargeback_absorbed(
        refs=_refs(chargeback), chargeback_id=chargeback.id, shares=shares, amount=chargeback.amount
    )
    ledger.record(entry, now=now)
    chargeback.absorbed_at = now
    chargeback.save(update_fields=["absorbed_at"])
    return True


# -- evidence


def submit_evidence(
    *, chargeback_id: UUID, text: str, product: str, customer_name: str, actor: Actor, now: datetime
) -> Chargeback:
    """
    Submit the evidence; this can be done only once. Recorded first, then sent outside any transaction.

    :raises OnlyStaff: unless the actor is staff.
    :raises EvidenceTooLate: if the bank has decided, or already has the evidence.
    :raises EvidenceEmpty: if the text is empty.
    :raises EvidenceRefused: if the processor rejects it; it can be submitted again.
    :raises PaymentUnavailable: if the processor does not answer; submitting the same text again is safe.
    """
    chargeback = _write_evidence(chargeback_id=chargeback_id, text=text, actor=actor, now=now)
    request = EvidenceRequest(
        key=chargeback.evidence_key,
        dispute_id=chargeback.remote_id,
        text=text,
        product=product,
        customer_name=customer_name,
    )
    try:
        report = registry.gateway_with(chargeback.gateway, Disputes).submit_evidence(request)
    except GatewayUnavailable as error:
        raise PaymentUnavailable from error
    except GatewayRefused as error:
        raise EvidenceRefused(reason=error.message) from error
    return chargeback_answered(gateway=chargeback.gateway, report=report, now=now)


@transaction.atomic
def _write_evidence(*, chargeback_id: UUID, text: str, actor: Actor, now: datetime) -> Chargeback:
    gateway_policies.check_is_staff(actor)
    chargeback = Chargeback.objects.select_for_update(of=("self",)).get(id=chargeback_id)
    policies.check_can_submit_evidence(chargeback, text)
    if chargeback.evidence_text != text:
        chargeback.evidence_key = uuid7()  # another text needs another idempotency key
    chargeback.evidence_text = text
    chargeback.evidence_by_id = actor.user_id
    chargeback.evidence_written_at = now
    chargeback.save(update_fields=["evidence_key", "evidence_text", "evidence_by_id", "evidence_written_at"])
    return chargeback


# -- warnings


def record_fraud_warning(*, gateway: str, remote_id: str, now: datetime) -> None:
    """
    Record an early fraud warning, so that the layer that holds the money blocks it. No money has moved.

    :raises PaymentUnknown: if its payment is not in our books.
    """
    payment_id = registry.gateway_with(gateway, Disputes).payment_of_warning(remote_id)
    _warned(gateway=gateway, payment_id=payment_id, remote_id=remote_id, now=now)


@transaction.atomic
def _warned(*, gateway: str, payment_id: str, remote_id: str, now: datetime) -> None:
    charge = _charge_of(gateway, payment_id)
    bus.publish(events.FraudWarned(charge.id, charge.reference_id, charge.payer_id, remote_id), now=now)
