"""What each gateway holds for the platform, and how much of it is committed already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Sum
from django.utils.functional import Promise

from apps.common.money import Money
from apps.gateways import registry
from apps.gateways.names import GatewayName
from apps.gateways.protocols.transfers import RecipientBalances
from apps.ledger import chart
from apps.ledger.queries import books
from apps.payments.models import Refund
from apps.payments.states import RefundStatus
from apps.payouts.models import LiquidityShortage, Payout, PayoutAccount
from apps.payouts.states import PayoutStatus

Commitment = Callable[[str, str], int]
"""Of a gateway and a currency: how many minor units of its balance are committed to something above this app."""

_commitments: list[Commitment] = []


def register_commitment(commitment: Commitment) -> None:
    if commitment not in _commitments:
        _commitments.append(commitment)


@dataclass(frozen=True, slots=True)
class Cash:
    """Of one gateway in one currency."""

    gateway: str
    held: Money
    promised: Money

    @property
    def free(self) -> Money:
        return self.held - self.promised

    @property
    def label(self) -> str | Promise:
        return GatewayName(self.gateway).label


def cash_at(gateway: str, currency: str) -> Cash:
    """
    What a gateway holds by the books, and what withdrawals, refunds and moves that it has not carried out will take of
    it.

    A withdrawal counts until its transfer is booked; a refund until it has arrived, because it is booked only then; a
    move from the second person's yes until the gateway's own line shows it.
    """
    held = books.balance(chart.clearing(gateway, currency))
    payouts = Payout.objects.filter(
        gateway=gateway, currency=currency, status__in=[PayoutStatus.REQUESTED, PayoutStatus.SENDING],
        remote_transfer_id="",
    )  # fmt: skip
    refunds = Refund.objects.filter(
        charge__gateway=gateway, charge__currency=currency,
        status__in=[RefundStatus.REQUESTED, RefundStatus.SENDING, RefundStatus.SUBMITTED],
    )  # fmt: skip
    sums = (rows.aggregate(total=Sum("amount_minor"))["total"] for rows in (payouts, refunds))
    promised = sum(int(total or 0) for total in sums) + sum(minor(gateway, currency) for minor in _commitments)
    return Cash(gateway, held, Money(promised, currency))


def cash_by_gateway() -> list[Cash]:
    """Every open gateway with every currency that it can hold and that any of them ever held."""
    names = registry.names()
    codes = sorted({code for name in names for code in books.balances_by_currency(chart.clearing(name, "EUR").code)})
    return [cash_at(name, code) for name in names for code in codes if can_hold(name, code)]


def can_hold(gateway: str, currency: str) -> bool:
    """Is the gateway open, and made for this currency?"""
    if gateway not in registry.names():
        return False
    currencies = registry.gateway(gateway).capabilities.currencies
    return currencies is None or currency in currencies


def pays_by_itself(account: PayoutAccount) -> bool:
    """Is it paid from a balance of the platform's own at that gateway, without a transfer and without an exchange?"""
    return not registry.offers(account.gateway, RecipientBalances)


def recent_liquidity_shortages() -> list[LiquidityShortage]:
    return list(LiquidityShortage.objects.order_by("-recorded_on", "gateway", "currency")[:10])


def lock_treasury() -> None:
    """One act of the treasury at a time: its accounts are summed, not guarded. Held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payments.treasury'))")
