"""Read MT940 (SWIFT) with the `mt-940` library, and convert its fields into bookings."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import mt940
from django.utils.translation import gettext as _
from stdnum import iban as ibans

from apps.banking.formats.bookings import Booking, Statement, StatementUnreadable, iban_of, only_account
from apps.banking.formats.csv_file import decoded
from apps.common.money import Money

_TAG = re.compile(rb"(?:^|\n|\{4:)\s*:20:")


_CODE = re.compile(r"/(TRTP|EREF|PREF|MARF|KREF|IBAN|BIC|NAME|REMI|RTRN|CSID|ORDP|BENM|ULTD|ULTC|ISDT|CNTP)/")


_IBAN = re.compile(r"(?=[A-Z]{2}[0-9]{2}[A-Z0-9]{11})")


def looks_like(body: bytes) -> bool:
    """Whether the file has the tags of a message start and its opening balance."""
    return _TAG.search(body[:2000]) is not None and (b":60F:" in body or b":60M:" in body)


def read(body: bytes) -> Statement:
    """
    Read an MT940 file.

    :raises StatementUnreadable: if it has statements of several accounts.
    """
    text = io.StringIO(decoded(body))  # the library could take a plain str for a file name
    messages = mt940.parse_statements(text, options=mt940.Options.all())
    accounts = {iban_of(str(message.data.get("account_identification") or "")) for message in messages} - {""}
    closings = [
        message.data["final_closing_balance"] for message in messages if message.data.get("final_closing_balance")
    ]
    newest = max(closings, key=lambda balance: balance.date, default=None)
    bookings = tuple(
        _booking(row.data) for message in messages for row in message if row.data.get("amount") is not None
    )
    return Statement("", _money(newest.amount) if newest else None, bookings, only_account(accounts))


def _booking(data: dict[str, Any]) -> Booking:
    amount = _money(data["amount"])
    if amount is None:
        raise StatementUnreadable(_("A booking has no amount."))
    coded = _coded(_text(data, "transaction_details"))
    end_to_end_id = _text(data, "end_to_end_reference") or coded.get("EREF", "")
    name = " ".join(filter(None, [_text(data, "applicant_name"), _text(data, "recipient_name")])) or coded.get(
        "NAME", ""
    )
    iban = _text(data, "applicant_iban") or _text(data, "gvc_applicant_iban") or coded.get("IBAN", "") or _iban_in(name)
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
        return_code=_return_code(data, coded),
    )


def _return_code(data: dict[str, Any], coded: dict[str, str]) -> str:
    """The bank's reason code, else RETURN if the line is a return or the reversal of a debit."""
    if reason := coded.get("RTRN"):
        return reason[:12]
    is_return = _text(data, "id") in ("NRTI", "FRTI") or _text(data, "status").upper() == "RD"
    return "RETURN" if is_return else ""


def _coded(details: str) -> dict[str, str]:
    """
    Details in code words between slashes, as Dutch and Belgian banks write them: /EREF/…/NAME/…/REMI/…. Empty if there
    are none.
    """
    pieces = _CODE.split(details)[1:]  # code words and texts alternate
    return {code: text.strip(" /") for code, text in zip(pieces[::2], pieces[1::2], strict=True)}


def _iban_in(text: str) -> str:
    """Some banks put the IBAN before the name without a space; its check digits show where it ends."""
    for start in (match.start() for match in _IBAN.finditer(text)):
        for length in range(15, 35):
            if ibans.is_valid(text[start : start + length]):
                return text[start : start + length]
    return ""


def _money(amount: Any) -> Money | None:
    """The library's amounts are decimals with the sign of the booking."""
    return Money.of(amount.amount, amount.currency) if amount is not None else None


def _text(data: dict[str, Any], name: str) -> str:
    return str(data.get(name) or "").strip()
