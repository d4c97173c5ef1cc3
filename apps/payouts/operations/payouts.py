"""Payouts: a quote that binds us for a while, accepted once, reserved in the ledger and sent by the dispatch job."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.common.actors import SYSTEM, Actor
from apps.common.clock import Clock
from apps.common.ids import document_number, uuid7
from apps.common.money import Money
from apps.common.operations import move
from apps.gateways import policies as gateway_policies
from apps.gateways import registry
from apps.gateways.protocols.movements import Movement, TransferState
from apps.gateways.protocols.payouts import Outbound
from apps.gateways.protocols.transfers import RecipientBalances, Transfer
from apps.gateways.stripe import amounts
from apps.ledger import operations as ledger
from apps.ledger.entries import event_key
from apps.ledger.queries import books
from apps.outbox import bus
from apps.payments import policies as payment_policies
from apps.payouts import entries, events, policies
from apps.payouts.models import FxQuote, Payout, PayoutAccount
from apps.payouts.operations.liquidity import recording_shortages
from apps.payouts.queries import accounts, liquidity, wallet
from apps.payouts.queries import payouts as payout_queries
from apps.payouts.states import PAYOUT, PayoutStatus
from apps.pricing import rules as pricing_rules
from apps.pricing.queries import fees, rates


def refresh_payout(*, payout_id: UUID, clock: Clock = timezone.now) -> bool:
    """
    Look up a payout at the gateway. A payout that is still being sent is left to the dispatch job, which looks it up
    itself. Returns False if the payout does not exist.
    """
    payout = Payout.objects.select_related("account").filter(id=payout_id).first()
    if payout is None:
        return False
    if payout.remote_payout_id:
        account_id = payout.account.remote_account_id
        if payout.is_cross_border:
            outbound = registry.gateway(payout.gateway).find_cross_border(payout_id=payout.id, account_id=account_id)
            movement = outbound.movement if outbound else None
        else:
            balances = registry.gateway_with(payout.gateway, RecipientBalances)
            movement = balances.find_payout(payout_id=payout.id, account_id=account_id)
        if movement is not None:
            payout_answered(payout_id=payout.id, movement=movement, now=clock())
    return True


QUOTE_LIFE = timedelta(minutes=15)


def quote_payout(*, organization_id: UUID, currency: str, amount: Money | None, actor: Actor, now: datetime) -> FxQuote:
    """
    A quote of the amount that the bank account would receive for a balance, valid for 15 minutes. Moves no money.

    :param currency: the currency of the balance.
    :param amount: the amount in that currency; None for the whole balance.

    :raises PayoutAccountMissing: if there is no active account.
    :raises NothingToPayOut: if the balance is empty.
    :raises AmountTooLarge: if the amount is more than the balance.
    :raises AmountTooSmall: if nothing would arrive after conversion or rounding.
    :raises NoRate, RateTooOld: if there is no current official rate to the account's currency.
    :raises GatewayDoesNotExchange, InsufficientLiquidity: from a gateway that pays from our own balance; staff are
        notified of the second.
    """
    with recording_shortages(now):
        return _quote(organization_id, currency, amount, actor, now)


@transaction.atomic
def _quote(organization_id: UUID, currency: str, amount: Money | None, actor: Actor, now: datetime) -> FxQuote:
    policies.check_can_withdraw(actor, organization_id)
    gateway_policies.check_is_not_frozen(organization_id)
    account = policies.check_is_ready(accounts.payout_account_of(organization_id))
    policies.check_may_leave(account, now)
    balance = wallet.available(organization_id, currency)
    wanted_amount = balance if amount is None else amount
    payment_policies.check_amount(wanted_amount, balance)
    policies.check_liquidity(account, wanted_amount, wanted_amount.currency)
    return _price(account, wanted_amount, now)


def _price(account: PayoutAccount, amount: Money, now: datetime) -> FxQuote:
    if amount.currency == account.currency:
        source = target = mid_amount = amounts.sendable(amount, is_payout=True)
        mid, rate, margin_bps, rate_date, origin = Decimal(1), Decimal(1), 0, now.date(), "identity"
    else:
        mid_rate = rates.mid_rate(amount.currency, account.currency, now.date())
        margin_bps = fees.exchange_margin_bps(account.country, now.date())
        converted = pricing_rules.convert(amount, mid=mid_rate.value, margin_bps=margin_bps, currency=account.currency)
        source, mid_amount = amount, converted.mid
        target = amounts.sendable(converted.target, is_payout=True)
        mid, rate, rate_date, origin = mid_rate.value, converted.customer_rate, mid_rate.rate_date, mid_rate.source
    if target.amount_minor <= 0:
        raise payment_policies.AmountTooSmall(currency=account.currency, field="amount")
    return FxQuote.objects.create(
        account=account,
        amount_from_minor=source.amount_minor,
        currency_from=source.currency,
        amount_to_minor=target.amount_minor,
        currency_to=target.currency,
        amount_mid_minor=mid_amount.amount_minor,
        mid=round(mid, 12),
        customer_rate=rate,
        margin_bps=margin_bps,
        rate_date=rate_date,
        source=origin,
        quoted_at=now,
        expires_at=now + QUOTE_LIFE,
    )


def accept_quote(*, quote_id: UUID, actor: Actor, now: datetime, is_automatic: bool = False) -> Payout:
    """
    Accept a quote: its amounts are reserved unchanged and the payout waits to be sent. A quote can be used once.

    :raises QuoteExpired, QuoteUsed, QuoteOutdated: if the quote is not valid any more; it is never priced again
        automatically.
    :raises NotEnoughMoney: if the balance has become too small.
    :raises WithdrawalsFrozen: while a movement of the organization's money waits for reconciliation.
    :raises InsufficientLiquidity: if the gateway's balance has become too low; nothing is reserved, staff are notified.
    """
    with recording_shortages(now):
        return _accept(quote_id, actor, now, is_automatic)


@transaction.atomic
def _accept(quote_id: UUID, actor: Actor, now: datetime, is_automatic: bool) -> Payout:
    quote = FxQuote.objects.select_for_update(of=("self",)).select_related("account__organization").get(id=quote_id)
    organization_id = quote.account.organization_id
    policies.check_can_withdraw(actor, organization_id)
    gateway_policies.check_is_not_frozen(organization_id)
    # Serialize per account: only one payout at a time decides whether the money is already at the processor.
    PayoutAccount.objects.select_for_update().get(id=quote.account_id)
    policies.check_can_accept(quote, now)
    policies.check_may_leave(quote.account, now)
    if liquidity.pays_by_itself(quote.account):
        liquidity.lock_treasury()  # two concurrent withdrawals must not both count on the same cash
        policies.check_liquidity(quote.account, quote.amount_to, quote.currency_from)
    payout_id = uuid7()
    payout = Payout.objects.create(
        id=payout_id,
        number=document_number("PO", payout_id),
        organization_id=organization_id,
        account=quote.account,
        quote=quote,
        amount_minor=quote.amount_to_minor,
        currency=quote.currency_to,
        gateway=quote.account.gateway,
        is_automatic=is_automatic,
        needs_transfer=bool(quote.account.remote_payout_method_id)
        or wallet.connected_available(organization_id, quote.currency_to) < quote.amount_to,
        requested_at=now,
        next_attempt_at=now,
    )
    ledger.record(
        entries.payout_requested(
            payout_id=payout.id,
            organization_id=organization_id,
            source=quote.amount_from,
            mid=quote.amount_mid,
            target=quote.amount_to,
            quote_id=quote.id,
        ),
        now=now,
    )
    bus.publish(
        events.PayoutRequested(payout.id, organization_id, payout.amount_minor, payout.currency, is_automatic), now=now
    )
    return payout


def request_payout(
    *, organization_id: UUID, currency: str, amount: Money | None, actor: Actor, now: datetime
) -> Payout:
    """Quote and accept in one step, for actors who agreed to the current exchange rate."""
    quote = quote_payout(organization_id=organization_id, currency=currency, amount=amount, actor=actor, now=now)
    return accept_quote(quote_id=quote.id, actor=actor, now=now)


@transaction.atomic
def payout_transferred(*, payout_id: UUID, transfer: Transfer, now: datetime) -> Payout:
    """Record that the money is on the freelancer's account at the processor. Calling it twice changes nothing."""
    payout = payout_queries.payout_for_update(payout_id)
    if payout.remote_transfer_id:
        return payout
    payout.remote_transfer_id = transfer.remote_id
    payout.save(update_fields=["remote_transfer_id"])
    ledger.record(
        entries.payout_transferred(
            payout_id=payout.id,
            organization_id=payout.organization_id,
            gateway=payout.gateway,
            remote_id=transfer.remote_id,
            source=payout.quote.amount_from,
            mid=payout.quote.amount_mid,
            target=payout.amount,
            debited=transfer.debited,
        ),
        now=now,
    )
    return payout


