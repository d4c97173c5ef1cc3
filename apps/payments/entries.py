from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from apps.common.money import Money
from apps.gateways.protocols.statements import BalanceLine
from apps.ledger import chart
from apps.ledger.entries import Entry, Line, credit, debit, event_key, without_zeros


def processor_fee(*, charge_id: UUID, reference_id: UUID, gateway: str, fee: Money, fee_id: str) -> Entry:
    """What the processor kept, as its own books say."""
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
    """The refund could not be paid: the money is kept for the employer."""
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
    """The bank took the amount, and the processor a fee."""
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
    """Won: the amount is back, and the fee where the processor gives it back."""
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
    """Lost: those who bear it, in shares that sum to the amount."""
    return Entry(
        "chargeback.absorbed",
        event_key("chargeback.absorbed", chargeback_id),
        without_zeros(*shares, credit(chart.receivable_chargeback(chargeback_id, amount.currency), amount)),
        refs=refs,
    )


def credit_refunded(*, refund_id: UUID, reference_id: UUID, payer_id: UUID, amount: Money) -> Entry:
    """An employer's credit on its way back to where it was paid from."""
    return Entry(
        "credit.refunded",
        event_key("credit.refunded", refund_id),
        [
            debit(chart.employer_credit(payer_id, amount.currency), amount),
            credit(chart.transit_refund(refund_id, amount.currency), amount),
        ],
        refs={"refund": str(refund_id), "escrow": str(reference_id)},
    )
