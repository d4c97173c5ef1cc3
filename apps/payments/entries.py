from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from apps.common.money import Money
from apps.gateways.protocols.statements import BalanceLine
from apps.ledger import chart
from apps.ledger.entries import Entry, Line, credit, debit, event_key, without_zeros


def processor_fee(*, charge_id: UUID, reference_id: UUID, gateway: str, fee: Money, fee_id: str) -> Entry:
    """The fee the processor deducted, as on its statement."""
    return Entry(
        "charge.processor_fee",
        event_key("charge.processor_fee", gateway, fee_id),
        [debit(chart.processor_expense(fee.currency), fee), credit(chart.clearing(gateway, fee.currency), fee)],
        refs={"charge": str(charge_id), "escrow": str(reference_id)},
    )


def refund_succeeded(*, refund_id: UUID, reference_id: UUID, gateway: str, amount: Money) -> Entry:
    return Entry(
        "refund.succeeded",
        event_key("refund.succeeded", refund_id),
        [
            debit(chart.transit_refund(refund_id, amount.currency), amount),
            credit(chart.clearing(gateway, amount.currency), amount),
        ],
        refs={"refund": str(refund_id), "escrow": str(reference_id)},
    )


def refund_failed(*, refund_id: UUID, reference_id: UUID, payer_id: UUID, amount: Money) -> Entry:
    """The refund could not be paid: the money becomes the employer's credit."""
    return Entry(
        "refund.failed",
        event_key("refund.failed", refund_id),
        [
            debit(chart.transit_refund(refund_id, amount.currency), amount),
            credit(chart.employer_credit(payer_id, amount.currency), amount),
        ],
        refs={"refund": str(refund_id), "escrow": str(reference_id)},
    )


def chargeback_withdrawn(*, refs: dict[str, str], chargeback_id: UUID, gateway: str, line: BalanceLine) -> Entry:
    """The bank took the amount back, and the processor charged a fee."""
    amount = -line.amount
    return Entry(
        "chargeback.withdrawn",
        event_key("chargeback.line", gateway, line.line_id),
        without_zeros(
            debit(chart.receivable_chargeback(chargeback_id, amount.currency), amount),
            debit(chart.chargeback_expense(line.fee.currency), line.fee),
            credit(chart.clearing(gateway, amount.currency), amount + line.fee),
        ),
        refs=refs,
    )


def chargeback_reinstated(*, refs: dict[str, str], chargeback_id: UUID, gateway: str, line: BalanceLine) -> Entry:
    """The chargeback is won: the amount is back, and the fee if the processor returns it."""
    fee_back = -line.fee
    return Entry(
        "chargeback.reinstated",
        event_key("chargeback.line", gateway, line.line_id),
        without_zeros(
            debit(chart.clearing(gateway, line.amount.currency), line.amount + fee_back),
            credit(chart.receivable_chargeback(chargeback_id, line.amount.currency), line.amount),
            credit(chart.chargeback_expense(fee_back.currency), fee_back),
        ),
        refs=refs,
    )


def chargeback_absorbed(*, refs: dict[str, str], chargeback_id: UUID, shares: Sequence[Line], amount: Money) -> Entry:
    """The chargeback is lost: `shares` are the debit lines of those who bear it; they sum to the amount."""
    return Entry(
        "chargeback.absorbed",
        event_key("chargeback.absorbed", chargeback_id),
        without_zeros(*shares, credit(chart.receivable_chargeback(chargeback_id, amount.currency), amount)),
        refs=refs,
    )


def credit_refunded(*, refund_id: UUID, reference_id: UUID, payer_id: UUID, amount: Money) -> Entry:
    """An employer's credit is refunded through the payment it came from."""
    return Entry(
        "credit.refunded",
        event_key("credit.refunded", refund_id),
        [
            debit(chart.employer_credit(payer_id, amount.currency), amount),
            credit(chart.transit_refund(refund_id, amount.currency), amount),
        ],
        refs={"refund": str(refund_id), "escrow": str(reference_id)},
    )
