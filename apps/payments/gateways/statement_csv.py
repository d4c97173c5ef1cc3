"""
CSV with our own columns, by name; a bank's own file is renamed in any spreadsheet. Spreadsheets of different countries
save other encodings, other separators and trailing empty rows: all of these are read.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

from apps.common.money import Money
from apps.payments.gateways.bookings import COLUMNS, Booking, Statement, StatementUnreadable, iban_of


def decoded(body: bytes) -> str:
    """Text in the encodings that programs save: UTF-8 or UTF-16 with their marks, UTF-8, else Windows' western one."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252")


def read(body: bytes) -> Statement:
    """:raises StatementUnreadable: without the columns that are needed."""
    text = decoded(body)
    head = text.lstrip().partition("\n")[0]
    separator = max(",;\t", key=head.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=separator)
    names = {(name or "").strip().lower() for name in rows.fieldnames or []}
    missing = {"date", "amount", "currency"} - names
    if missing:
        raise StatementUnreadable(f"Columns are missing: {', '.join(sorted(missing))}. Known: {', '.join(COLUMNS)}.")
    bookings = []
    for row in rows:
        one = {(name or "").strip().lower(): (value or "").strip() for name, value in row.items() if name is not None}
        if any(one.values()):
            bookings.append(_booking(one))
    return Statement("", None, tuple(bookings))


def _booking(row: dict[str, str]) -> Booking:
    return Booking(
        amount=Money.of(Decimal(_plain(row["amount"])), row["currency"].upper()),
        booked_on=date.fromisoformat(row["date"]),
        bank_reference=row.get("bank_reference", "")[:120],
        end_to_end_id=row.get("end_to_end_id", "")[:40],
        counterparty_name=row.get("name", "")[:160],
        counterparty_iban=iban_of(row.get("iban", "")),
        remittance=(row["reference"],) if row.get("reference") else (),
    )


def _plain(amount: str) -> str:
    """A decimal comma is read where nothing else can be meant: "100,00", not "1,000"."""
    whole, comma, cents = amount.partition(",")
    return f"{whole}.{cents}" if comma and len(cents) == 2 and "." not in amount and "," not in cents else amount
