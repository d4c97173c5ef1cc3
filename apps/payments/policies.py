"""Who may see and move money."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.accounts import policies as accounts
from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid, NotAllowed, NotFound
from apps.common.money import Money
from apps.payments import queries
from apps.payments.models import Chargeback, FxQuote, PayoutAccount
from apps.payments.states import ChargebackStatus, PayoutAccountStatus


class PayoutAccountMissing(Conflict):
    code = "payout_account_missing"
    message = _("Enter the bank account that you want to be paid to first.")


class PayoutCountryUnsupported(Invalid):
    code = "payout_country_unsupported"
    message = _("We cannot pay out in %(country)s in %(currency)s. Choose one of: %(choices)s.")


class NothingToPayOut(Conflict):
    code = "nothing_to_pay_out"
    message = _("There is nothing to withdraw in %(currency)s.")


class AmountTooLarge(Invalid):
    code = "amount_too_large"
    message = _("You asked for more than your balance of %(balance)s.")


class AmountTooSmall(Invalid):
    code = "amount_too_small"
    message = _("The amount is too small to be paid out in %(currency)s.")


class QuoteExpired(Conflict):
    code = "quote_expired"
    message = _("This exchange rate is no longer valid. Look at the new one and confirm it.")


class QuoteUsed(Conflict):
    code = "quote_used"
    message = _("This exchange rate was already used for a payout.")


class QuoteOutdated(Conflict):
    code = "quote_outdated"
    message = _("Your bank account has changed since this quote. Ask for a new one.")


class OnlyStaff(NotAllowed):
    code = "only_staff"
    message = _("Only the marketplace's staff may do this.")


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


def check_is_staff(actor: Actor) -> None:
    """:raises OnlyStaff: for anybody else."""
    if not actor.is_staff:
        raise OnlyStaff


def check_can_submit_evidence(chargeback: Chargeback, text: str) -> None:
    """:raises EvidenceTooLate, EvidenceEmpty: as they say."""
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


def check_can_withdraw(actor: Actor, organization_id: UUID) -> None:
    """:raises NotAllowed: unless the actor acts for the organization with the capability to withdraw."""
    accounts.check_acts_for(actor, organization_id, "withdraw")


def can_withdraw(actor: Actor, organization_id: UUID) -> bool:
    return accounts.can_act_for(actor, organization_id, "withdraw")


def check_can_see_money(actor: Actor, organization_id: UUID) -> None:
    """Members see their organization's money; to anybody else it does not exist."""
    if not can_see_money(actor, organization_id):
        raise NotFound


def can_see_money(actor: Actor, organization_id: UUID) -> bool:
    return queries.sees_money_of(actor, organization_id)


def check_can_pay(actor: Actor, payer_id: UUID) -> None:
    """:raises NotAllowed: unless the actor acts for the payer with the capability to fund."""
    accounts.check_acts_for(actor, payer_id, "fund")


def can_pay(actor: Actor, payer_id: UUID) -> bool:
    return accounts.can_act_for(actor, payer_id, "fund")


def check_is_ready(account: PayoutAccount | None) -> PayoutAccount:
    """:raises PayoutAccountMissing: without an account that the processor has accepted."""
    if account is None or account.status != PayoutAccountStatus.ACTIVE:
        raise PayoutAccountMissing
    return account


def check_amount(amount: Money, balance: Money, balance_text: str) -> None:
    """:raises NothingToPayOut, AmountTooLarge, AmountTooSmall: as they say."""
    if balance.amount_minor <= 0:
        raise NothingToPayOut(currency=balance.currency)
    if amount > balance:
        raise AmountTooLarge(balance=balance_text, field="amount")
    if amount.amount_minor <= 0:
        raise AmountTooSmall(currency=amount.currency, field="amount")


def check_can_accept(quote: FxQuote, now: datetime) -> None:
    """:raises QuoteUsed, QuoteExpired, QuoteOutdated: when the quote no longer binds anybody."""
    if hasattr(quote, "payout"):
        raise QuoteUsed
    if quote.expires_at <= now:
        raise QuoteExpired
    if quote.account.status != PayoutAccountStatus.ACTIVE:
        raise QuoteOutdated
