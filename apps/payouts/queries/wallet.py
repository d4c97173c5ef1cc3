"""An organization's balances by currency, and the statement lines behind them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import CharField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Concat

from apps.common.money import Money
from apps.common.prepared import prepared
from apps.ledger import chart
from apps.ledger.queries import books
from apps.payments.models import Refund
from apps.payments.states import RefundStatus
from apps.payouts.models import Payout, PayoutAccount, TransferReversal
from apps.payouts.states import PAYOUT_UNFINISHED, PayoutAccountStatus, PayoutStatus, TransferReversalStatus


@dataclass(frozen=True, slots=True)
class Balance:
    """
    One currency: the amount that can be withdrawn, and the amount on its way to the bank (in the payout's currency).
    """

    currency: str
    available: Money
    pending: Money


def _payable_code(organization_id: UUID) -> str:
    return chart.payable(organization_id, "EUR").code


def available(organization_id: UUID, currency: str) -> Money:
    """The amount that can be withdrawn in one currency."""
    return books.balance(chart.payable(organization_id, currency))


def balances(organization_id: UUID) -> list[Balance]:
    """The balances that are not zero, by currency code. Two queries."""
    return balances_and_credits(organization_id)[0]


def balances_and_credits(organization_id: UUID) -> tuple[list[Balance], list[Money]]:
    """`balances`, and the employer's credits that are not zero. Two queries."""
    payable, credit = _payable_code(organization_id), chart.employer_credit(organization_id, "EUR").code
    held = books.balances([payable, credit])
    credits = [money for (code, _), money in sorted(held.items()) if code == credit and money]
    ready = {currency: money for (code, currency), money in held.items() if code == payable}
    return _balances(ready, organization_id), credits


def _balances(ready: dict[str, Money], organization_id: UUID) -> list[Balance]:
    pending = {currency: Money(int(total), currency) for currency, total in _pending(organization_id)}
    return [
        Balance(currency, ready.get(currency, Money.zero(currency)), pending.get(currency, Money.zero(currency)))
        for currency in sorted(ready.keys() | pending.keys())
        if ready.get(currency) or pending.get(currency)
    ]


@prepared
def _pending(organization_id: UUID) -> QuerySet[Payout, tuple[str, int]]:
    unfinished = Payout.objects.filter(organization_id=organization_id, status__in=PAYOUT_UNFINISHED)
    return unfinished.values_list("currency").annotate(total=Sum("amount_minor"))


def automatic_balances() -> list[tuple[UUID, str]]:
    """(organization id, currency) of the balances that can be withdrawn and whose owners agreed to automatic payout."""
    ready = PayoutAccount.objects.filter(status=PayoutAccountStatus.ACTIVE, is_automatic=True)
    code = Concat(Value(chart.PAYABLE_PREFIX), Cast("organization_id", CharField()))
    held = books.with_balance(ready.annotate(code=code).values_list("code", flat=True))
    return [(UUID(code.removeprefix(chart.PAYABLE_PREFIX)), money.currency) for code, money in held if money]


def statement(organization_id: UUID, *, before: int | None = None, limit: int = 50) -> list[books.StatementLine]:
    """The lines of the organization's own accounts, newest first, each with the balance after it."""
    codes = [_payable_code(organization_id), chart.employer_credit(organization_id, "EUR").code]
    return books.statement(codes, before=before, limit=limit)


def connected_available(organization_id: UUID, currency: str) -> Money:
    """The balance of the organization's account at the processor that is not reserved for a payout or a reversal."""
    lies = books.balance(chart.clearing_connected(organization_id, currency))
    meant = (
        Payout.objects.filter(organization_id=organization_id, currency=currency, status__in=PAYOUT_UNFINISHED)
        .filter(Q(needs_transfer=False) | ~Q(remote_transfer_id=""))
        .aggregate(total=Sum("amount_minor"))["total"]
    )
    asked_back = TransferReversal.objects.filter(
        payout__organization_id=organization_id, payout__currency=currency,
        status__in=[TransferReversalStatus.REQUESTED, TransferReversalStatus.SENDING],
    ).aggregate(total=Sum("payout__amount_minor"))["total"]  # fmt: skip
    return lies - Money(int(meant or 0) + int(asked_back or 0), currency)


def transit_left() -> int:
    """
    The number of finished payouts and refunds whose transit account is not empty. Always 0 if the books are correct.
    """
    finished = [
        (chart.transit_payout(payout_id, currency).code, currency)
        for payout_id, currency in Payout.objects.filter(
            status__in=[PayoutStatus.PAID, PayoutStatus.FAILED, PayoutStatus.RETURNED]
        ).values_list("id", F("currency"))
    ] + [
        (chart.transit_refund(refund_id, currency).code, currency)
        for refund_id, currency in Refund.objects.filter(
            status__in=[RefundStatus.SUCCEEDED, RefundStatus.FAILED]
        ).values_list("id", F("currency"))
    ]
    held = books.balances({code for code, _ in finished})
    return sum(bool(held.get(account)) for account in finished)
