"""Fund an escrow: by a charge, from the payer's credit, or both."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation

from apps.accounts.models import Organization
from apps.accounts.policies import check_are_strangers
from apps.accounts.queries import organizations
from apps.common.actors import SYSTEM, Actor
from apps.common.errors import IllegalTransition
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.common.operations import move
from apps.compliance import policies as compliance
from apps.escrow import entries, events, policies, rules
from apps.escrow.models import Escrow
from apps.escrow.queries import escrows
from apps.escrow.states import ESCROW, EscrowStatus
from apps.gateways.names import GatewayName
from apps.ledger import operations as ledger
from apps.ledger.entries import event_key
from apps.outbox import bus
from apps.payments.models import Charge
from apps.payments.operations import charges as charge_operations
from apps.payments.queries import charges as charge_queries
from apps.payments.queries import methods, refunds
from apps.payments.states import ChargeStatus
from apps.pricing import rules as pricing_rules
from apps.pricing.queries import fees


@transaction.atomic
def open_escrow(
    *,
    payer_id: UUID,
    payee_id: UUID,
    reference_id: UUID,
    memo: str,
    amount: Money,
    actor: Actor,
    now: datetime,
    is_owed_back: bool | None = None,
) -> Escrow:
    """
    Open an escrow for one piece of work, on today's terms. Moves no money.

    :param is_owed_back: whether the payee owes back lost chargebacks, as the parties agreed; None takes today's
        setting.

    :raises NotAllowed: unless the actor may pay for the payer.
    :raises CorridorClosed: if the money could not be paid out to the payee.
    :raises AmountNotPayable: if the processor cannot charge such small units of the currency.
    """
    policies.check_can_fund(actor, payer_id)
    check_are_strangers(payer_id, payee_id, since=now)
    payer, payee = organizations.organization(payer_id), organizations.organization(payee_id)
    compliance.check_can_be_paid(payer_country=payer.country, payee_country=payee.country, on=now.date())
    return Escrow.objects.create(
        payer=payer,
        payee=payee,
        reference_id=reference_id,
        memo=memo[:300],
        is_owed_back=settings.CHARGEBACK_IS_OWED_BACK if is_owed_back is None else is_owed_back,
        opened_at=now,
        **_price(payer, payee, amount, now),
    )


def _price(payer: Organization, payee: Organization, amount: Money, now: datetime) -> dict[str, Any]:
    """
    The columns of an escrow that depend on its amount and on today's terms.

    :raises AmountNotPayable: if the processor cannot charge such small units of the currency.
    """
    terms = fees.terms(payer.country, payee.country, now.date(), paid_before=fees.paid_between(payer.id, payee.id))
    payable = refunds.chargeable(amount)
    if payable != amount:
        raise policies.AmountNotPayable(currency=amount.currency, nearest=payable)
    fee = pricing_rules.employer_fee(amount, terms.employer_fee_bps)
    return {
        "amount_minor": amount.amount_minor,
        "currency": amount.currency,
        "employer_fee_minor": refunds.chargeable(amount + fee).amount_minor - amount.amount_minor,
        "commission_bps": terms.commission_bps,
        "withholding_bps": terms.withholding_bps,
        "withholding_country": terms.withholding_country,
        "tax_bps": terms.tax_bps,
        "tax_country": terms.tax_country,
        "fee_tax_bps": terms.fee_tax_bps,
        "fee_tax_country": terms.fee_tax_country,
    }


@transaction.atomic
def reprice(*, escrow_id: UUID, amount: Money, now: datetime) -> Escrow:
    """
    Give an escrow that nothing was paid into another amount, on today's terms. A payment of the earlier amount that
    still arrives becomes the payer's credit. The layer above checks that both sides agreed.

    :raises AmountNotPayable: if the processor cannot charge such small units of the currency.
    :raises IllegalTransition: unless it waits for a first payment.
    """
    escrow = escrows.escrow_for_update(escrow_id)
    if escrow.status != EscrowStatus.PENDING or escrow.credit_minor:
        raise IllegalTransition(state=EscrowStatus(escrow.status))
    price = _price(escrow.payer, escrow.payee, amount, now)
    for name, value in price.items():
        setattr(escrow, name, value)
    escrow.save(update_fields=list(price))
    return escrow


def make_way_for_payment(*, escrow_id: UUID, actor: Actor, now: datetime, method: str, despite_pending: bool) -> None:
    """
    Prevent a double payment. Payment pages of other methods are closed. Money that may already be on its way (a
    transfer that was sent, a payment that takes days) blocks a second payment unless the payer confirms it.

    Not atomic: pages are closed at the processor, outside any transaction.

    :raises NotAllowed: unless the actor may pay for the payer.
    :raises PaymentPending: if money is on its way and `despite_pending` is false.
    :raises PaymentMade: if one of the pages is already paid.
    """
    escrow = Escrow.objects.select_related("payer").get(id=escrow_id)
    policies.check_can_fund(actor, escrow.payer_id)
    names = _gateways(escrow_id, now)
    chosen = method if method in names else names[0]
    for charge in charge_queries.open_charges_of(escrow_id):
        is_on_its_way = charge_queries.is_on_its_way(charge)
        if charge.gateway == chosen and charge.status != ChargeStatus.PROCESSING:
            continue  # the same page is returned again
        if is_on_its_way and not despite_pending:
            raise policies.PaymentPending(amount=charge.amount, method=GatewayName(charge.gateway))
        if charge.status != ChargeStatus.PROCESSING:
            charge_operations.cancel_charge(charge_id=charge.id, actor=actor, now=now)


def start_funding(
    *,
    escrow_id: UUID,
    actor: Actor,
    now: datetime,
    return_url: str,
    cancel_url: str = "",
    language: str = "",
    method: str = "",
) -> Charge:
    """
    Open a checkout for the amount and the employer's fee, less the employer's credit. Returns the charge with its
    `checkout_url`.

    Not atomic as a whole: the charge is recorded first, then the processor is called outside any transaction. A
    repeated call returns the same checkout while it is open.

    :param method: the gateway that the payer chose; otherwise the first one that accepts this payer's money. If a
        gateway cannot open a page, the next one is used: compare the charge's `gateway`.

    :raises NotAllowed: unless the actor may pay for the payer.
    :raises PaymentUnavailable, PaymentRefused: from the last gateway tried; nothing was charged.
    """
    spoken = language or translation.get_language() or "en"
    names = _gateways(escrow_id, now)
    chosen = method if method in names else names[0]
    charge = _ask_payer(
        escrow_id=escrow_id,
        actor=actor,
        now=now,
        urls=(return_url, cancel_url or return_url),
        language=spoken,
        gateway=chosen,
    )
    return charge_operations.open_checkout_with_fallback(charge=charge, others=names, actor=actor, now=now)


def _gateways(escrow_id: UUID, now: datetime) -> list[str]:
    """The gateways that accept this payer's money, in order of preference; never empty."""
    escrow = Escrow.objects.select_related("payer").get(id=escrow_id)
    result = methods.methods_for(country=escrow.payer.country, currency=escrow.currency, on=now.date())
    return [item.name for item in result] or [settings.PAYMENT_GATEWAY]


