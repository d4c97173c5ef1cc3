"""Reads of payments: balances, statements, documents, and what is due."""

from apps.payments.queries.documents import (
    charge_for_update,
    charge_visible_to,
    charges_of,
    payout_account_of,
    payout_accounts_of,
    payout_for_update,
    payout_visible_to,
    payouts_of,
    quote_visible_to,
    refund_for_update,
    refunds_of_reference,
)
from apps.payments.queries.wallet import (
    Balance,
    Receipt,
    available,
    balances,
    connected_available,
    receipt_of_charge,
    receipt_of_payout,
    statement,
    transit_left,
)

__all__ = [
    "Balance",
    "Receipt",
    "available",
    "balances",
    "charge_for_update",
    "charge_visible_to",
    "charges_of",
    "connected_available",
    "payout_account_of",
    "payout_accounts_of",
    "payout_for_update",
    "payout_visible_to",
    "payouts_of",
    "quote_visible_to",
    "receipt_of_charge",
    "receipt_of_payout",
    "refund_for_update",
    "refunds_of_reference",
    "statement",
    "transit_left",
]
