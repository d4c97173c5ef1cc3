"""Hold money for a piece of work, and let it go: to the payee, back to the payer, in parts, by the clock."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation

from apps.accounts import queries as people
from apps.common import fmt
from apps.common.actors import SYSTEM, Actor
from apps.common.money import Money
from apps.common.operations import move
from apps.compliance import policies as compliance
from apps.escrow import entries, events, policies, queries, rules
from apps.escrow.models import Escrow, Release
from apps.escrow.states import ESCROW, EscrowStatus, ReleaseKind
from apps.ledger import operations as ledger
from apps.outbox import bus
from apps.payments import operations as payments
from apps.payments import queries as payment_queries
from apps.payments.models import Charge, Refund
from apps.pricing import queries as pricing
from apps.pricing import rules as pricing_rules


@transaction.atomic
def open_escrow(
    *, payer_id: UUID, payee_id: UUID, reference_id: UUID, memo: str, amount: Money, actor: Actor, now: datetime
) -> Escrow:
    """
    Agree to hold an amount for one piece of work, on the terms of today. Moves no money.

    :raises NotAllowed: unless the actor may pay for the payer.
    :raises CorridorClosed: if the money could not reach the payee.
    :raises AmountNotPayable: if the processor has no such small units.
    """
    policies.check_can_fund(actor, payer_id)
    payer, payee = people.organization(payer_id), people.organization(payee_id)
    compliance.check_can_be_paid(payer_country=payer.country, payee_country=payee.country, on=now.date())
    terms = pricing.terms(payer.country, payee.country, now.date())
    payable = payment_queries.chargeable(amount)
    if payable != amount:
        raise policies.AmountNotPayable(currency=amount.currency, nearest=fmt.money(payable))
    fee = pricing_rules.employer_fee(amount, terms.employer_fee_bps)
    return Escrow.objects.create(
        payer=payer,
        payee=payee,
        reference_id=reference_id,
        memo=memo[:300],
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        employer_fee_minor=payment_queries.chargeable(amount + fee).amount_minor - amount.amount_minor,
        commission_bps=terms.commission_bps,
        withholding_bps=terms.withholding_bps,
        withholding_country=terms.withholding_country,
        opened_at=now,
    )


def start_funding(*, escrow_id: UUID, actor: Actor, now: datetime, return_url: str, language: str = "") -> Charge:
    """
    Open a checkout for the amount and the employer's fee; gives the charge with its `checkout_url`.

    Not atomic as a whole: the charge is written down, then the processor is asked outside any transaction. Asking
    again gives the same checkout as long as it is open.

    :raises NotAllowed: unless the actor may pay for the payer.
    :raises PaymentUnavailable, PaymentRefused: by the processor; nothing was charged.
    """
    spoken = language or translation.get_language() or "en"
    charge = _ask_payer(escrow_id=escrow_id, actor=actor, now=now, return_url=return_url, language=spoken)
    return payments.open_checkout(charge_id=charge.id, now=now)


@transaction.atomic
def _ask_payer(*, escrow_id: UUID, actor: Actor, now: datetime, return_url: str, language: str) -> Charge:
    escrow = queries.escrow_for_update(escrow_id)
    policies.check_can_fund(actor, escrow.payer_id)
    if escrow.status != EscrowStatus.FUNDING:
        move(escrow, ESCROW, "start_funding", actor=actor, now=now)
    return payments.create_charge(
        payer_id=escrow.payer_id,
        reference_id=escrow.id,
        amount=escrow.total,
        memo=escrow.memo,
        success_url=return_url,
        cancel_url=return_url,
        language=language,
        gateway=settings.PAYMENT_GATEWAY,
        actor=actor,
        now=now,
    )


@transaction.atomic
def confirm_funding(*, escrow_id: UUID, charge_id: UUID, amount: Money, gateway: str, now: datetime) -> Escrow:
    """
    The processor has the money: hold it. Hearing it twice changes nothing; money that came in vain (paid twice,
    or after the work was called off) is kept as the employer's credit.
    """
    escrow = queries.escrow_for_update(escrow_id)
    if escrow.funding_charge_id == charge_id:
        return escrow
    if not ESCROW.allows(escrow.status, "fund") or amount != escrow.total:
        entry = entries.paid_in_vain(
            escrow_id=escrow.id,
            reference_id=escrow.reference_id,
            charge_id=charge_id,
            gateway=gateway,
            payer_id=escrow.payer_id,
            amount=amount,
        )
        ledger.record(entry, now=now)
        return escrow
    changes = {
        "funding_charge_id": charge_id,
        "funded_at": now,
        "hold_until": rules.hold_until(now, settings.PLATFORM_COUNTRY),
    }
    move(escrow, ESCROW, "fund", actor=SYSTEM, now=now, changes=changes)
    entry = entries.funded(
        escrow_id=escrow.id,
        reference_id=escrow.reference_id,
        charge_id=charge_id,
        gateway=gateway,
        amount=escrow.amount,
        fee=escrow.employer_fee,
    )
    ledger.record(entry, now=now)
    bus.publish(events.EscrowFunded(escrow_id=escrow.id, reference_id=escrow.reference_id), now=now)
    return escrow


@transaction.atomic
def funding_failed(*, escrow_id: UUID, now: datetime) -> Escrow:
    """The payment was declined or its page has expired: the payer may try again."""
    escrow = queries.escrow_for_update(escrow_id)
    if ESCROW.allows(escrow.status, "funding_failed"):
        move(escrow, ESCROW, "funding_failed", actor=SYSTEM, now=now)
        bus.publish(events.EscrowFundingFailed(escrow_id=escrow.id, reference_id=escrow.reference_id), now=now)
    return escrow


@transaction.atomic
def cancel(*, escrow_id: UUID, actor: Actor, now: datetime) -> Escrow:
    """
    Call off what was never paid in.

    :raises IllegalTransition: once money is held; release or refund it.
    """
    escrow = queries.escrow_for_update(escrow_id)
    policies.check_can_refund(actor, escrow)
    return move(escrow, ESCROW, "cancel", actor=actor, now=now)


@transaction.atomic
def cancel_if_unpaid(*, escrow_id: UUID, actor: Actor, now: datetime) -> Escrow:
    """Call off what was never paid in; leaves an escrow that holds or has held money as it is."""
    escrow = queries.escrow_for_update(escrow_id)
    if ESCROW.allows(escrow.status, "cancel"):
        return cancel(escrow_id=escrow_id, actor=actor, now=now)
    return escrow


@transaction.atomic
def release(
    *, escrow_id: UUID, amount: Money | None, actor: Actor, now: datetime, kind: str = ReleaseKind.MANUAL
) -> Release:
    """
    Give held money to the payee, less fees: all that is left, or a part.

    :raises OnlyThePayerReleases: if the actor did not pay.
    :raises NothingHeld, AmountNotHeld: if there is not that much.
    """
    escrow = queries.escrow_for_update(escrow_id)
    policies.check_can_release(actor, escrow, kind)
    gross = _wanted(escrow, amount)
    taken = queries.taken(escrow)
    split = pricing_rules.split(
        gross,
        queries.terms(escrow),
        released=escrow.released,
        commission_taken=taken.commission,
        withheld_taken=taken.withheld,
    )
    fee = _fee_of(escrow, gross)
    verb = "release_rest" if gross == escrow.remaining else "release_part"
    changes = {"released_minor": escrow.released_minor + gross.amount_minor}
    move(escrow, ESCROW, verb, actor=actor, now=now, changes=changes)
    made = Release.objects.create(
        escrow=escrow,
        kind=kind,
        currency=escrow.currency,
        gross_minor=gross.amount_minor,
        commission_minor=split.commission.amount_minor,
        withheld_minor=split.withheld.amount_minor,
        net_minor=split.net.amount_minor,
        released_by_id=actor.user_id,
        released_at=now,
    )
    entry = entries.released(
        escrow_id=escrow.id,
        reference_id=escrow.reference_id,
        release_id=made.id,
        payee_id=escrow.payee_id,
        split=split,
        withholding_country=escrow.withholding_country,
        fee=fee,
        is_automatic=kind == ReleaseKind.AUTO,
    )
    ledger.record(entry, now=now)
    fact = events.EscrowReleased(
        escrow_id=escrow.id,
        release_id=made.id,
        payee_id=escrow.payee_id,
        net_minor=split.net.amount_minor,
        currency=escrow.currency,
    )
    bus.publish(fact, now=now)
    return made


@transaction.atomic
def refund(*, escrow_id: UUID, amount: Money | None, actor: Actor, now: datetime) -> Refund:
    """
    Send held money back to the payer, with its part of the employer's fee: all that is left, or a part.

    The amount is reserved at once; the settlement sends it. That both sides agreed is checked by the work above.

    :raises OnlyThePartiesAgree: if the actor is neither party.
    :raises NothingHeld, AmountNotHeld: if there is not that much.
    """
    escrow = queries.escrow_for_update(escrow_id)
    policies.check_can_refund(actor, escrow)
    back = _wanted(escrow, amount)
    fee = _fee_of(escrow, back)
    is_rest = back == escrow.remaining
    verb = "release_part" if not is_rest else "refund_rest" if escrow.released else "refund_all"
    changes = {"refunded_minor": escrow.refunded_minor + back.amount_minor}
    move(escrow, ESCROW, verb, actor=actor, now=now, changes=changes)
    assert escrow.funding_charge_id is not None  # held money came in by a charge
    made = payments.request_refund(
        charge_id=escrow.funding_charge_id, reference_id=escrow.id, amount=back + fee, now=now
    )
    entry = entries.refund_reserved(
        escrow_id=escrow.id, reference_id=escrow.reference_id, refund_id=made.id, amount=back, fee=fee
    )
    ledger.record(entry, now=now)
    fact = events.EscrowRefunded(
        escrow_id=escrow.id,
        refund_id=made.id,
        payer_id=escrow.payer_id,
        amount_minor=made.amount_minor,
        currency=escrow.currency,
    )
    bus.publish(fact, now=now)
    return made


@transaction.atomic
def warn_of_hold_limit(*, escrow_id: UUID, now: datetime) -> Escrow:
    """Tell both sides, once, that the limit for holding this money is near."""
    escrow = queries.escrow_for_update(escrow_id)
    if escrow.warned_at is None and escrow.status in queries.HOLDING and escrow.hold_until is not None:
        escrow.warned_at = now
        escrow.save(update_fields=["warned_at"])
        fact = events.EscrowHoldEnding(
            escrow.id, escrow.reference_id, escrow.payer_id, escrow.payee_id, escrow.hold_until
        )
        bus.publish(fact, now=now)
    return escrow


@transaction.atomic
def end_hold(*, escrow_id: UUID, now: datetime) -> Escrow:
    """The limit is here: what is still held goes back to the payer."""
    escrow = queries.escrow_for_update(escrow_id)
    if escrow.id in queries.hold_ended(now):
        refund(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=now)
        bus.publish(events.EscrowHoldEnded(escrow.id, escrow.reference_id), now=now)
    return escrow


def _wanted(escrow: Escrow, amount: Money | None) -> Money:
    holds = escrow.status in queries.HOLDING
    remaining = escrow.remaining if holds else Money.zero(escrow.currency)
    wanted = remaining if amount is None else amount
    policies.check_amount(wanted, remaining, fmt.money(remaining))
    return wanted


def _fee_of(escrow: Escrow, step: Money) -> Money:
    """The part of the employer's fee that falls to this step; the last step takes what is left."""
    return pricing_rules.earned_part(
        escrow.employer_fee, whole=escrow.amount, before=escrow.released + escrow.refunded, step=step
    )
