"""Who may be paid which amount, where and when."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from stdnum import iban as ibans

from apps.accounts import policies as accounts
from apps.accounts.rules import Act
from apps.common import fmt
from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid
from apps.common.money import Money
from apps.compliance import policies as compliance
from apps.gateways.names import GatewayName
from apps.payouts.models import FxQuote, PayoutAccount
from apps.payouts.queries import liquidity, methods
from apps.payouts.states import PayoutAccountStatus


class PayoutAccountMissing(Conflict):
    code = "payout_account_missing"
    message = _("Enter the bank account that you want to be paid to first.")


class PayoutCountryUnsupported(Invalid):
    code = "payout_country_unsupported"
    message = _("We cannot pay out in %(country)s in %(currency)s. Choose one of: %(choices)s.")


class GatewayNotOffered(Invalid):
    code = "gateway_not_offered"
    field = "gateway"
    message = _("We do not pay in this way in your country and currency.")


class AccountNotReached(Invalid):
    code = "account_not_reached"
    field = "account_number"
    message = _("Our bank does not reach accounts in %(country)s in %(currency)s.")


class NumberWrong(Invalid):
    code = "account_number_wrong"
    field = "account_number"
    message = _("This is not an IBAN: a letter or digit is wrong or missing. Compare it with your bank's.")


class GatewayDoesNotExchange(Conflict):
    code = "gateway_does_not_exchange"
    message = _(
        "Your account is paid in %(currency)s and by a way that exchanges nothing, so a balance in %(source)s cannot "
        "go there. Choose the payment processor as the way you are paid to withdraw it."
    )


class InsufficientLiquidity(Conflict):
    """`gateway` and `missing` are for staff, who have to move cash."""

    code = "insufficient_liquidity"
    message = _(
        "%(amount)s cannot be paid in this way just now: our account there does not hold enough. Nothing was taken "
        "from your balance. Our staff have been notified and will move money there. Try again tomorrow, withdraw "
        "less, or choose another way to be paid."
    )

    def __init__(self, *, gateway: str, missing: Money, amount: Money) -> None:
        super().__init__(amount=amount)
        self.gateway, self.missing = gateway, missing


class AccountTooNew(Conflict):
    code = "payout_account_too_new"
    message = _(
        "Your bank account was changed a short time ago. To protect you, the first payout to it can be asked for from "
        "%(moment)s on."
    )


class CountryUnderReview(Conflict):
    code = "country_under_review"
    message = _(
        "The country of your organization was changed. Our staff look at it before money is paid out; you need not do "
        "anything."
    )


class QuoteExpired(Conflict):
    code = "quote_expired"
    message = _("This exchange rate is no longer valid. Look at the new one and confirm it.")


class QuoteUsed(Conflict):
    code = "quote_used"
    message = _("This exchange rate was already used for a payout.")


class QuoteOutdated(Conflict):
    code = "quote_outdated"
    message = _("Your bank account has changed since this quote. Ask for a new one.")


def check_can_withdraw(actor: Actor, organization_id: UUID) -> None:
    """:raises NotAllowed: unless the actor acts for the organization with the capability to withdraw."""
    accounts.check_may(actor, Act.WITHDRAW, organization_id)


def can_withdraw(actor: Actor, organization_id: UUID) -> bool:
    return accounts.may(actor, Act.WITHDRAW, organization_id)


def check_can_change_account(actor: Actor, organization_id: UUID) -> None:
    """
    :raises NotAllowed: unless the actor may withdraw for the organization.
    :raises FreshLoginNeeded: unless the person logged in recently.
    :raises NotByKey: if the actor is an API key.
    """
    accounts.check_may(actor, Act.CHANGE_PAYOUT_ACCOUNT, organization_id)


def check_can_set_automatic(actor: Actor, organization_id: UUID) -> None:
    """Raises the same errors as `check_can_change_account`."""
    accounts.check_may(actor, Act.SET_AUTOMATIC_PAYOUTS, organization_id)


def waits_until(account: PayoutAccount | None, now: datetime) -> datetime | None:
    """The moment from which a changed account can be paid to; None if it already can."""
    if account is None or account.payable_from is None or account.payable_from <= now:
        return None
    return account.payable_from


def check_may_leave(account: PayoutAccount, now: datetime) -> None:
    """
    Check that money may be paid to this account now. Called for the quote, its acceptance and the sending.

    :raises AccountTooNew: for some time after the account replaced another one.
    :raises CountryUnderReview: until staff have reviewed a changed country.
    :raises compliance.CorridorClosed: if law or reach forbid it now.
    """
    if account.payable_from is not None and now < account.payable_from:
        raise AccountTooNew(moment=account.payable_from)
    organization = account.organization
    if organization.country_review_since is not None:
        raise CountryUnderReview
    for country in {organization.country, account.country}:
        compliance.check_can_be_paid(payer_country=country, payee_country=country, on=now.date())


def check_is_ready(account: PayoutAccount | None) -> PayoutAccount:
    """:raises PayoutAccountMissing: if there is no account, or the processor has not accepted it."""
    if account is None or account.status != PayoutAccountStatus.ACTIVE:
        raise PayoutAccountMissing
    return account


def check_is_paid_by(gateway: str, account_number: str, *, country: str, currency: str, on: date) -> None:
    """
    Check that a gateway that pays from our own balance can pay to this number, in this country.

    :raises GatewayNotOffered: if the gateway does not pay in this country and currency.
    :raises NumberWrong: if the number is not a valid IBAN.
    :raises AccountNotReached: if our bank cannot pay to the account's country in this currency.
    """
    offered = methods.payout_methods_for(country=country, on=on)
    if not any(item.name == gateway and currency in item.currencies for item in offered):
        raise GatewayNotOffered
    if gateway != GatewayName.BANK:
        return
    if not ibans.is_valid(account_number):
        raise NumberWrong
    at_home = ibans.compact(account_number)[:2]
    reached = methods.countries_paid_by(gateway, currency=currency, on=on)
    if at_home not in reached and "" not in reached:
        raise AccountNotReached(country=fmt.Country(at_home), currency=currency)


def check_liquidity(account: PayoutAccount, amount: Money, source_currency: str) -> None:
    """
    A gateway that pays from our own balance exchanges no currency, and pays at most its uncommitted balance.

    :raises GatewayDoesNotExchange: if the balance has another currency than the account.
    :raises InsufficientLiquidity: if the uncommitted balance is too low. Neither is raised for the processor, which
        queues payouts itself.
    """
    if not liquidity.pays_by_itself(account):
        return
    if source_currency != account.currency:
        raise GatewayDoesNotExchange(currency=account.currency, source=source_currency)
    free = liquidity.cash_at(account.gateway, amount.currency).free
    if free < amount:
        raise InsufficientLiquidity(gateway=account.gateway, missing=amount - free, amount=amount)


def check_can_accept(quote: FxQuote, now: datetime) -> None:
    """:raises QuoteUsed, QuoteExpired, QuoteOutdated: if the quote is not valid any more."""
    if hasattr(quote, "payout"):
        raise QuoteUsed
    if quote.expires_at <= now:
        raise QuoteExpired
    if quote.account.status != PayoutAccountStatus.ACTIVE:
        raise QuoteOutdated
