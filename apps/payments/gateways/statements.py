"""
Statements as banks give them: camt.053 (ISO 20022) and CSV.

XML of others is never trusted: `defusedxml` refuses entities and external references. Elements are found by their names
alone, because every bank has its own version of the same message (camt.053.001.02 to .13).
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from apps.common.money import Money

BYTES_MAX = 5 * 2**20
COLUMNS = ("date", "amount", "currency", "reference", "name", "iban", "bank_reference", "end_to_end_id")

_NOT_UNDERSTOOD = (
    ElementTree.ParseError, DefusedXmlException, InvalidOperation, ValueError, LookupError, AttributeError,
    StopIteration,
)  # fmt: skip


class StatementUnreadable(ValueError):
    """The file is no statement that we understand; nothing was taken from it."""


@dataclass(frozen=True, slots=True)
class Booking:
    line_ref: str
    amount: Money
    booked_on: date
    reference: str
    end_to_end_id: str
    counterparty_name: str
    counterparty_iban: str


@dataclass(frozen=True, slots=True)
class Statement:
    digest: str
    closing: Money | None
    bookings: tuple[Booking, ...]


def read(body: bytes) -> Statement:
    """:raises StatementUnreadable: as it says."""
    if len(body) > BYTES_MAX:
        raise StatementUnreadable("The file is too large.")
    digest = hashlib.sha256(body).hexdigest()
    try:
        if body.lstrip()[:1] == b"<":
            closing, bookings = _camt(body)
        else:
            closing, bookings = None, list(_csv(body))
    except StatementUnreadable:
        raise
    except _NOT_UNDERSTOOD as wrong:
        raise StatementUnreadable(f"The file is not a statement that we understand: {wrong}") from wrong
    if not bookings and closing is None:
        raise StatementUnreadable("The file has no bookings.")
    return Statement(digest, closing, tuple(_distinct(bookings)))


def _distinct(bookings: list[Booking]) -> Iterator[Booking]:
    """A bank that gives no reference may book the same twice on a day: the second is another booking."""
    seen: dict[str, int] = {}
    for one in bookings:
        seen[one.line_ref] = nth = seen.get(one.line_ref, 0) + 1
        yield one if nth == 1 else Booking(f"{one.line_ref}-{nth}", *(getattr(one, name) for name in _REST))


_REST = ("amount", "booked_on", "reference", "end_to_end_id", "counterparty_name", "counterparty_iban")


def _camt(body: bytes) -> tuple[Money | None, list[Booking]]:
    root = ElementTree.fromstring(body, forbid_dtd=True)
    statements = [node for node in root.iter() if _name(node) == "Stmt"]
    if not statements:
        raise StatementUnreadable("The file has no statement.")
    closing, bookings = None, []
    for statement in statements:
        for node in statement:
            if _name(node) == "Bal" and _text(node, "Tp", "CdOrPrtry", "Cd") == "CLBD":
                closing = _amount(node)
            if _name(node) == "Ntry" and (_text(node, "Sts", "Cd") or _text(node, "Sts")) == "BOOK":
                bookings += list(_entry(node))
    return closing, bookings


def _entry(entry: Any) -> Iterator[Booking]:
    """One entry; where it collects several transactions, each of them."""
    booked_on = date.fromisoformat((_text(entry, "BookgDt", "Dt") or _text(entry, "BookgDt", "DtTm"))[:10])
    bank_reference = _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef")
    parts = [node for node in entry.iter() if _name(node) == "TxDtls"]
    single = len(parts) < 2
    for nth, part in enumerate(parts or [entry], 1):
        amount = _amount(entry if single else part, sign_of=entry)
        side = ("Dbtr", "DbtrAcct") if amount.amount_minor > 0 else ("Cdtr", "CdtrAcct")
        name = _text(part, "RltdPties", side[0], "Pty", "Nm") or _text(part, "RltdPties", side[0], "Nm")
        iban = _text(part, "RltdPties", side[1], "Id", "IBAN")
        reference = _text(part, "RmtInf", "Strd", "CdtrRefInf", "Ref") or _text(part, "RmtInf", "Ustrd")
        end_to_end_id = _text(part, "Refs", "EndToEndId")
        own = _text(part, "Refs", "AcctSvcrRef") or (bank_reference if single else f"{bank_reference}/{nth}")
        if not bank_reference and own.startswith("/"):
            own = ""
        yield _booking(own, amount, booked_on, reference, end_to_end_id, name, iban)


def _amount(node: Any, sign_of: Any = None) -> Money:
    found = _child(node, "Amt")
    if found is None:
        found = next(child for child in node.iter() if _name(child) == "Amt")
    mark = _text(node, "CdtDbtInd") or _text(sign_of if sign_of is not None else node, "CdtDbtInd")
    amount = Money.of(Decimal(found.text), found.attrib["Ccy"])
    return -amount if mark == "DBIT" else amount


def _csv(body: bytes) -> Iterator[Booking]:
    """Our own columns, by name; a bank's own file is renamed in any spreadsheet. `amount` has a point."""
    rows = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
    missing = {"date", "amount", "currency"} - {name.strip() for name in rows.fieldnames or []}
    if missing:
        raise StatementUnreadable(f"Columns are missing: {', '.join(sorted(missing))}. Known: {', '.join(COLUMNS)}.")
    for row in rows:
        one = {name.strip(): (value or "").strip() for name, value in row.items() if name}
        amount = Money.of(Decimal(one["amount"]), one["currency"].upper())
        yield _booking(
            one.get("bank_reference", ""), amount, date.fromisoformat(one["date"]), one.get("reference", ""),
            one.get("end_to_end_id", ""), one.get("name", ""), one.get("iban", ""),
        )  # fmt: skip


def _booking(
    own: str, amount: Money, booked_on: date, reference: str, end_to_end_id: str, name: str, iban: str
) -> Booking:
    if not own:
        text = "|".join([str(amount), booked_on.isoformat(), reference, end_to_end_id, name, iban])
        own = hashlib.sha256(text.encode()).hexdigest()[:40]
    return Booking(own[:120], amount, booked_on, reference[:140], end_to_end_id[:40], name[:160], iban[:34])


def _name(node: Any) -> str:
    return str(node.tag).rpartition("}")[2]


def _child(node: Any, name: str) -> Any:
    return next((child for child in node if _name(child) == name), None)


def _text(node: Any, *path: str) -> str:
    for name in path:
        node = _child(node, name)
        if node is None:
            return ""
    return (node.text or "").strip()
