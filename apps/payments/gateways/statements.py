"""
Statements as banks give them: camt.053 (ISO 20022), MT940 (SWIFT), and CSV with our own columns.

Each reader gives `Booking`s; what identifies one is decided here, for all of them, from several fields and its place
among others that say the same. References of a bank alone identify nothing: some number from 1 in each statement,
some give one to a whole batch.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from decimal import InvalidOperation

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from apps.payments.gateways import statement_camt, statement_csv, statement_mt940
from apps.payments.gateways.bookings import COLUMNS, Booking, Statement, StatementUnreadable

BYTES_MAX = 5 * 2**20
__all__ = ["BYTES_MAX", "COLUMNS", "Booking", "Statement", "StatementUnreadable", "read"]

_NOT_UNDERSTOOD = (
    ElementTree.ParseError, DefusedXmlException, InvalidOperation, ValueError, LookupError, AttributeError, TypeError,
    RuntimeError, OverflowError,
)  # fmt: skip


def read(body: bytes) -> Statement:
    """:raises StatementUnreadable: as it says."""
    if len(body) > BYTES_MAX:
        raise StatementUnreadable("The file is too large.")
    digest = hashlib.sha256(body).hexdigest()
    try:
        if statement_camt.looks_like(body):
            found = statement_camt.read(body)
        elif statement_mt940.looks_like(body):
            found = statement_mt940.read(body)
        else:
            found = statement_csv.read(body)
    except StatementUnreadable:
        raise
    except _NOT_UNDERSTOOD as wrong:
        raise StatementUnreadable(f"The file is not a statement that we understand: {wrong}") from wrong
    if not found.bookings and found.closing is None:
        raise StatementUnreadable("The file has no bookings.")
    return replace(found, digest=digest, bookings=_identified(found))


def _identified(found: Statement) -> tuple[Booking, ...]:
    seen: Counter[str] = Counter()
    bookings = []
    for one in found.bookings:
        said = "\x1f".join(_what_identifies(one))
        seen[said] += 1
        fingerprint = hashlib.sha256(f"{said}\x1f{seen[said]}".encode()).hexdigest()
        bookings.append(replace(one, fingerprint=fingerprint))
    return tuple(bookings)


def _what_identifies(one: Booking) -> list[str]:
    """
    With a reference of the bank: that, and what may differ under one (a batch has one for all). Two formats of one
    statement agree in it. Without: everything that is said; a number within the statement counts with the rest alone.
    """
    base = [str(one.amount), one.booked_on.isoformat(), one.end_to_end_id, str(one.place)]
    if one.bank_reference:
        return [one.bank_reference, *base]
    return [
        *base, one.entry_reference, one.counterparty_name, one.counterparty_iban, *one.remittance, one.batch_id,
        one.return_code,
    ]  # fmt: skip
