"""What each door holds, and how much of it is promised already."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum

from apps.common.money import Money
from apps.ledger import chart
from apps.ledger import queries as ledger
from apps.payments.gateways import doors
from apps.payments.models import CashShortage, Payout, PayoutAccount, Refund
from apps.payments.states import PayoutStatus, RefundStatus


@dataclass(frozen=True, slots=True)
class Cash:
    """Of one door in one currency."""

    gateway: str
    held: Money
    promised: Money

    @property
    def free(self) -> Money:
        return self.held - self.promised


def cash_at(gateway: str, currency: str) -> Cash:
    """
    What a door holds by the books, and what withdrawals and refunds that it has not carried out will take of it.

    A withdrawal counts until its transfer is booked; a refund until it has arrived, because it is booked only then.
    """
    held = ledger.balance(chart.clearing(gateway, currency))
    payouts = Payout.objects.filter(
        gateway=gateway, currency=currency, status__in=[PayoutStatus.REQUESTED, PayoutStatus.SENDING],
        remote_transfer_id="",
    )  # fmt: skip
    refunds = Refund.objects.filter(
        charge__gateway=gateway, charge__currency=currency,
        status__in=[RefundStatus.REQUESTED, RefundStatus.SENDING, RefundStatus.SUBMITTED],
    )  # fmt: skip
    promised = sum(int(rows.aggregate(total=Sum("amount_minor"))["total"] or 0) for rows in (payouts, refunds))
    return Cash(gateway, held, Money(promised, currency))


def cash_at_doors() -> list[Cash]:
    """Every open door and currency in which it has ever held something."""
    return [
        cash_at(name, currency)
        for name in doors.names()
        for currency in sorted(ledger.balances_by_currency(chart.clearing(name, "EUR").code))
    ]


def pays_by_itself(account: PayoutAccount) -> bool:
    """Is it paid from a balance of the platform's own at that door, without a transfer and without an exchange?"""
    return not doors.door(account.gateway).capabilities.has_recipient_balances


def recent_shortages() -> list[CashShortage]:
    return list(CashShortage.objects.order_by("-noted_on", "gateway", "currency")[:10])
