"""Pure arithmetic of payments: document numbers, pauses between attempts."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no letter is taken for a digit
PAUSE_FIRST = timedelta(seconds=10)
PAUSE_MAX = timedelta(hours=1)

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


def document_number(prefix: str, document_id: UUID) -> str:
    """A short number that people can read out, made of the random end of the id: `PO-7K3M-9QXA`."""
    value = document_id.int & ((1 << 40) - 1)
    letters = "".join(_LETTERS[(value >> shift) & 31] for shift in range(35, -1, -5))
    return f"{prefix}-{letters[:4]}-{letters[4:]}"


def pause_after(attempts: int) -> timedelta:
    """Twice as long after every attempt, an hour at most."""
    return min(PAUSE_FIRST * 2 ** max(attempts - 1, 0), PAUSE_MAX) if attempts < 20 else PAUSE_MAX