@transaction.atomic
def _ask_payer(
    *, escrow_id: UUID, actor: Actor, now: datetime, urls: tuple[str, str], language: str, gateway: str
) -> Charge:
    escrow = escrows.escrow_for_update(escrow_id)
    policies.check_can_fund(actor, escrow.payer_id)
    if escrow.status != EscrowStatus.FUNDING:
        move(escrow, ESCROW, "start_funding", actor=actor, now=now)
    return charge_operations.create_charge(
        payer_id=escrow.payer_id,
        reference_id=escrow.id,
        amount=escrow.to_charge,
        memo=escrow.memo,
        success_url=urls[0],
        cancel_url=urls[1],
        language=language,
        gateway=gateway,
        actor=actor,
        now=now,
    )


@transaction.atomic
def use_credit(*, escrow_id: UUID, actor: Actor, now: datetime) -> Escrow:
    """
    Pay from the payer's credit: all of it if the credit covers the total (the escrow is then funded), else as much as
    possible; a charge pays the rest. Reserved credit is returned if the rest is never paid.

    :raises NotAllowed: unless the actor may pay for the payer.
    """
    escrow = escrows.escrow_for_update(escrow_id)
    policies.check_can_fund(actor, escrow.payer_id)
    # The amount of an open payment page is fixed, so credit cannot be used while one is open.
    if escrow.credit or charge_queries.open_charge_of(escrow.id) or not ESCROW.allows(escrow.status, "fund"):
        return escrow
    usable = escrows.usable_credit(escrow.payer_id, amount=escrow.amount, total=escrow.total)
    if usable == escrow.total:
        return _funded_from_credit(escrow, actor, now)
    if usable:
        entry = entries.credit_reserved(
            escrow_id=escrow.id,
            reference_id=escrow.reference_id,
            payer_id=escrow.payer_id,
            attempt_id=uuid7(),
            amount=usable,
        )
        escrow.credit_minor, escrow.credit_entry_id = usable.amount_minor, ledger.record(entry, now=now)
        escrow.save(update_fields=["credit_minor", "credit_entry_id"])
    return escrow


