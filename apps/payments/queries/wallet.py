"""What an organization has with us, by state and currency, and the entries behind every line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import CharField, F, Q, Sum, Value
from django.db.models.functions import Cast, Concat

from apps.common.money import Money
from apps.ledger import chart
from apps.ledger.queries import books
from apps.payments.gateways.amounts import sendable
from apps.payments.models import Charge, Chargeback, Payout, PayoutAccount, Refund, TransferReversal
from apps.payments.states import (
    PAYOUT_UNFINISHED,
    ChargebackStatus,
    PayoutAccountStatus,
    PayoutStatus,
    RefundStatus,
    TransferReversalStatus,
)


@dataclass(frozen=True, slots=True)
class Balance:
    """One currency: ready to be withdrawn, and on its way to the bank (in the payout's own currency)."""

    currency: str
    available: Money
    pending: Money


@dataclass(frozen=True, slots=True)
class Receipt:
    """A document with every journal entry behind it."""

    number: str
    title: str
    amount: Money
    entries: Sequence[books.JournalView]


def _payable_code(organization_id: UUID) -> str:
    return chart.payable(organization_id, "EUR").code


def available(organization_id: UUID, currency: str) -> Money:
    """What can be withdrawn in one currency."""
    return books.balance(chart.payable(organization_id, currency))


def credit(organization_id: UUID, currency: str) -> Money:
    """What is kept for an employer in one currency."""
    return books.balance(chart.employer_credit(organization_id, currency))


def credits_of(organization_id: UUID) -> list[Money]:
    """What is kept for an employer, by currency; only where there is something."""
    code = chart.employer_credit(organization_id, "EUR").code
    return [money for _, money in sorted(books.balances([code]).items()) if money]


def refundable(charge_id: UUID) -> Money:
    """What can still be sent back through one charge."""
    charge = Charge.objects.get(id=charge_id)
    already = charge.refunds.exclude(status=RefundStatus.FAILED).aggregate(total=Sum("amount_minor"))["total"]
    return charge.amount - Money(int(already or 0), charge.currency)


def balances(organization_id: UUID) -> list[Balance]:
    """Every currency with something in it, largest use first by name; two queries."""
    ready = {currency: money for (_, currency), money in books.balances([_payable_code(organization_id)]).items()}
    pending_rows = (
        Payout.objects.filter(organization_id=organization_id, status__in=PAYOUT_UNFINISHED)
        .values_list("currency")
        .annotate(total=Sum("amount_minor"))
    )
    pending = {currency: Money(int(total), currency) for currency, total in pending_rows}
    return [
        Balance(currency, ready.get(currency, Money.zero(currency)), pending.get(currency, Money.zero(currency)))
        for currency in sorted(ready.keys() | pending.keys())
        if ready.get(currency) or pending.get(currency)
    ]


def automatic_balances() -> list[tuple[UUID, str]]:
    """Balances that can be withdrawn and whose owners agreed to be paid automatically: organization and currency."""
    ready = PayoutAccount.objects.filter(status=PayoutAccountStatus.ACTIVE, is_automatic=True)
    code = Concat(Value(chart.PAYABLE_PREFIX), Cast("organization_id", CharField()))
    held = books.with_balance(ready.annotate(code=code).values_list("code", flat=True))
    return [(UUID(code.removeprefix(chart.PAYABLE_PREFIX)), money.currency) for code, money in held if money]


def statement(organization_id: UUID, *, before: int | None = None, limit: int = 50) -> list[books.StatementLine]:
    """The lines of the organization's own accounts, newest first, each with the balance after it."""
    codes = [_payable_code(organization_id), chart.employer_credit(organization_id, "EUR").code]
    return books.statement(codes, before=before, limit=limit)


def chargeable(amount: Money) -> Money:
    """The largest amount not above this one that the processor can be told (Kuwaiti dinars go in tens of fils)."""
    return sendable(amount)


def connected_available(organization_id: UUID, currency: str) -> Money:
    """What lies on the organization's account at the processor, and is not meant for a payout or asked back."""
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


def receipt_of_charge(charge: Charge) -> Receipt:
    entries = books.journals_of(charge=charge.id)
    return Receipt(charge.number, charge.memo, charge.amount, entries)


def receipt_of_payout(payout: Payout) -> Receipt:
    return Receipt(payout.number, payout.account.bank_name, payout.amount, books.journals_of(payout=payout.id))


def transit_left() -> int:
    """Finished payouts and refunds whose transit account is not empty: none, in sound books."""
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


def chargeback_claims_left() -> int:
    """Chargebacks that are won, or lost and borne, while their claim is not at nothing: none, in sound books."""
    ended = [
        (chart.receivable_chargeback(chargeback_id, currency).code, currency)
        for chargeback_id, currency in Chargeback.objects.filter(
            Q(status=ChargebackStatus.WON) | Q(absorbed_at__isnull=False)
        ).values_list("id", F("currency"))
    ]
    held = books.balances({code for code, _ in ended})
    return sum(bool(held.get(account)) for account in ended)