@transaction.atomic
def payout_answered(*, payout_id: UUID, movement: Movement, now: datetime) -> Payout:
    """Record the processor's status of a payout. Outdated statuses change nothing, in any order."""
    payout = payout_queries.payout_for_update(payout_id)
    if payout.status == PayoutStatus.SENDING:
        changes = {"remote_payout_id": movement.remote_id, "lease_until": None}
        move(payout, PAYOUT, "submit", actor=SYSTEM, now=now, changes=changes)
    if movement.state == TransferState.SUCCEEDED and PAYOUT.allows(payout.status, "pay"):
        _paid(payout, now)
    elif movement.state == TransferState.FAILED and payout.status == PayoutStatus.SUBMITTED:
        _failed(payout, movement.failure_code, now)
    elif movement.state == TransferState.FAILED and payout.status == PayoutStatus.PAID:
        _returned(payout, movement.failure_code, now)
    return payout


@transaction.atomic
def payout_refused(*, payout_id: UUID, failure_code: str, now: datetime) -> Payout:
    """Record that the processor rejected the payout before it accepted it."""
    payout = payout_queries.payout_for_update(payout_id)
    if payout.status == PayoutStatus.SENDING:
        _failed(payout, failure_code, now)
    return payout


def _paid(payout: Payout, now: datetime) -> None:
    move(payout, PAYOUT, "pay", actor=SYSTEM, now=now, changes={"finished_at": now})
    ledger.record(
        entries.payout_paid(payout_id=payout.id, organization_id=payout.organization_id, amount=payout.amount), now=now
    )
    event = events.PayoutPaid(payout.id, payout.organization_id, payout.amount_minor, payout.currency)
    bus.publish(event, now=now)


