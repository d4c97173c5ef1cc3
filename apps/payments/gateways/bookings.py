"""What a bank's statement says, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from apps.common.money import Money
from apps.payments.gateways import references

COLUMNS = ("date", "amount", "currency", "reference", "name", "iban", "bank_reference", "end_to_end_id")
"""Of our own CSV."""


class StatementUnreadable(ValueError):
    """The file is no statement that we understand; nothing was taken from it."""


@dataclass(frozen=True, slots=True)
class Booking:
    """
    One booking. `remittance` holds every line that the payer wrote; `reference` is the payment reference in them, or
    their text. `batch_id` names the payment block of ours that a collective debit carries out, `return_code` why a
    transfer came back (ISO 20022 external code, or RETURN).
    """

    amount: Money
    booked_on: date
    bank_reference: str = ""
    entry_reference: str = ""
    end_to_end_id: str = ""
    counterparty_name: str = ""
    counterparty_iban: str = ""
    remittance: tuple[str, ...] = ()
    place: int = 0
    """The how-manieth part of its entry."""
    batch_id: str = ""
    return_code: str = ""
    fingerprint: str = ""

    @property
    def line_ref(self) -> str:
        """What people call it: the bank's own reference, else the beginning of its fingerprint."""
        return (self.bank_reference or self.fingerprint[:40])[:120]

    @property
    def reference(self) -> str:
        found = references.find([*self.remittance, self.end_to_end_id])
        return (found[0] if found else " ".join(self.remittance).strip())[:140]


@dataclass(frozen=True, slots=True)
class Statement:
    """`account` is the IBAN that the statement is of, empty where it does not say."""

    digest: str
    closing: Money | None
    bookings: tuple[Booking, ...]
    account: str = ""


def iban_of(text: str) -> str:
    """As it is compared and ordered: without the spaces it is printed with, in capitals."""
    return "".join(text.split()).upper()[:34]
