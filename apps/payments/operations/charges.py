"""Payments in: a charge is recorded, then the processor is called. Only the processor's status counts as paid."""

from __future__ import annotations

import logging
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
from apps.gateways import registry
from apps.gateways.errors import GatewayRefused, GatewayUnavailable, PaymentUnavailable
from apps.gateways.protocols.charges import ChargeOutcome, ChargeState, Checkout, CheckoutRequest
from apps.ledger import operations as ledger
from apps.outbox import bus
from apps.payments import entries, events, policies
from apps.payments.models import Charge
from apps.payments.queries import charges
from apps.payments.states import CHARGE, ChargeStatus

logger = logging.getLogger(__name__)


class PaymentRefused(Conflict):
    code = "payment_refused"
    message = _("The payment processor cannot take this payment. Nothing was charged. Reason: %(reason)s")


class AmountDiffers(Conflict):
    code = "charge_amount_differs"
    message = _("The processor took another amount than was asked. Our staff has to look at it.")


@transaction.atomic
def create_charge(
    *,
    payer_id: UUID,
    reference_id: UUID,
    amount: Money,
    memo: str,
    success_url: str,
    cancel_url: str,
    language: str,
    gateway: str,
    actor: Actor,
    now: datetime,
) -> Charge:
    """
    Record a charge with its idempotency key. `open_checkout` calls the processor later.

    An unfinished charge of the same amount, purpose and gateway is returned again, so that two clicks make one charge.

    :raises NotAllowed: unless the actor may pay for the payer.
    """
    policies.check_can_pay(actor, payer_id)
    unfinished = (
        Charge.objects.select_for_update()
        .filter(
            payer_id=payer_id,
            reference_id=reference_id,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
            gateway=gateway,
            status__in=[ChargeStatus.CREATED, ChargeStatus.OPEN],
        )
        .order_by("-created_at")
        .first()
    )
    if unfinished is not None and (unfinished.expires_at is None or unfinished.expires_at > now):
        return unfinished
    charge_id = uuid7()
    return Charge.objects.create(
        id=charge_id,
        number=document_number("CH", charge_id),
        payer_id=payer_id,
        reference_id=reference_id,
        memo=memo[:200],
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        gateway=gateway,
        success_url=success_url,
        cancel_url=cancel_url,
        language=language,
    )


def open_checkout(*, charge_id: UUID, now: datetime) -> Charge:
    """
    Open the payment page at the processor, outside any transaction. Safe to repeat with the charge's idempotency key.

    :raises PaymentUnavailable: if the processor does not answer. A repeated call finds the page if it was created.
    :raises PaymentRefused: if the processor rejects it.
    """
    charge = Charge.objects.get(id=charge_id)
    if charge.checkout_url:
        return charge
    request = CheckoutRequest(
        key=charge.idem_key,
        charge_id=charge.id,
        amount=charge.amount,
        memo=charge.memo,
        group=f"escrow_{charge.reference_id}",
        success_url=charge.success_url,
        cancel_url=charge.cancel_url,
        locale=charge.language,
    )
    try:
        checkout = registry.gateway(charge.gateway).open_checkout(request)
    except GatewayUnavailable as error:
        raise PaymentUnavailable from error
    except GatewayRefused as error:
        raise PaymentRefused(reason=error.message) from error
    return _opened(charge_id=charge_id, checkout=checkout, now=now)


def open_checkout_with_fallback(*, charge: Charge, others: Sequence[str], actor: Actor, now: datetime) -> Charge:
    """
    Open the payment page. If the gateway does not answer or refuses, try the next gateway with a new charge; the first
    charge expires.

    This is safe although a missing answer leaves the outcome unknown: opening a page moves no money. Nobody has seen a
    page whose URL never reached us, and its charge is never shown again. If it is paid anyway, the charge still
    succeeds and the money becomes the payer's credit. Only checkouts have this fallback: refunds, transfers and payouts
    move money, so they wait for the gateway that was called.

    :raises PaymentUnavailable, PaymentRefused: from the last gateway.
    """
    names = [name for name in others if name != charge.gateway]
    try:
        return open_checkout(charge_id=charge.id, now=now)
    except (PaymentUnavailable, PaymentRefused):
        if not names or charge.checkout_url:
            raise
        logger.warning("%s gave no payment page for %s; trying %s", charge.gateway, charge.number, names[0])
    following = _fall_over(charge_id=charge.id, gateway=names[0], actor=actor, now=now)
    return open_checkout_with_fallback(charge=following, others=names[1:], actor=actor, now=now)


@transaction.atomic
def _fall_over(*, charge_id: UUID, gateway: str, actor: Actor, now: datetime) -> Charge:
    charge = charges.charge_for_update(charge_id)
    if CHARGE.allows(charge.status, "expire") and not charge.checkout_url:
        move(charge, CHARGE, "expire", actor=SYSTEM, now=now, reason=f"no answer: {gateway} is asked")
    return create_charge(
        payer_id=charge.payer_id,
        reference_id=charge.reference_id,
        amount=charge.amount,
        memo=charge.memo,
        success_url=charge.success_url,
        cancel_url=charge.cancel_url,
        language=charge.language,
        gateway=gateway,
        actor=actor,
        now=now,
    )