def _funded_from_credit(escrow: Escrow, actor: Actor, now: datetime) -> Escrow:
    changes = {
        "credit_minor": escrow.total.amount_minor,
        "funded_at": now,
        "hold_until": rules.hold_until(now, settings.PLATFORM_COUNTRY),
    }
    move(escrow, ESCROW, "fund", actor=actor, now=now, changes=changes)
    entry = entries.funded_from_credit(
        escrow_id=escrow.id,
        reference_id=escrow.reference_id,
        payer_id=escrow.payer_id,
        amount=escrow.amount,
        fee=escrow.employer_fee,
    )
    ledger.record(entry, now=now)
    bus.publish(events.EscrowFunded(escrow_id=escrow.id, reference_id=escrow.reference_id), now=now)
    return escrow


def _return_credit(escrow: Escrow, now: datetime) -> dict[str, object]:
    """Return reserved credit to the payer. Returns the columns to change."""
    if escrow.credit_entry_id is None:
        return {}
    key = event_key("escrow.credit_returned", escrow.credit_entry_id)
    ledger.reverse(journal_id=escrow.credit_entry_id, key=key, memo=escrow.memo[:60], now=now)
    return {"credit_minor": 0, "credit_entry_id": None}


@transaction.atomic
def confirm_funding(*, escrow_id: UUID, charge_id: UUID, amount: Money, gateway: str, now: datetime) -> Escrow:
    """
    Hold the money after the processor received it. Calling it twice changes nothing. A duplicate payment, a payment of
    another amount or one after cancellation becomes the employer's credit.
    """
    escrow = escrows.escrow_for_update(escrow_id)
    if escrow.funding_charge_id == charge_id:
        return escrow
    if not ESCROW.allows(escrow.status, "fund") or amount != escrow.to_charge:
        entry = entries.paid_in_vain(
            escrow_id=escrow.id,
            reference_id=escrow.reference_id,
            charge_id=charge_id,
            gateway=gateway,
            payer_id=escrow.payer_id,
            amount=amount,
        )
        ledger.record(entry, now=now)
        vain = events.EscrowPaidInVain(escrow.id, charge_id, escrow.payer_id, amount.amount_minor, amount.currency)
        bus.publish(vain, now=now)
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
        credit_used=escrow.credit,
    )
    ledger.record(entry, now=now)
    bus.publish(events.EscrowFunded(escrow_id=escrow.id, reference_id=escrow.reference_id), now=now)
    return escrow


@transaction.atomic
def funding_failed(
    *, escrow_id: UUID, now: datetime, charge_id: UUID | None = None, is_cancelled: bool = False
) -> Escrow:
    """
    A payment page closed and nothing was charged: its reserved credit is returned and the payer may try again. Nothing
    changes while another payment of the same escrow is open.

    :param charge_id: the charge whose page closed.
    """
    escrow = escrows.escrow_for_update(escrow_id)
    others = charge_queries.open_charges_of(escrow.id)
    if any(other.id != charge_id for other in others):
        return escrow
    if ESCROW.allows(escrow.status, "fund"):
        returned = _return_credit(escrow, now)
        for name, value in returned.items():
            setattr(escrow, name, value)
        escrow.save(update_fields=list(returned) or ["status"])
    if ESCROW.allows(escrow.status, "funding_failed"):
        move(escrow, ESCROW, "funding_failed", actor=SYSTEM, now=now)
        failed = events.EscrowFundingFailed(escrow.id, escrow.reference_id, is_cancelled=is_cancelled)
        bus.publish(failed, now=now)
    return escrow


@transaction.atomic
def cancel(*, escrow_id: UUID, actor: Actor, now: datetime) -> Escrow:
    """
    Cancel an escrow that was never funded.

    :raises IllegalTransition: once money is held; release or refund it instead.
    """
    escrow = escrows.escrow_for_update(escrow_id)
    policies.check_can_refund(actor, escrow)
    ESCROW.next(escrow.status, "cancel")
    return move(escrow, ESCROW, "cancel", actor=actor, now=now, changes=_return_credit(escrow, now))


@transaction.atomic
def cancel_if_unpaid(*, escrow_id: UUID, actor: Actor, now: datetime) -> Escrow:
    """Cancel the escrow if it was never funded; otherwise change nothing."""
    escrow = escrows.escrow_for_update(escrow_id)
    if ESCROW.allows(escrow.status, "cancel"):
        return cancel(escrow_id=escrow_id, actor=actor, now=now)
    return escrow
