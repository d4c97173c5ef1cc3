"""The contents of a bank statement, in any format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from stdnum import iban as ibans

from apps.banking.formats import references
from apps.common.money import Money

COLUMNS = ("date", "amount", "currency", "reference", "name", "iban", "bank_reference", "end_to_end_id")
"""The columns of our own CSV format."""


ACCOUNT_LENGTH_MIN = 6
"""A shorter number identifies a bank or branch, not an account."""


class StatementUnreadable(ValueError):
    """
    The file is not a statement that we can read; nothing was imported. The exception text is the reason, for display.
    """


@dataclass(frozen=True, slots=True)
class Booking:
    """
    One booking. `remittance` holds every line the payer wrote; `reference` is the payment reference found in them, else
    their text. `batch_id` is the id of our payment block that a collective debit carries out. `return_code` is the
    reason why a transfer was returned (ISO 20022 external code, or RETURN).
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
    """The number of this part within its entry; 0 if the entry has no parts."""
    batch_id: str = ""
    return_code: str = ""
    fingerprint: str = ""

    @property
    def line_ref(self) -> str:
        """A short name for display: the bank's reference, else the beginning of the fingerprint."""
        return (self.bank_reference or self.fingerprint[:40])[:120]

    @property
    def reference(self) -> str:
        result = references.find([*self.remittance, self.end_to_end_id])
        return (result[0] if result else " ".join(self.remittance).strip())[:140]


@dataclass(frozen=True, slots=True)
class Statement:
    """
    `account` is the account number in the statement, an IBAN or a national number; empty if the statement has none.
    """

    digest: str
    closing: Money | None
    bookings: tuple[Booking, ...]
    account: str = ""


def only_account(accounts: set[str]) -> str:
    """
    The single account number, or "".

    :raises StatementUnreadable: if there are several.
    """
    if len(accounts) > 1:
        raise StatementUnreadable(_("The file has statements of several accounts. Give each in a file of its own."))
    return next(iter(accounts), "")


def is_of_account(said: str, iban: str) -> bool:
    """
    Whether a statement's account number is this IBAN. Banks write the whole IBAN, the IBAN followed by the currency, or
    the national number: bank code and account, with their own separators and leading zeros.
    """
    said, iban = iban_of(said), iban_of(iban)
    if said[:34].startswith(iban):
        return said[len(iban) :] == "" or (len(said) == len(iban) + 3 and said[-3:].isalpha())
    if ibans.is_valid(said) or ibans.is_valid(said[:-3]):
        return False
    national = iban[4:]
    parts = [part.lstrip("0") for part in re.findall(r"[0-9A-Z]*[0-9][0-9A-Z]*", re.sub(r"[A-Z]{3}$", "", said))]
    return (
        bool(parts)
        and all(part in national for part in parts)
        and any(len(part) >= ACCOUNT_LENGTH_MIN and part in national for part in parts)
    )


def iban_of(text: str) -> str:
    """The IBAN as it is compared and stored: without spaces, in capitals."""
    return "".join(text.split()).upper()[:34]
