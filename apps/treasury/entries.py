from __future__ import annotations

from uuid import UUID

from apps.common.money import Money
from apps.ledger import chart
from apps.ledger.chart import Account
from apps.ledger.entries import Entry, credit, debit, event_key


def tax_remitted(*, operation_id: UUID, account: Account, amount: Money) -> Entry:
    """Tax was remitted to the tax office from the platform's bank account."""
    return Entry(
        "tax.remitted",
        event_key("tax.remitted", operation_id),
        [debit(account, amount), credit(chart.bank(amount.currency), amount)],
        refs={"treasury": str(operation_id)},
    )


def swept(*, operation_id: UUID, gateway: str, amount: Money) -> Entry:
    """The platform's own money moved from the processor to its bank."""
    return Entry(
        "platform.swept",
        event_key("platform.swept", operation_id),
        [debit(chart.bank(amount.currency), amount), credit(chart.clearing(gateway, amount.currency), amount)],
        refs={"treasury": str(operation_id)},
    )


def reserve_provisioned(*, operation_id: UUID, amount: Money) -> Entry:
    """Part of the commission was added to the reserve for chargebacks."""
    return Entry(
        "reserve.provisioned",
        event_key("reserve.provisioned", operation_id),
        [
            debit(chart.chargeback_expense(amount.currency), amount),
            credit(chart.reserve_chargeback(amount.currency), amount),
        ],
        refs={"treasury": str(operation_id)},
    )


def topped_up(*, top_up_id: UUID, gateway: str, amount: Money) -> Entry:
    """The operator's own money arrived at the processor: capital, not revenue."""
    return Entry(
        "platform.topped_up",
        event_key("platform.topped_up", top_up_id),
        [
            debit(chart.clearing(gateway, amount.currency), amount),
            credit(chart.operator_equity(amount.currency), amount),
        ],
        refs={"treasury": str(top_up_id)},
    )


def cash_left(*, transfer_id: UUID, source: str, reference: str, amount: Money) -> Entry:
    """The source gateway's statement shows that the cash left. It is in transit between two of our balances."""
    return Entry(
        "cash.left",
        event_key("cash.left", transfer_id),
        [
            debit(chart.clearing_transit(transfer_id, amount.currency), amount),
            credit(chart.clearing(source, amount.currency), amount),
        ],
        refs={"line": reference, "transfer": str(transfer_id)},
    )


def cash_arrived(*, transfer_id: UUID, target: str, reference: str, amount: Money) -> Entry:
    """The target gateway's statement shows that the cash arrived."""
    return Entry(
        "cash.arrived",
        event_key("cash.arrived", transfer_id),
        [
            debit(chart.clearing(target, amount.currency), amount),
            credit(chart.clearing_transit(transfer_id, amount.currency), amount),
        ],
        refs={"line": reference, "transfer": str(transfer_id)},
    )


def fee_taken(*, gateway: str, line_id: str, net: Money) -> Entry:
    """The processor charged (or refunded) a fee. Its line is the only document."""
    clearing, expense = chart.clearing(gateway, net.currency), chart.processor_expense(net.currency)
    lines = (
        [debit(clearing, net), credit(expense, net)]
        if net.amount_minor > 0
        else [debit(expense, -net), credit(clearing, -net)]
    )
    return Entry("processor.fee", event_key("processor.fee", gateway, line_id), lines, refs={"line": line_id})


def suspended(*, item_id: UUID, gateway: str, amount: Money) -> Entry:
    """The processor has `amount` more than the books (less if negative): moved to suspense."""
    clearing, aside = chart.clearing(gateway, amount.currency), chart.suspense(amount.currency)
    lines = (
        [debit(clearing, amount), credit(aside, amount)]
        if amount.amount_minor > 0
        else [debit(aside, -amount), credit(clearing, -amount)]
    )
    return Entry("suspense.opened", event_key("suspense.opened", item_id), lines, refs={"suspense": str(item_id)})


def suspense_resolved(*, item_id: UUID, amount: Money, account: Account) -> Entry:
    """The suspended amount is booked to the account where it belongs."""
    aside = chart.suspense(amount.currency)
    lines = (
        [debit(aside, amount), credit(account, amount)]
        if amount.amount_minor > 0
        else [debit(account, -amount), credit(aside, -amount)]
    )
    return Entry("suspense.resolved", event_key("suspense.resolved", item_id), lines, refs={"suspense": str(item_id)})
