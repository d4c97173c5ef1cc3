from __future__ import annotations

from uuid import UUID

OWN_REFERENCE = "journal:"
"""The prefix of the reference of an entry whose document the processor never had."""


FEE_LINES = frozenset({"stripe_fee", "stripe_fx_fee", "tax_fee", "network_cost"})
"""Lines without another document: the processor charged or refunded a fee."""


# https://docs.stripe.com/reports/balance-transaction-types: lines of a type not listed here are checked by staff.
KNOWN_LINES = FEE_LINES | {
    "charge", "payment", "refund", "payment_refund", "refund_failure", "payment_failure_refund", "transfer",
    "transfer_refund", "transfer_cancel", "transfer_failure", "payout", "payout_cancel", "payout_failure", "adjustment",
    "topup", "topup_reversal", "reserve_transaction", "reserved_funds",
}  # fmt: skip


def own_reference(journal_id: UUID) -> str:
    return f"{OWN_REFERENCE}{journal_id}"
