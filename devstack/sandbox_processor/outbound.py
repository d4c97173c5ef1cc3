"""
Payouts without a balance of the recipient: from the platform directly to a foreign bank (Global Payouts).

The platform's financial account is its own balance here. A posted payment can still be returned.
"""

from __future__ import annotations

import time
from typing import Any

from devstack.sandbox_processor import accounts, events, rates, shapes
from devstack.sandbox_processor.accounts import PLATFORM
from devstack.sandbox_processor.refusals import Refusal, missing, unknown
from devstack.sandbox_processor.store import Json, Store

KIND = "v2.money_management.outbound_payment"
ENDS = {"posted", "failed", "returned", "canceled"}


def create(store: Store, fields: dict[str, Any], delay: float) -> Json:
    source, target, amount = fields.get("from", {}), fields.get("to", {}), fields.get("amount", {})
    value, currency = amount.get("value"), str(amount.get("currency", "")).lower()
    if not isinstance(value, int) or value <= 0 or not currency:
        raise missing("amount.value")
    if not source.get("financial_account") or not source.get("currency"):
        raise missing("from.financial_account")
    recipient = accounts.find(store, str(target.get("recipient", "")))
    method = store.find(str(target.get("payout_method", "")), recipient["id"])
    if method is None or method["usage_status"]["payments"] != "eligible":
        raise Refusal(400, "invalid_payout_method", "invalid_payout_method", "The payout method cannot be used.")
    debited, held = _debited(store, value, currency, str(source["currency"]).lower())
    payment = store.add(
        KIND,
        "obp",
        PLATFORM,
        {
            "created": shapes.moment(store.now()),
            "amount": {"value": value, "currency": currency},
            "cancelable": True,
            "description": fields.get("description"),
            "expected_arrival_date": shapes.moment(store.now() + delay),
            "from": {
                "financial_account": source["financial_account"], "debited": {"value": debited, "currency": held},
            },
            "livemode": False,
            "metadata": fields.get("metadata", {}),
            "recipient_notification": {"setting": "configured"},
            "statement_descriptor": "SANDBOX",
            "status": "processing",
            "status_details": None,
            "status_transitions": None,
            "to": {
                "credited": {"value": value, "currency": currency}, "payout_method": method["id"],
                "recipient": recipient["id"],
            },
            "_bank": method["_bank"],
        },
    )  # fmt: skip
    store.book(PLATFORM, "transfer", -debited, held, payment["id"])
    store.run("INSERT INTO due_payouts VALUES (?, ?)", payment["id"], time.time() + delay)
    return payment


def _debited(store: Store, value: int, currency: str, target: str) -> tuple[int, str]:
    """The amount debited from the financial account, converted if it has another currency."""
    priced = (value, None) if target == currency else rates.cost(value, currency, target)
    if priced is None or store.available(PLATFORM, target) < priced[0]:
        raise Refusal(400, "insufficient_funds", "insufficient_funds", "The financial account has not that much.")
    return priced[0], target


def end(store: Store, payment_id: str, status: str = "posted") -> Json:
    """Finish one payment; a posted payment can still be returned."""
    payment = store.find(payment_id)
    if payment is None or payment["object"] != KIND:
        raise unknown("outbound_payment", payment_id)
    bank = store.find(payment["_bank"]) or {}
    if status == "posted" and bank.get("_number") == accounts.BANK_CLOSED:
        status = "failed"
    store.run("DELETE FROM due_payouts WHERE payout_id = ?", payment_id)
    may = payment["status"] == "processing" or (payment["status"], status) == ("posted", "returned")
    if status not in ENDS or not may:
        return payment
    if status != "posted":
        debited = payment["from"]["debited"]
        store.book(PLATFORM, "transfer_failure", debited["value"], debited["currency"], payment_id)
    details = {
        "failed": {"failed": {"reason": "payout_method_declined"}},
        "returned": {"returned": {"reason": "payout_method_closed"}},
    }
    payment |= {
        "status": status,
        "cancelable": False,
        "status_details": details.get(status),
        "status_transitions": {**(payment["status_transitions"] or {}), f"{status}_at": shapes.moment(store.now())},
    }
    store.save(payment)
    events.emit_thin(store, f"{KIND}.{status}", payment, f"/v2/money_management/outbound_payments/{payment_id}")
    return payment
