"""Payouts of earnings, and the operator's working capital at the payment processor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from apps.accounts.queries import actors
from apps.bidding.queries import payout_currency
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.demo.seeding.background import run_jobs
from apps.demo.seeding.participants import Participants
from apps.demo.steps import owner_of
from apps.gateways.stripe import amounts
from apps.payouts.operations import accounts as account_operations
from apps.payouts.operations import dispatch, payouts
from apps.payouts.queries import wallet
from apps.treasury.operations import top_ups
from apps.treasury.queries import holdings


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A day on which some of the freelancers withdraw all they have."""

    days_ago: int
    names: tuple[str, ...]


WITH_ACCOUNT = ("claire", "diego", "lin", "marek", "nour", "yuki")  # in the tutorial, Amara enters hers
WITHDRAWALS = (Withdrawal(62, ("lin", "nour")), Withdrawal(36, ("diego", "lin", "nour")))
WITHDRAWS_NOW = ("claire", "lin")
"""The others keep what they earned since."""
ACCOUNT_NUMBERS = {"claire": "DE89370400440532013000"}
ACCOUNT_NUMBER = "000123456789"


def add_accounts(participants: Participants, now: datetime) -> None:
    for name in WITH_ACCOUNT:
        organization = participants.freelancers[name]
        account_operations.set_payout_account(
            organization_id=organization.id,
            currency=payout_currency(organization),
            holder_name=organization.display_name,
            account_number=ACCOUNT_NUMBERS.get(name, ACCOUNT_NUMBER),
            is_automatic=False,
            gateway="sandbox",
            actor=owner_of(organization),
            now=now,
        )


def pay_out(participants: Participants, names: tuple[str, ...], now: datetime) -> None:
    """Withdraw every balance of these freelancers, and send it."""
    run_jobs(now)
    for name in names:
        organization = participants.freelancers[name]
        owner = owner_of(organization)
        for balance in wallet.balances(organization.id):
            if balance.available:
                quote = payouts.quote_payout(
                    organization_id=organization.id,
                    currency=balance.available.currency,
                    amount=None,
                    actor=owner,
                    now=now,
                )
                payouts.accept_quote(quote_id=quote.id, actor=owner, now=now)
    dispatch.send_due(clock=lambda: now)


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
