"""
Read CSV with our own column names; users rename the columns of their bank's file in a spreadsheet. Spreadsheet programs
of different countries save different encodings, separators and trailing empty rows: all of these are read.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.banking.formats.bookings import COLUMNS, Booking, Statement, StatementUnreadable, iban_of
from apps.common.money import Money

_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


_YEAR_FIRST = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}")


def decoded(body: bytes) -> str:
    """
    The text, decoded from the encodings that spreadsheet programs save: UTF-8 or UTF-16 with a byte order mark, UTF-8,
    else Windows-1252.
    """
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252")


def read(body: bytes) -> Statement:
    """
    Read a CSV file.

    :raises StatementUnreadable: if a required column is missing, or a line cannot be read.
    """
    text = decoded(body).lstrip()
    if named := _SEPARATOR.match(text):  # a line that one spreadsheet program adds
        text = text[named.end() :]
    head = text.partition("\n")[0]
    separator = named[1] if named else max(",;\t", key=head.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=separator)
    names = {(name or "").strip().lower() for name in rows.fieldnames or []}
    missing = {"date", "amount", "currency"} - names
    if missing:
        raise StatementUnreadable(
            _("Columns are missing: %(missing)s. The columns that can be read are %(known)s.")
            % {"missing": ", ".join(sorted(missing)), "known": ", ".join(COLUMNS)}
        )
    bookings = []
    for row in rows:
        item = {(name or "").strip().lower(): (value or "").strip() for name, value in row.items() if name is not None}
        if any(item.values()):
            bookings.append(_booking(item, rows.line_num))
    return Statement("", None, tuple(bookings))


def _booking(row: dict[str, str], line: int) -> Booking:
    try:
        amount = Money.of(Decimal(_plain(row["amount"])), row["currency"].upper())
        booked_on = _day(row["date"])
    except (ValueError, ArithmeticError, LookupError) as error:
        raise StatementUnreadable(
            _(
                "Line %(line)s cannot be read: date “%(date)s”, amount “%(amount)s”, currency “%(currency)s”. "
                "Write dates as 2026-11-30 and amounts as 1234.56."
            )
            % {"line": line, "date": row["date"], "amount": row["amount"], "currency": row["currency"]}
        ) from error
    return Booking(
        amount=amount,
        booked_on=booked_on,
        bank_reference=row.get("bank_reference", "")[:120],
        end_to_end_id=row.get("end_to_end_id", "")[:40],
        counterparty_name=row.get("name", "")[:160],
        counterparty_iban=iban_of(row.get("iban", "")),
        remittance=(row["reference"],) if row.get("reference") else (),
    )


def _day(text: str) -> date:
    """An ISO 8601 date, or the unambiguous spreadsheet formats 30.11.2026 and 2026/11/30."""
    if dotted := _DOTTED.fullmatch(text):
        return date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
    return date.fromisoformat(text.replace("/", "-") if _YEAR_FIRST.fullmatch(text) else text)


def _plain(amount: str) -> str:
    """
    The amount with a decimal point, if it is unambiguous: 100,00 and 1.234,56 and 1,234.56, but not 1,000. A trailing
    minus is allowed, as some accounting programs write it.

    :raises ValueError: if the amount is ambiguous.
    """
    text = unicodedata.normalize("NFKC", amount).replace("\N{MINUS SIGN}", "-")
    text = re.sub(r"[\s'\N{RIGHT SINGLE QUOTATION MARK}]", "", text)
    if text.endswith("-"):
        text = f"-{text[:-1]}"
    decimal = max(",.", key=text.rfind)
    other = "." if decimal == "," else ","
    if other in text:  # both marks: the last one is the decimal mark
        text = text.replace(other, "")
    elif text.count(decimal) > 1:  # one mark, more than once: it groups thousands
        return text.replace(decimal, "")
    elif decimal == "," and "," in text and len(text.partition(",")[2]) != 2:
        raise ValueError(amount)
    return text.replace(decimal, ".")
