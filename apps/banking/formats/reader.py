"""
Read bank statements: camt.053 (ISO 20022), MT940 (SWIFT), and CSV with our own columns.

Each reader returns `Booking`s. Their fingerprints are calculated here for all formats, from several fields and the
position among identical bookings. A bank's reference alone does not identify a booking: some banks number from 1 in
each statement, some use one reference for a whole batch.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from dataclasses import replace
from decimal import InvalidOperation

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _

from apps.banking.formats import camt, csv_file, mt940
from apps.banking.formats.bookings import COLUMNS, Booking, Statement, StatementUnreadable

logger = logging.getLogger(__name__)


BYTES_MAX = 5 * 2**20


AMOUNT_MAX = 10**15
"""Minor units."""


YEARS = (2000, 2100)


_ZIP = b"PK\x03\x04"


__all__ = ["BYTES_MAX", "COLUMNS", "Booking", "Statement", "StatementUnreadable", "read"]


_NOT_UNDERSTOOD = (
    ElementTree.ParseError, DefusedXmlException, InvalidOperation, ValueError, LookupError, AttributeError, TypeError,
    RuntimeError, OverflowError,
)  # fmt: skip


def read(body: bytes) -> Statement:
    """
    Read a statement in any of the formats.

    :raises StatementUnreadable: with the reason.
    """
    if len(body) > BYTES_MAX:
        raise StatementUnreadable(_("The file is larger than %(limit)s MB.") % {"limit": BYTES_MAX // 2**20})
    if body.startswith(_ZIP):
        raise StatementUnreadable(_("The file is a ZIP archive. Unpack it and give the statements in it."))
    digest = hashlib.sha256(body).hexdigest()
    try:
        if camt.looks_like(body):
            result = camt.read(body)
        elif mt940.looks_like(body):
            result = mt940.read(body)
        else:
            result = csv_file.read(body)
    except StatementUnreadable:
        raise
    except _NOT_UNDERSTOOD as error:
        logger.warning("a statement of %s bytes cannot be read: %s", len(body), type(error).__name__)
        raise StatementUnreadable(_("It is no statement in camt.053, MT940 or CSV, or it is damaged.")) from error
    for booking in result.bookings:
        _check_plausible(booking)
    result = replace(result, bookings=tuple(booking for booking in result.bookings if booking.amount))
    if not result.bookings and result.closing is None:
        raise StatementUnreadable(_("The file has no bookings."))
    return replace(result, digest=digest, bookings=_identified(result))


def _check_plausible(booking: Booking) -> None:
    if abs(booking.amount.amount_minor) > AMOUNT_MAX or not YEARS[0] <= booking.booked_on.year <= YEARS[1]:
        raise StatementUnreadable(
            _("A booking of %(amount)s on %(date)s cannot be right.")
            % {"amount": booking.amount, "date": booking.booked_on.isoformat()}
        )


def _identified(statement: Statement) -> tuple[Booking, ...]:
    seen: Counter[str] = Counter()
    bookings = []
    for booking in statement.bookings:
        content = "\x1f".join(_what_identifies(booking))
        seen[content] += 1
        fingerprint = hashlib.sha256(f"{content}\x1f{seen[content]}".encode()).hexdigest()
        bookings.append(replace(booking, fingerprint=fingerprint))
    return tuple(bookings)


def _what_identifies(booking: Booking) -> list[str]:
    """
    The fields that identify a booking. With a bank reference: that, and the fields that may differ under one reference
    (a batch has one for all); two formats of one statement agree in them. Without: all fields; a number within the
    statement is not enough alone.
    """
    base = [str(booking.amount), booking.booked_on.isoformat(), booking.end_to_end_id, str(booking.place)]
    if booking.bank_reference:
        return [booking.bank_reference, *base]
    return [
        *base, booking.entry_reference, booking.counterparty_name, booking.counterparty_iban, *booking.remittance,
        booking.batch_id, booking.return_code,
    ]  # fmt: skip
