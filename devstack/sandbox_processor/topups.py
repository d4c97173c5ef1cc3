"""Top-ups by the platform from its bank, and fees that the processor charges."""

from __future__ import annotations

from typing import Any

from devstack.sandbox_processor import events
from devstack.sandbox_processor.accounts import PLATFORM
from devstack.sandbox_processor.forms import integer
from devstack.sandbox_processor.refusals import Refusal, missing
from devstack.sandbox_processor.store import Json, Store


def create(store: Store, fields: dict[str, Any]) -> Json:
    """https://docs.stripe.com/api/topups/create: here the bank answers at once."""
    amount, currency = integer(fields, "amount"), str(fields.get("currency", "")).lower()
    if amount is None or not currency:
        raise missing("amount")
    if amount <= 0 or not currency.isalpha():
        raise Refusal(400, "invalid_request_error", "parameter_invalid_integer", "Invalid amount or currency.")
    topup = store.add(
        "topup",
        "tu",
        PLATFORM,
        {
            "amount": amount,
            "currency": currency,
            "description": fields.get("description"),
            "metadata": fields.get("metadata", {}),
            "status": "succeeded",
            "expected_availability_date": int(store.now()),
        },
    )
    topup["balance_transaction"] = store.book(PLATFORM, "topup", amount, currency, topup["id"])["id"]
    store.save(topup)
    events.emit(store, "topup.succeeded", topup)
    return topup


def take_fee(store: Store, amount: int, currency: str, kind: str = "stripe_fee") -> Json:
    """A balance line without a call by the platform: a monthly fee, or another `kind`."""
    return store.book(PLATFORM, kind, -amount, currency.lower(), "")
