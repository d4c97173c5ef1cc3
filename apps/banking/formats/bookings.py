"""What a bank's statement says, whatever its format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from stdnum import iban as ibans

from apps.banking.formats import references
from apps.common.money import Money

COLUMNS = ("date", "amount", "currency", "reference", "name", "iban", "bank_reference", "end_to_end_id")
"""Of our own CSV."""


ACCOUNT_LENGTH_MIN = 6
"""A shorter number, a bank's or a branch's, does not tell accounts apart."""


class StatementUnreadable(ValueError):
    """The file is no statement that we understand; nothing was taken from it. Its text is the reason, for people."""


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
        result = references.find([*self.remittance, self.end_to_end_id])
        return (result[0] if result else " ".join(self.remittance).strip())[:140]


@dataclass(frozen=True, slots=True)
class Statement:
    """`account` is what the statement says that it is of, an IBAN or a national number; empty where it does not say."""

    digest: str
    closing: Money | None
    bookings: tuple[Booking, ...]
    account: str = ""


def only_account(accounts: set[str]) -> str:
    """:raises StatementUnreadable: if there are several."""
    if len(accounts) > 1:
        raise StatementUnreadable(_("The file has statements of several accounts. Give each in a file of its own."))
    return next(iter(accounts), "")


def is_of_account(said: str, iban: str) -> bool:
    """
    Does a statement's account name this IBAN? Banks write it whole, with its currency behind it, or as the national
    number: bank and account with marks and leading zeros of their own.
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
    """As it is compared and ordered: without the spaces it is printed with, in capitals."""
    return "".join(text.split()).upper()[:34]
