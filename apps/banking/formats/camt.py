"""
Read camt.053 (ISO 20022). XML from others is not trusted: `defusedxml` refuses entities and external references.
Elements are matched by local name only, because every bank uses its own version of the message (camt.053.001.02 to
.13).

The existing libraries are newer than this reader and take the first amount they find; this reader handles the cases
below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from defusedxml import ElementTree
from django.utils.translation import gettext as _

from apps.banking.formats.bookings import Booking, Statement, StatementUnreadable, iban_of, only_account
from apps.common.money import Money

_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


_AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?")
"""ISO 20022: a decimal without a sign and without an exponent; the credit/debit indicator gives the direction."""


_NO_REFERENCE = {"", "NOTPROVIDED"}


def looks_like(body: bytes) -> bool:
    """Whether the file begins like XML, in any encoding and with any byte order mark."""
    head = body[:200]
    for mark in _MARKS:
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"").lstrip()[:1] == b"<"


def read(body: bytes) -> Statement:
    """
    Read a camt.053 file.

    :raises StatementUnreadable: if it has no statement, or statements of several accounts.
    """
    root = ElementTree.fromstring(body.removeprefix(_MARKS[0]).lstrip(), forbid_dtd=True)
    statements = [node for node in root.iter() if _name(node) == "Stmt"]
    if not statements:
        raise StatementUnreadable(_("The file has no statement."))
    account = only_account({_account(statement) for statement in statements} - {""})
    closings: list[tuple[str, Money]] = []
    bookings: list[Booking] = []
    for statement in statements:
        for node in statement:
            if _name(node) == "Bal" and _text(node, "Tp", "CdOrPrtry", "Cd") == "CLBD":
                day = _text(node, "Dt", "Dt") or _text(node, "Dt", "DtTm")
                closings.append((day[:10], _signed(_child(node, "Amt"), _text(node, "CdtDbtInd"))))
            if _name(node) == "Ntry" and (_text(node, "Sts", "Cd") or _text(node, "Sts")) == "BOOK":
                bookings += _entry(node)
    # Some banks put the newest day first. Of several balances of one day the last in the file counts.
    newest = max(enumerate(closings), key=lambda numbered: (numbered[1][0], numbered[0]), default=None)
    return Statement("", newest[1][1] if newest else None, tuple(bookings), account)


def _account(statement: Any) -> str:
    return iban_of(_text(statement, "Acct", "Id", "IBAN") or _text(statement, "Acct", "Id", "Othr", "Id"))


def _entry(entry: Any) -> list[Booking]:
    """
    The bookings of one entry: one per transaction, if the entry has several transactions with amounts in the account's
    currency that sum to it. Transaction amounts are optional, and some banks give them in the payer's currency: then
    the entry is one booking.
    """
    whole = _signed(_child(entry, "Amt"), _text(entry, "CdtDbtInd"))
    parts = [node for node in entry.iter() if _name(node) == "TxDtls"]
    amounts = [_amount_of_part(part, entry, whole.currency) for part in parts]
    stated = [amount for amount in amounts if amount is not None]
    if len(parts) > 1 and len(stated) == len(parts) and Money.total(stated, whole.currency) == whole:
        pairs = zip(parts, stated, strict=True)
        return [_booking(entry, [part], amount, nth) for nth, (part, amount) in enumerate(pairs, 1)]
    return [_booking(entry, parts, whole, 0)]


def _amount_of_part(part: Any, entry: Any, currency: str) -> Money | None:
    """
    The amount in the account's currency: `Amt`, else the transaction amount, else the instructed amount; None if none
    is in it.
    """
    mark = _text(part, "CdtDbtInd") or _text(entry, "CdtDbtInd")
    for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt"), ("AmtDtls", "InstdAmt", "Amt")):
        node = _node(part, *path)
        if node is not None and node.attrib.get("Ccy") == currency:
            return _signed(node, mark)
    return None


def _signed(node: Any, mark: str) -> Money:
    if node is None:
        raise StatementUnreadable(_("A booking has no amount."))
    number, currency = (node.text or "").strip(), node.attrib.get("Ccy", "")
    try:
        if not _AMOUNT.fullmatch(number):
            raise ValueError(number)
        amount = Money.of(Decimal(number), currency)
    except (ArithmeticError, ValueError, LookupError) as error:
        raise StatementUnreadable(
            _("The amount “%(amount)s” “%(currency)s” cannot be read.") % {"amount": number, "currency": currency}
        ) from error
    if mark not in ("CRDT", "DBIT"):
        raise StatementUnreadable(_("An amount does not say whether it came in or went out."))
    return -amount if mark == "DBIT" else amount


def _booking(entry: Any, parts: list[Any], amount: Money, place: int) -> Booking:
    part = parts[0] if len(parts) == 1 else entry
    side, account = ("Dbtr", "DbtrAcct") if amount.amount_minor > 0 else ("Cdtr", "CdtrAcct")
    name = _text(part, "RltdPties", side, "Pty", "Nm") or _text(part, "RltdPties", side, "Nm")
    end_to_end_id = _text(part, "Refs", "EndToEndId")
    return Booking(
        amount=amount,
        booked_on=_day(entry),
        bank_reference=_text(part, "Refs", "AcctSvcrRef") or _text(entry, "AcctSvcrRef"),
        entry_reference=_text(entry, "NtryRef"),
        end_to_end_id="" if end_to_end_id in _NO_REFERENCE else end_to_end_id[:40],
        counterparty_name=name[:160],
        counterparty_iban=iban_of(_text(part, "RltdPties", account, "Id", "IBAN")),
        remittance=tuple(dict.fromkeys(_remittance(entry, parts))),
        place=place,
        batch_id=next((_text(node, "PmtInfId") for node in entry.iter() if _name(node) == "Btch"), ""),
        return_code=_return_code(entry, parts),
    )


def _day(entry: Any) -> date:
    """The booking date, else the value date."""
    for kind in ("BookgDt", "ValDt"):
        text = _text(entry, kind, "Dt") or _text(entry, kind, "DtTm")
        if text:
            return date.fromisoformat(text[:10])
    raise StatementUnreadable(_("A booking has no date."))


def _remittance(entry: Any, parts: list[Any]) -> Iterator[str]:
    """Structured references first, then every line of text. Some banks put the payer's text into the entry."""
    for part in parts:
        for node in part.iter():
            if _name(node) == "CdtrRefInf" and (reference := _text(node, "Ref")):
                yield reference
    for part in parts:
        lines = [(node.text or "").strip() for node in part.iter() if _name(node) in ("Ustrd", "AddtlRmtInf")]
        yield from (line for line in lines if line)
        if extra := _text(part, "AddtlTxInf"):
            yield extra
    if extra := _text(entry, "AddtlNtryInf"):
        yield extra


def _return_code(entry: Any, parts: list[Any]) -> str:
    """
    Why a transfer was returned: the reason code, else RETURN if a bank code or the reversal indicator marks a return.
    """
    for node in [inner for part in parts for inner in part.iter()]:
        if _name(node) == "RtrInf":
            return (_text(node, "Rsn", "Cd") or _text(node, "Rsn", "Prtry") or "RETURN")[:12]
    families = {(node.text or "").strip() for node in entry.iter() if _name(node) == "SubFmlyCd"}
    is_reversed_debit = _text(entry, "RvslInd") in ("true", "1") and _text(entry, "CdtDbtInd") == "CRDT"
    return "RETURN" if is_reversed_debit or families & {"RRTN", "RPCR", "RRCT"} else ""


def _name(node: Any) -> str:
    return str(node.tag).rpartition("}")[2]


def _child(node: Any, name: str) -> Any:
    return next((child for child in node if _name(child) == name), None)


def _node(node: Any, *path: str) -> Any:
    for name in path:
        node = _child(node, name)
        if node is None:
            return None
    return node


def _text(node: Any, *path: str) -> str:
    result = _node(node, *path)
    return (result.text or "").strip() if result is not None else ""
