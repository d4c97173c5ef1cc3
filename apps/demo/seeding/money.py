"""Payouts of earnings, and the operator's working capital at the payment processor."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from apps.accounts.queries import actors
from apps.bidding.queries import payout_currency
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.demo.seeding.participants import Participants
from apps.demo.steps import owner_of
from apps.gateways.stripe import amounts
from apps.payouts.operations import accounts as account_operations
from apps.payouts.operations import dispatch, payouts
from apps.payouts.queries import wallet
from apps.treasury.operations import top_ups
from apps.treasury.queries import holdings

# All of them have earnings and a bank account; two withdraw, the others keep their balance.
WITH_ACCOUNT = ("claire", "lin", "marek", "nour", "yuki")
WITHDRAWS = ("claire", "lin")
ACCOUNT_NUMBERS = {"claire": "DE89370400440532013000"}
ACCOUNT_NUMBER = "000123456789"


def pay_out(participants: Participants) -> None:
    for name in WITH_ACCOUNT:
        organization = participants.freelancers[name]
        owner = owner_of(organization)
        account_operations.set_payout_account(
            organization_id=organization.id,
            currency=payout_currency(organization),
            holder_name=organization.display_name,
            account_number=ACCOUNT_NUMBERS.get(name, ACCOUNT_NUMBER),
            is_automatic=False,
            gateway="sandbox",
            actor=owner,
            now=participants.now,
        )
        if name in WITHDRAWS:
            for balance in wallet.balances(organization.id):
                if balance.available:
                    quote = payouts.quote_payout(
                        organization_id=organization.id,
                        currency=balance.available.currency,
                        amount=None,
                        actor=owner,
                        now=participants.now,
                    )
                    payouts.accept_quote(quote_id=quote.id, actor=owner, now=participants.now)
    dispatch.send_due(clock=timezone.now)


def bring_capital(participants: Participants) -> None:
    """Add capital to cover the processor's fees charged before revenue is earned, plus 100 of each currency."""
    staff = actors.actor_for(participants.staff)
    for currency, missing in holdings.currencies_at(settings.PAYMENT_GATEWAY):
        top_ups.top_up(
            top_up_id=uuid7(),
            gateway=settings.PAYMENT_GATEWAY,
            amount=amounts.sendable(missing + Money.of(100, currency)),
            reason="Working capital for the processor's fees",
            actor=staff,
            now=timezone.now(),
        )
