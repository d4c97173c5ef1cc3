"""The journal entries of payments, as plain values. The table is in docs/money.md."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from apps.common.money import Money
from apps.ledger import chart
from apps.ledger.chart import Account
from apps.ledger.entries import Entry, Line, credit, debit, event_key, without_zeros
from apps.payments.gateways.port import BalanceLine


def processor_fee(*, charge_id: UUID, reference_id: UUID, gateway: str, fee: Money, fee_id: str) -> Entry:
    """What the processor kept, as its own books say."""
    return Entry(
        "charge.processor_fee",
        event_key("charge.processor_fee", gateway, fee_id),
        [debit(chart.processor_expense(fee.currency), fee), credit(chart.clearing(gateway, fee.currency), fee)],
        refs={"charge": str(charge_id), "escrow": str(reference_id)},
    )


def payout_requested(
    *, payout_id: UUID, organization_id: UUID, source: Money, mid: Money, target: Money, quote_id: UUID
) -> Entry:
    """Reserve a balance for a payout; in another currency, over the bridge of the conversion."""
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
    The money left the platform's balance for the freelancer's account at the processor.

    Where the processor converted, what it took is compared with what the quote promised and the position of the
    finished conversion is closed in both currencies; the difference is our gain or loss.
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
    """The line that makes one currency balance: what was moved against what was expected."""
    gap = (moved - expected) if not inverted else (expected - moved)
    account = chart.fx_gain_loss(moved.currency)
    if gap.amount_minor > 0:
        return [debit(account, gap)]
    return [credit(account, -gap)] if gap else []


def payout_paid(*, payout_id: UUID, organization_id: UUID, amount: Money) -> Entry:
    """The bank has it: what was reserved and what lay at the processor are both gone."""
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
    The payout did not arrive: back to the balance, in the payout's currency.

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


# -- treasury


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


def transfer_reversed(
    *, reversal_id: UUID, payout_id: UUID, organization_id: UUID, gateway: str, amount: Money, credited: Money
) -> Entry:
    """
    Cash of a payout that came back is taken from the freelancer's account at the processor onto the platform's.

    Where the processor had converted the transfer it gives back what it took: we owe one currency and hold another,
    which is an open exchange, and stands on the position until the next payout closes it.
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


def tax_remitted(*, act_id: UUID, account: Account, amount: Money) -> Entry:
    """Handed to the tax office, out of the platform's bank."""
    return Entry(
        "tax.remitted",
        event_key("tax.remitted", act_id),
        [debit(account, amount), credit(chart.bank(amount.currency), amount)],
        refs={"treasury": str(act_id)},
    )


def swept(*, act_id: UUID, gateway: str, amount: Money) -> Entry:
    """What is the platform's own goes from the processor to its bank."""
    return Entry(
        "platform.swept",
        event_key("platform.swept", act_id),
        [debit(chart.bank(amount.currency), amount), credit(chart.clearing(gateway, amount.currency), amount)],
        refs={"treasury": str(act_id)},
    )


def reserve_provisioned(*, act_id: UUID, amount: Money) -> Entry:
    """Laid aside out of the commission, for payments that banks will take back."""
    return Entry(
        "reserve.provisioned",
        event_key("reserve.provisioned", act_id),
        [
            debit(chart.chargeback_expense(amount.currency), amount),
            credit(chart.reserve_chargeback(amount.currency), amount),
        ],
        refs={"treasury": str(act_id)},
    )


def topped_up(*, top_up_id: UUID, gateway: str, amount: Money) -> Entry:
    """The operator's own money has arrived at the processor: capital, not earnings."""
    return Entry(
        "platform.topped_up",
        event_key("platform.topped_up", top_up_id),
        [
            debit(chart.clearing(gateway, amount.currency), amount),
            credit(chart.operator_equity(amount.currency), amount),
        ],
        refs={"treasury": str(top_up_id)},
    )


def cash_left(*, move_id: UUID, source: str, reference: str, amount: Money) -> Entry:
    """The door's own books show that cash went: it is between two of our balances, and still ours."""
    return Entry(
        "cash.left",
        event_key("cash.left", move_id),
        [
            debit(chart.clearing_transit(move_id, amount.currency), amount),
            credit(chart.clearing(source, amount.currency), amount),
        ],
        refs={"line": reference, "move": str(move_id)},
    )


def cash_arrived(*, move_id: UUID, target: str, reference: str, amount: Money) -> Entry:
    """The other door's own books show that it came."""
    return Entry(
        "cash.arrived",
        event_key("cash.arrived", move_id),
        [
            debit(chart.clearing(target, amount.currency), amount),
            credit(chart.clearing_transit(move_id, amount.currency), amount),
        ],
        refs={"line": reference, "move": str(move_id)},
    )


# -- reconciliation


def fee_taken(*, gateway: str, line_id: str, net: Money) -> Entry:
    """A fee that the processor took (or gave back) by itself: the line is all there is to it."""
    clearing, expense = chart.clearing(gateway, net.currency), chart.processor_expense(net.currency)
    lines = (
        [debit(clearing, net), credit(expense, net)]
        if net.amount_minor > 0
        else [debit(expense, -net), credit(clearing, -net)]
    )
    return Entry("processor.fee", event_key("processor.fee", gateway, line_id), lines, refs={"line": line_id})


def suspended(*, item_id: UUID, gateway: str, amount: Money) -> Entry:
    """The processor has `amount` more (or less, where negative) than the books: put aside."""
    clearing, aside = chart.clearing(gateway, amount.currency), chart.suspense(amount.currency)
    lines = (
        [debit(clearing, amount), credit(aside, amount)]
        if amount.amount_minor > 0
        else [debit(aside, -amount), credit(clearing, -amount)]
    )
    return Entry("suspense.opened", event_key("suspense.opened", item_id), lines, refs={"suspense": str(item_id)})


def suspense_resolved(*, item_id: UUID, amount: Money, account: Account) -> Entry:
    """What was put aside goes where it belongs."""
    aside = chart.suspense(amount.currency)
    lines = (
        [debit(aside, amount), credit(account, amount)]
        if amount.amount_minor > 0
        else [debit(account, -amount), credit(aside, -amount)]
    )
    return Entry("suspense.resolved", event_key("suspense.resolved", item_id), lines, refs={"suspense": str(item_id)})
