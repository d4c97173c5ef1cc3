"""MT940 of SWIFT, read by the `mt-940` library; here its fields become bookings."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import mt940
from stdnum import iban as ibans

from apps.common.money import Money
from apps.payments.gateways.bookings import Booking, Statement, StatementUnreadable, iban_of
from apps.payments.gateways.statement_csv import decoded

_TAG = re.compile(rb"(?:^|\n|\{4:)\s*:20:")
_IBAN = re.compile(r"(?=[A-Z]{2}[0-9]{2}[A-Z0-9]{11})")


def looks_like(body: bytes) -> bool:
    """Does it have the tags that begin a message and its opening balance?"""
    return _TAG.search(body[:2000]) is not None and (b":60F:" in body or b":60M:" in body)


def read(body: bytes) -> Statement:
    """:raises StatementUnreadable: if there are statements of several accounts in it."""
    found = mt940.parse(io.StringIO(decoded(body)))  # a plain text might be taken for the name of a file
    account = iban_of(str(found.data.get("account_identification") or ""))
    closing = found.data.get("final_closing_balance")
    bookings = tuple(_booking(one.data) for one in found if one.data.get("amount") is not None)
    return Statement(
        "", _money(closing.amount) if closing else None, bookings, account if ibans.is_valid(account) else ""
    )


def _booking(data: dict[str, Any]) -> Booking:
    amount = _money(data["amount"])
    if amount is None:
        raise StatementUnreadable("A booking has no amount.")
    end_to_end_id = _text(data, "end_to_end_reference")
    name = " ".join(filter(None, [_text(data, "applicant_name"), _text(data, "recipient_name")]))
    iban = _text(data, "gvc_applicant_iban") or _iban_in(name)
    day = data.get("entry_date") or data["date"]
    lines = [
        _text(data, "purpose"), _text(data, "additional_purpose"), _text(data, "transaction_details"),
        _text(data, "customer_reference"), _text(data, "extra_details"),
    ]  # fmt: skip
    return Booking(
        amount=amount,
        booked_on=date(day.year, day.month, day.day),
        bank_reference=_text(data, "bank_reference"),
        entry_reference=_text(data, "transaction_reference"),
        end_to_end_id="" if end_to_end_id == "NOTPROVIDED" else end_to_end_id[:40],
        counterparty_name=name.replace(iban, "").strip()[:160] if iban else name[:160],
        counterparty_iban=iban_of(iban),
        remittance=tuple(dict.fromkeys(line for line in lines if line and line not in ("NOTPROVIDED", "NONREF"))),
        return_code="RETURN" if _text(data, "id") in ("NRTI", "FRTI") else "",
    )


def _iban_in(text: str) -> str:
    """Some banks put the number before the name without a space; its check digits say where it ends."""
    for start in (match.start() for match in _IBAN.finditer(text)):
        for length in range(15, 35):
            if ibans.is_valid(text[start : start + length]):
                return text[start : start + length]
    return ""


def _money(amount: Any) -> Money | None:
    """Their amounts are decimals that carry the sign of the booking."""
    return Money.of(amount.amount, amount.currency) if amount is not None else None


def _text(data: dict[str, Any], name: str) -> str:
    return str(data.get(name) or "").strip()