@transaction.atomic
def _opened(*, charge_id: UUID, checkout: Checkout, now: datetime) -> Charge:
    charge = charges.charge_for_update(charge_id)
    if charge.status != ChargeStatus.CREATED:
        return charge
    changes = {
        "checkout_url": checkout.url,
        "remote_session_id": checkout.session_id,
        "expires_at": checkout.expires_at,
    }
    return move(charge, CHARGE, "open", actor=SYSTEM, now=now, changes=changes)


def refresh_charge(*, charge_id: UUID, now: datetime) -> Charge:
    """
    Read the charge's status from the processor, outside any transaction, and record it.

    :raises PaymentUnavailable: if the processor does not answer.
    """
    charge = open_checkout(charge_id=charge_id, now=now)
    if charge.status == ChargeStatus.SUCCEEDED:
        return charge
    try:
        outcome = registry.gateway(charge.gateway).charge_outcome(charge.remote_session_id)
    except GatewayUnavailable as error:
        raise PaymentUnavailable from error
    return record_charge_outcome(charge_id=charge_id, outcome=outcome, now=now)


@transaction.atomic
def record_charge_outcome(*, charge_id: UUID, outcome: ChargeOutcome, now: datetime) -> Charge:
    """
    Record the processor's status. An outdated status changes nothing, so webhooks in any order and repeated webhooks
    have the same result.

    :raises AmountDiffers: if another amount was charged.
    """
    charge = charges.charge_for_update(charge_id)
    if outcome.state == ChargeState.SUCCEEDED and CHARGE.allows(charge.status, "succeed"):
        return _succeeded(charge, outcome, now)
    if outcome.state == ChargeState.DECLINED and charge.status == ChargeStatus.OPEN:
        return _declined(charge, outcome)
    if outcome.state == ChargeState.DECLINED and charge.status == ChargeStatus.PROCESSING:
        return _expired(charge, now, changes={"decline_code": outcome.decline_code})
    if outcome.state == ChargeState.PROCESSING and CHARGE.allows(charge.status, "process"):
        return move(charge, CHARGE, "process", actor=SYSTEM, now=now)
    if outcome.state == ChargeState.EXPIRED and CHARGE.allows(charge.status, "expire"):
        return _expired(charge, now)
    return charge


def _expired(charge: Charge, now: datetime, changes: dict[str, object] | None = None) -> Charge:
    move(charge, CHARGE, "expire", actor=SYSTEM, now=now, changes=changes)
    bus.publish(events.ChargeExpired(charge.id, charge.reference_id, charge.payer_id), now=now)
    return charge


def _succeeded(charge: Charge, outcome: ChargeOutcome, now: datetime) -> Charge:
    if outcome.amount != charge.amount:
        raise AmountDiffers
    changes = {
        "remote_payment_id": outcome.payment_id,
        "remote_charge_id": outcome.remote_charge_id,
        "fee_minor": outcome.fee.amount_minor if outcome.fee else None,
        "succeeded_at": now,
        "decline_code": "",
    }
    move(charge, CHARGE, "succeed", actor=SYSTEM, now=now, changes=changes)
    if outcome.fee:
        ledger.record(
            entries.processor_fee(
                charge_id=charge.id,
                reference_id=charge.reference_id,
                gateway=charge.gateway,
                fee=outcome.fee,
                fee_id=outcome.fee_id,
            ),
            now=now,
        )
    bus.publish(
        events.ChargeSucceeded(
            charge_id=charge.id,
            reference_id=charge.reference_id,
            payer_id=charge.payer_id,
            gateway=charge.gateway,
            amount_minor=charge.amount_minor,
            currency=charge.currency,
        ),
        now=now,
    )
    return charge


def _declined(charge: Charge, outcome: ChargeOutcome) -> Charge:
    """The payment page is still open, so the charge has not failed: the payer may use another card there."""
    charge.decline_code = outcome.decline_code
    charge.save(update_fields=["decline_code"])
    return charge


def cancel_charge(*, charge_id: UUID, actor: Actor, now: datetime) -> Charge:
    """
    Cancel a payment that was not made yet. The processor closes its page first, outside any transaction, so that it
    cannot be paid in the meantime. A bank transfer that arrives anyway becomes the payer's credit.

    :raises NotAllowed: unless the actor may pay for the payer.
    :raises PaymentUnderWay: if the money is on its way.
    :raises PaymentMade: if the money has arrived.
    :raises PaymentUnavailable: if the processor does not answer; nothing has changed.
    """
    charge = Charge.objects.get(id=charge_id)
    policies.check_can_cancel_charge(actor, charge)
    if charge.remote_session_id:
        try:
            registry.gateway(charge.gateway).close_checkout(charge.remote_session_id)
            outcome = registry.gateway(charge.gateway).charge_outcome(charge.remote_session_id)
        except GatewayUnavailable as error:
            raise PaymentUnavailable from error
        if outcome.state in (ChargeState.SUCCEEDED, ChargeState.PROCESSING):
            record_charge_outcome(charge_id=charge_id, outcome=outcome, now=now)
    return _cancelled(charge_id=charge_id, actor=actor, now=now)


@transaction.atomic
def _cancelled(*, charge_id: UUID, actor: Actor, now: datetime) -> Charge:
    charge = charges.charge_for_update(charge_id)
    policies.check_can_cancel_charge(actor, charge)
    if not CHARGE.allows(charge.status, "cancel"):
        return charge  # expired in the meantime, or cancelled by another click
    move(charge, CHARGE, "cancel", actor=actor, now=now)
    bus.publish(events.ChargeExpired(charge.id, charge.reference_id, charge.payer_id, is_cancelled=True), now=now)
    return charge
