"""Who may see and pay charges, and answer chargebacks."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.accounts import policies as accounts
from apps.accounts.rules import Act
from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid, NotFound
from apps.common.money import Money
from apps.payments.models import Charge, Chargeback
from apps.payments.queries import charges
from apps.payments.states import ChargebackStatus, ChargeStatus


class PaymentUnderWay(Conflict):
    code = "payment_under_way"
    message = _("This payment is on its way at the processor and cannot be cancelled any more.")


class PaymentMade(Conflict):
    code = "payment_made"
    message = _("This payment has arrived already, so there is nothing to cancel.")


class EvidenceTooLate(Conflict):
    code = "evidence_too_late"
    message = _("Evidence is no longer taken for this chargeback: it was handed in, or the bank has decided.")


class EvidenceEmpty(Invalid):
    code = "evidence_empty"
    message = _("Write what speaks for the payment.")
    field = "text"


class NotLost(Conflict):
    code = "chargeback_not_lost"
    message = _("This chargeback is not lost: nobody has to bear it.")


def check_can_submit_evidence(chargeback: Chargeback, text: str) -> None:
    """
    :raises EvidenceTooLate: if the evidence was submitted, or the bank has decided.
    :raises EvidenceEmpty: if the text is empty.
    """
    if not can_submit_evidence(chargeback):
        raise EvidenceTooLate
    if not text.strip():
        raise EvidenceEmpty


def can_submit_evidence(chargeback: Chargeback) -> bool:
    return chargeback.status == ChargebackStatus.OPENED


def check_is_lost(chargeback: Chargeback) -> None:
    """:raises NotLost: unless the bank has decided against us."""
    if chargeback.status != ChargebackStatus.LOST:
        raise NotLost


def check_can_see_money(actor: Actor, organization_id: UUID) -> None:
    """:raises NotFound: unless the actor is a member who may see the organization's money, or staff."""
    if not can_see_money(actor, organization_id):
        raise NotFound


def can_see_money(actor: Actor, organization_id: UUID) -> bool:
    return charges.sees_money_of(actor, organization_id)


def check_can_pay(actor: Actor, payer_id: UUID) -> None:
    """:raises NotAllowed: unless the actor may pay for the payer."""
    accounts.check_may(actor, Act.PAY, payer_id)


def check_can_cancel_charge(actor: Actor, charge: Charge) -> None:
    """
    :raises NotAllowed: unless the actor may pay for the payer.
    :raises PaymentUnderWay: if the money is on its way.
    :raises PaymentMade: if the money has arrived.
    """
    check_can_pay(actor, charge.payer_id)
    if charge.status == ChargeStatus.PROCESSING:
        raise PaymentUnderWay
    if charge.status == ChargeStatus.SUCCEEDED:
        raise PaymentMade


def can_cancel_charge(actor: Actor, charge: Charge) -> bool:
    if charge.status not in (ChargeStatus.CREATED, ChargeStatus.OPEN):
        return False
    return can_pay(actor, charge.payer_id)


def can_pay(actor: Actor, payer_id: UUID) -> bool:
    return accounts.may(actor, Act.PAY, payer_id)


class NothingToPayOut(Conflict):
    code = "nothing_to_pay_out"
    message = _("There is nothing to withdraw in %(currency)s.")


class AmountTooLarge(Invalid):
    code = "amount_too_large"
    message = _("You asked for more than your balance of %(balance)s.")


class AmountTooSmall(Invalid):
    code = "amount_too_small"
    message = _("The amount is too small to be paid out in %(currency)s.")


def check_amount(amount: Money, balance: Money) -> None:
    """
    :raises NothingToPayOut: if the balance is not positive.
    :raises AmountTooLarge: if the amount is more than the balance.
    :raises AmountTooSmall: if the amount is not positive.
    """
    if balance.amount_minor <= 0:
        raise NothingToPayOut(currency=balance.currency)
    if amount > balance:
        raise AmountTooLarge(balance=balance, field="amount")
    if amount.amount_minor <= 0:
        raise AmountTooSmall(currency=amount.currency, field="amount")
