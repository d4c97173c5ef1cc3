"""The journal entries of held money, as plain values. The table is in docs/money.md."""

from __future__ import annotations

from uuid import UUID

from apps.common.money import Money
from apps.ledger import chart
from apps.ledger.entries import Entry, credit, debit, event_key, without_zeros
from apps.pricing.rules import Split


def _refs(escrow_id: UUID, reference_id: UUID, **more: object) -> dict[str, str]:
    return {
        "escrow": str(escrow_id),
        "milestone": str(reference_id),
        **{name: str(value) for name, value in more.items()},
    }


def funded(*, escrow_id: UUID, reference_id: UUID, charge_id: UUID, gateway: str, amount: Money, fee: Money) -> Entry:
    """Paid in: the amount is held, the employer's fee is taken and not yet earned."""
    return Entry(
        "escrow.funded",
        event_key("escrow.funded", charge_id),
        without_zeros(
            debit(chart.clearing(gateway, amount.currency), amount + fee),
            credit(chart.escrow_held(escrow_id, amount.currency), amount),
            credit(chart.deferred_fee(escrow_id, amount.currency), fee),
        ),
        refs=_refs(escrow_id, reference_id, charge=charge_id),
    )


def paid_in_vain(
    *, escrow_id: UUID, reference_id: UUID, charge_id: UUID, gateway: str, payer_id: UUID, amount: Money
) -> Entry:
    """Paid in twice, or after it was called off: kept for the employer."""
    return Entry(
        "escrow.paid_in_vain",
        event_key("escrow.paid_in_vain", charge_id),
        [
            debit(chart.clearing(gateway, amount.currency), amount),
            credit(chart.employer_credit(payer_id, amount.currency), amount),
        ],
        refs=_refs(escrow_id, reference_id, charge=charge_id),
    )


def released(
    *,
    escrow_id: UUID,
    reference_id: UUID,
    release_id: UUID,
    payee_id: UUID,
    split: Split,
    withholding_country: str,
    fee: Money,
    is_automatic: bool,
) -> Entry:
    """
    Approved: the freelancer's net becomes payable, the commission and the employer's fee are earned.

    The whole, a part, by hand and by the clock differ in nothing but their name.
    """
    currency = split.gross.currency
    withheld = [credit(chart.tax_withheld(withholding_country, currency), split.withheld)] if split.withheld else []
    return Entry(
        "escrow.auto_released" if is_automatic else "escrow.released",
        event_key("escrow.released", release_id),
        without_zeros(
            debit(chart.escrow_held(escrow_id, currency), split.gross),
            credit(chart.payable(payee_id, currency), split.net),
            credit(chart.commission(currency), split.commission),
            *withheld,
            debit(chart.deferred_fee(escrow_id, currency), fee),
            credit(chart.employer_fee(currency), fee),
        ),
        refs=_refs(escrow_id, reference_id, release=release_id),
    )


def refund_reserved(*, escrow_id: UUID, reference_id: UUID, refund_id: UUID, amount: Money, fee: Money) -> Entry:
    """On its way back: reserved with the part of the fee that belongs to it."""
    return Entry(
        "refund.reserved",
        event_key("refund.reserved", refund_id),
        without_zeros(
            debit(chart.escrow_held(escrow_id, amount.currency), amount),
            debit(chart.deferred_fee(escrow_id, amount.currency), fee),
            credit(chart.transit_refund(refund_id, amount.currency), amount + fee),
        ),
        refs=_refs(escrow_id, reference_id, refund=refund_id),
    )