@transaction.atomic
def payout_sent_cross_border(*, payout_id: UUID, outbound: Outbound, now: datetime) -> Payout:
    """Record a single call that did both steps: the money left the platform and is on its way to the bank."""
    payout_transferred(payout_id=payout_id, transfer=outbound.transfer, now=now)
    return payout_answered(payout_id=payout_id, movement=outbound.movement, now=now)


def _failed(payout: Payout, failure_code: str, now: datetime) -> None:
    changes = {"failure_code": failure_code[:60], "finished_at": now, "lease_until": None}
    move(payout, PAYOUT, "fail", actor=SYSTEM, now=now, changes=changes)
    if payout.needs_transfer and not payout.remote_transfer_id:
        _undo_request(payout, now)  # nothing left the platform: the conversion is reversed too
    else:
        _bring_back(payout, now)
    _publish_failed(payout, now)


def _returned(payout: Payout, failure_code: str, now: datetime) -> None:
    move(payout, PAYOUT, "return", actor=SYSTEM, now=now, changes={"failure_code": failure_code[:60]})
    paid = books.journal_by_key(event_key("payout.paid", payout.id))
    assert paid is not None
    ledger.reverse(journal_id=paid.id, key=event_key("payout.returned", payout.id), memo=failure_code[:60], now=now)
    _bring_back(payout, now)
    _publish_failed(payout, now)


def _bring_back(payout: Payout, now: datetime) -> None:
    """
    The cash of a cross-border payout is back on the platform: everything is reversed. Otherwise the cash is at the
    processor.
    """
    if not payout.is_cross_border:
        _back_to_balance(payout, now)
        return
    transferred = books.journal_by_key(event_key("payout.transferred", payout.gateway, payout.remote_transfer_id))
    assert transferred is not None
    key = event_key("payout.cross_border_back", payout.id)
    ledger.reverse(journal_id=transferred.id, key=key, memo=payout.failure_code, now=now)
    _undo_request(payout, now)


def _undo_request(payout: Payout, now: datetime) -> None:
    journal = books.journal_by_key(event_key("payout.requested", payout.id))
    assert journal is not None
    ledger.reverse(journal_id=journal.id, key=event_key("payout.refused", payout.id), memo=payout.failure_code, now=now)


def _back_to_balance(payout: Payout, now: datetime) -> None:
    ledger.record(
        entries.payout_back(payout_id=payout.id, organization_id=payout.organization_id, amount=payout.amount), now=now
    )


def _publish_failed(payout: Payout, now: datetime) -> None:
    event = events.PayoutFailed(
        payout.id, payout.organization_id, payout.amount_minor, payout.currency, payout.failure_code
    )
    bus.publish(event, now=now)
