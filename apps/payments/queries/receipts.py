from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.common.money import Money
from apps.ledger.queries import books
from apps.payments.models import Charge


@dataclass(frozen=True, slots=True)
class Receipt:
    """A document with all journal entries behind it."""

    number: str
    title: str
    amount: Money
    entries: Sequence[books.JournalView]


def receipt_of_charge(charge: Charge) -> Receipt:
    entries = books.journals_of(charge=charge.id)
    return Receipt(charge.number, charge.memo, charge.amount, entries)
