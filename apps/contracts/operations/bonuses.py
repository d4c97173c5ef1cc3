"""A bonus: money on top of the price, released to the freelancer as soon as the payment arrives."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from apps.common import limits
from apps.common.actors import SYSTEM, Actor
from apps.common.money import Money
from apps.common.operations import move
from apps.contracts import errors, events, policies, terms
from apps.contracts.models import Bonus
from apps.contracts.queries import bonuses as queries
from apps.contracts.queries.contracts import contract_for_update
from apps.contracts.states import BONUS, BonusStatus
from apps.escrow.operations import funding, releases
from apps.escrow.policies import AmountNotPayable
from apps.escrow.queries import escrows
from apps.escrow.states import ReleaseKind
from apps.outbox import bus
from apps.payments.queries import refunds
from apps.spending import operations as spending
from apps.spending.models import Approval

if TYPE_CHECKING:
    from apps.payments.models import Charge


@transaction.atomic
def give_bonus(
    *, contract_id: UUID, amount: Money, note: str, source_language: str, actor: Actor, now: datetime
) -> Bonus:
    """
    Note a bonus; it is paid with `pay_bonus`. Moves no money.

    :raises NoBonusHere: before the freelancer has accepted the contract.
    :raises AmountNotPayable: if the amount cannot be paid to its last digit.
    """
    contract = contract_for_update(contract_id)
    policies.check_can_give_bonus(actor, contract)
    limits.spend("give_bonus", actor.user_id, now=now)
    if amount.currency != contract.currency or not 0 < amount.amount_minor <= terms.AMOUNT_MAX:
        raise errors.BonusAmountMissing
    payable = refunds.chargeable(amount)
    if payable != amount:
        raise AmountNotPayable(currency=amount.currency, nearest=payable)
    return Bonus.objects.create(
        contract=contract,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        note=note.strip()[:1000],
        source_language=source_language,
        given_by_id=actor.person_id,
        given_at=now,
    )


def pay_bonus(
    *,
    bonus_id: UUID,
    actor: Actor,
    now: datetime,
    return_url: str,
    cancel_url: str = "",
    use_credit: bool = False,
    budget_id: UUID | None = None,
    purchase_order: str = "",
    method: str = "",
    despite_pending: bool = False,
) -> Charge | None:
    """
    Open a checkout for the bonus and its fee. Returns the charge with its `checkout_url`, or None if the employer's
    credit paid all of it.

    Not atomic as a whole: the payment processor is called outside any transaction.

    :raises PaymentPending: if a payment is pending and `despite_pending` is not set.
    :raises ApprovalNeeded, OverMonthlyLimit, OverMemberLimit, OverBudget: by the employer's own spending rules.
    """
    escrow_id = queries.escrow_id_of(bonus_id)
    if escrow_id is not None:
        funding.make_way_for_payment(
            escrow_id=escrow_id, actor=actor, now=now, method=method, despite_pending=despite_pending
        )
    escrow_id = prepare_bonus(
        bonus_id=bonus_id, actor=actor, now=now, budget_id=budget_id, purchase_order=purchase_order
    )
    if use_credit and not funding.use_credit(escrow_id=escrow_id, actor=actor, now=now).to_charge:
        return None
    return funding.start_funding(
        escrow_id=escrow_id, actor=actor, now=now, return_url=return_url, cancel_url=cancel_url, method=method
    )


@transaction.atomic
def prepare_bonus(
    *, bonus_id: UUID, actor: Actor, now: datetime, budget_id: UUID | None = None, purchase_order: str = ""
) -> UUID:
    """Open the bonus's escrow and count it towards the employer's limits. Returns the escrow's id. Moves no money."""
    bonus = queries.bonus_for_update(bonus_id)
    policies.check_can_pay_bonus(actor, bonus)
    purpose = _purpose(bonus, budget_id, purchase_order, actor, now)
    spending.reserve(organization_id=bonus.contract.employer_id, purpose=purpose, actor=actor, now=now)
    move(bonus, BONUS, "start_payment", actor=actor, now=now)
    assert bonus.escrow_id is not None
    return bonus.escrow_id


@transaction.atomic
def request_approval(
    *,
    bonus_id: UUID,
    actor: Actor,
    now: datetime,
    budget_id: UUID | None = None,
    purchase_order: str = "",
    note: str = "",
) -> Approval:
    """Request a second person's approval, within the employer, to pay a bonus."""
    bonus = queries.bonus_for_update(bonus_id)
    policies.check_can_give_bonus(actor, bonus.contract)
    BONUS.next(bonus.status, "start_payment")
    purpose = _purpose(bonus, budget_id, purchase_order, SYSTEM, now)
    return spending.request_approval(
        organization_id=bonus.contract.employer_id, purpose=purpose, note=note, actor=actor, now=now
    )


def _purpose(
    bonus: Bonus, budget_id: UUID | None, purchase_order: str, actor: Actor, now: datetime
) -> spending.Purpose:
    if bonus.escrow_id is None:
        contract = bonus.contract
        held = funding.open_escrow(
            payer_id=contract.employer_id,
            payee_id=contract.freelancer_id,
            reference_id=bonus.id,
            memo=f"{contract.title}: Bonus",
            amount=bonus.amount,
            is_owed_back=bool(contract.terms.get("chargeback_is_owed_back", False)),
            actor=actor,
            now=now,
        )
        bonus.escrow_id = held.id
        bonus.save(update_fields=["escrow_id"])
    else:
        held = escrows.escrow_for_update(bonus.escrow_id)
    return spending.Purpose(bonus.id, held.memo, held.total, budget_id, purchase_order)


@transaction.atomic
def cancel_bonus(*, bonus_id: UUID, actor: Actor, now: datetime) -> Bonus:
    """
    Decide not to pay it.

    :raises IllegalTransition: once a payment was started; cancel the payment first.
    """
    bonus = queries.bonus_for_update(bonus_id)
    policies.check_can_give_bonus(actor, bonus.contract)
    move(bonus, BONUS, "cancel", actor=actor, now=now)
    if bonus.escrow_id is not None:
        funding.cancel_if_unpaid(escrow_id=bonus.escrow_id, actor=SYSTEM, now=now)
    spending.void_approval(reference_id=bonus.id, now=now)
    return bonus


@transaction.atomic
def bonus_funded(*, bonus_id: UUID, now: datetime) -> Bonus | None:
    """Handle the arrival of the money: release all of it to the freelancer, less fees. Safe to call twice."""
    if queries.bonus_by_reference(bonus_id) is None:
        return None
    bonus = queries.bonus_for_update(bonus_id)
    if not BONUS.allows(bonus.status, "pay"):
        return bonus
    assert bonus.escrow_id is not None
    releases.release(escrow_id=bonus.escrow_id, amount=None, actor=SYSTEM, now=now, kind=ReleaseKind.BONUS)
    move(bonus, BONUS, "pay", actor=SYSTEM, now=now, changes={"paid_at": now})
    bus.publish(events.BonusPaid(contract_id=bonus.contract_id, bonus_id=bonus.id), now=now)
    return bonus


@transaction.atomic
def bonus_payment_failed(*, bonus_id: UUID, now: datetime) -> Bonus | None:
    """The payment page closed and no money was taken; the employer can pay again."""
    if queries.bonus_by_reference(bonus_id) is None:
        return None
    bonus = queries.bonus_for_update(bonus_id)
    if bonus.status == BonusStatus.AWAITING_PAYMENT:
        move(bonus, BONUS, "payment_failed", actor=SYSTEM, now=now)
    return bonus
