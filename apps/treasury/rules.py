from __future__ import annotations

from uuid import UUID

OWN_REFERENCE = "journal:"
"""Begins the reference of an entry about something that the processor never saw."""


FEE_LINES = frozenset({"stripe_fee", "stripe_fx_fee", "tax_fee", "network_cost"})
"""Lines that are the whole event: the processor took a fee, or gave one back."""


# https://docs.stripe.com/reports/balance-transaction-types: a type that is not here is looked at by people.
KNOWN_LINES = FEE_LINES | {
    "charge", "payment", "refund", "payment_refund", "refund_failure", "payment_failure_refund", "transfer",
    "transfer_refund", "transfer_cancel", "transfer_failure", "payout", "payout_cancel", "payout_failure", "adjustment",
    "topup", "topup_reversal", "reserve_transaction", "reserved_funds",
}  # fmt: skip


def own_reference(journal_id: UUID) -> str:
    return f"{OWN_REFERENCE}{journal_id}"
