from __future__ import annotations

from uuid import UUID

from apps.common.money import Money
from apps.ledger import chart
from apps.ledger.entries import Entry, Line, credit, debit, event_key, without_zeros


def payout_requested(
    *, payout_id: UUID, organization_id: UUID, source: Money, mid: Money, target: Money, quote_id: UUID
) -> Entry:
    """Reserve a balance for a payout. A conversion goes through the exchange position accounts."""
    payable = chart.payable(organization_id, source.currency)
    transit = chart.transit_payout(payout_id, target.currency)
    lines: tuple[Line, ...]
    if source.currency == target.currency:
        lines = (debit(payable, source), credit(transit, target))
    else:
        lines = without_zeros(
            debit(payable, source),
            credit(chart.fx_position(source.currency), source),
            debit(chart.fx_position(target.currency), mid),
            credit(transit, target),
            credit(chart.fx_margin(target.currency), mid - target),
        )
    refs = {"payout": str(payout_id), "quote": str(quote_id), "organization": str(organization_id)}
    return Entry("payout.requested", event_key("payout.requested", payout_id), lines, refs=refs)


def payout_transferred(
    *,
    payout_id: UUID,
    organization_id: UUID,
    gateway: str,
    remote_id: str,
    source: Money,
    mid: Money,
    target: Money,
    debited: Money,
) -> Entry:
    """
    The money was transferred from the platform's balance to the freelancer's account at the processor.

    If the processor converted it, the amount it debited is compared with the quote, and the position of the finished
    conversion is closed in both currencies. The difference is our exchange gain or loss.
    """
    connected = chart.clearing_connected(organization_id, target.currency)
    clearing = chart.clearing(gateway, debited.currency)
    lines: list[Line] = [debit(connected, target), credit(clearing, debited)]
    if debited.currency != target.currency:
        position_from = chart.fx_position(debited.currency)
        position_to = chart.fx_position(target.currency)
        taken = source if source.currency == debited.currency else debited
        promised = mid if source.currency != target.currency else target
        lines += [debit(position_from, taken), credit(position_to, promised)]
        lines += _difference(debited, taken) + _difference(target, promised, inverted=True)
    refs = {"payout": str(payout_id), "organization": str(organization_id)}
    return Entry(
        "payout.transferred", event_key("payout.transferred", gateway, remote_id), without_zeros(*lines), refs=refs
    )


def _difference(moved: Money, expected: Money, *, inverted: bool = False) -> list[Line]:
    """The line that balances one currency: the difference between the moved and the expected amount."""
    gap = (moved - expected) if not inverted else (expected - moved)
    account = chart.fx_gain_loss(moved.currency)
    if gap.amount_minor > 0:
        return [debit(account, gap)]
    return [credit(account, -gap)] if gap else []


def payout_paid(*, payout_id: UUID, organization_id: UUID, amount: Money) -> Entry:
    """The bank received the payout: clears the reservation and the balance at the processor."""
    return Entry(
        "payout.paid",
        event_key("payout.paid", payout_id),
        [
            debit(chart.transit_payout(payout_id, amount.currency), amount),
            credit(chart.clearing_connected(organization_id, amount.currency), amount),
        ],
        refs={"payout": str(payout_id), "organization": str(organization_id)},
    )


def payout_back(*, payout_id: UUID, organization_id: UUID, amount: Money) -> Entry:
    """
    The payout failed: the money returns to the freelancer's balance, in the payout's currency.

    The cash stays on the freelancer's account at the processor, so the next payout needs no transfer.
    """
    return Entry(
        "payout.failed",
        event_key("payout.failed", payout_id),
        [
            debit(chart.transit_payout(payout_id, amount.currency), amount),
            credit(chart.payable(organization_id, amount.currency), amount),
        ],
        refs={"payout": str(payout_id), "organization": str(organization_id)},
    )


def transfer_reversed(
    *, reversal_id: UUID, payout_id: UUID, organization_id: UUID, gateway: str, amount: Money, credited: Money
) -> Entry:
    """
    The cash of a returned payout moves from the freelancer's account at the processor to the platform's balance.

    If the processor had converted the transfer, it returns the original amount: we owe one currency and hold another.
    That is an open exchange, and stays on the position until the next payout closes it.
    """
    lines = [
        debit(chart.clearing(gateway, credited.currency), credited),
        credit(chart.clearing_connected(organization_id, amount.currency), amount),
    ]
    if credited.currency != amount.currency:
        lines += [
            credit(chart.fx_position(credited.currency), credited),
            debit(chart.fx_position(amount.currency), amount),
        ]
    return Entry(
        "transfer.taken_back",
        event_key("transfer.taken_back", reversal_id),
        lines,
        refs={"payout": str(payout_id), "organization": str(organization_id)},
    )
