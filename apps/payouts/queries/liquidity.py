"""The balance of each gateway, and how much of it is already committed."""

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
"""(gateway, currency) -> the minor units of its balance that a layer above this app has committed."""

_commitments: list[Commitment] = []


def register_commitment(commitment: Commitment) -> None:
    if commitment not in _commitments:
        _commitments.append(commitment)


@dataclass(frozen=True, slots=True)
class Cash:
    """The balance of one gateway in one currency, and the committed part of it."""

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
    The ledger balance of a gateway, and the total of open withdrawals, refunds and internal transfers that will reduce
    it.

    A withdrawal counts until its transfer is recorded. A refund counts until it succeeds, because it is recorded only
    then. An internal transfer counts from its approval by the second person until it is on the gateway's statement.
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
    """The cash of every open gateway, in every currency that it supports and that any gateway ever held."""
    names = registry.names()
    codes = sorted({code for name in names for code in books.balances_by_currency(chart.clearing(name, "EUR").code)})
    return [cash_at(name, code) for name in names for code in codes if can_hold(name, code)]


def can_hold(gateway: str, currency: str) -> bool:
    """Whether the gateway is open and supports the currency."""
    if gateway not in registry.names():
        return False
    currencies = registry.gateway(gateway).capabilities.currencies
    return currencies is None or currency in currencies


def pays_by_itself(account: PayoutAccount) -> bool:
    """
    Whether the account is paid from the platform's own balance at the gateway, without a transfer and without an
    exchange.
    """
    return not registry.offers(account.gateway, RecipientBalances)


def recent_liquidity_shortages() -> list[LiquidityShortage]:
    return list(LiquidityShortage.objects.order_by("-recorded_on", "gateway", "currency")[:10])


def lock_treasury() -> None:
    """
    Serialize treasury operations until the transaction ends: balances are summed and then used, and nothing else locks
    them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payments.treasury'))")
