"""
Payments that the buyer's bank takes back: disputes, and the early fraud warnings.

https://docs.stripe.com/disputes/how-disputes-work: the amount and a fee are debited from the platform's balance when a
dispute opens, and the amount is credited when it is won.
"""

from __future__ import annotations

from typing import Any

from apps.gateways.stripe.amounts import processor_exponent, processor_step
from devstack.sandbox_processor import events
from devstack.sandbox_processor.accounts import PLATFORM
from devstack.sandbox_processor.refusals import Refusal, unknown
from devstack.sandbox_processor.store import Json, Store

FEE_MAJOR = 15
EVIDENCE_SECONDS = 7 * 24 * 3600


def dispute_fee(currency: str) -> int:
    """Fifteen major units."""
    step = processor_step(currency.upper())
    fee = FEE_MAJOR * int(10 ** processor_exponent(currency.upper()))
    return -(-fee // step) * step


def open_dispute(store: Store, payment_id: str, *, amount: int | None = None, reason: str = "fraudulent") -> Json:
    """The buyer's bank takes a payment back. Returns the dispute."""
    charge = _charge_of(store, payment_id)
    taken = charge["amount"] - charge["amount_refunded"] if amount is None else amount
    if taken <= 0 or charge.get("disputed"):
        raise Refusal(400, "invalid_request_error", "", "This charge cannot be disputed.")
    store.save(charge | {"disputed": True})
    dispute = store.add(
        "dispute",
        "du",
        PLATFORM,
        {
            "amount": taken,
            "currency": charge["currency"],
            "charge": charge["id"],
            "payment_intent": payment_id,
            "reason": reason,
            "status": "needs_response",
            "is_charge_refundable": False,
            "balance_transactions": [],
            "evidence": {"enhanced_evidence": {}},
            "evidence_details": {
                "due_by": int(store.now()) + EVIDENCE_SECONDS, "enhanced_eligibility": {}, "has_evidence": False,
                "past_due": False, "submission_count": 0,
            },
            "metadata": {},
        },
    )  # fmt: skip
    line = store.book(
        PLATFORM, "adjustment", -taken, charge["currency"], dispute["id"], dispute_fee(charge["currency"])
    )
    dispute["balance_transactions"] = [events.public(line)]
    store.save(dispute)
    events.emit(store, "charge.dispute.created", dispute)
    events.emit(store, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def submit(store: Store, dispute_id: str, fields: dict[str, Any]) -> Json:
    dispute = _find(store, dispute_id)
    if dispute["status"] not in {"needs_response", "warning_needs_response"}:
        raise Refusal(400, "invalid_request_error", "", "Evidence is no longer accepted for this dispute.")
    details = dispute["evidence_details"] | {"has_evidence": True}
    dispute["evidence"] = {**dispute["evidence"], **fields.get("evidence", {})}
    if fields.get("submit") == "true":
        details["submission_count"] += 1
        dispute["status"] = "under_review"
    dispute["evidence_details"] = details
    store.save(dispute)
    events.emit(store, "charge.dispute.updated", dispute)
    return dispute


def close(store: Store, dispute_id: str, status: str) -> Json:
    """`won`: the amount is credited (the fee is not); `lost`; or any other status that Stripe may introduce."""
    dispute = _find(store, dispute_id)
    if dispute["status"] in {"won", "lost"}:
        return dispute
    dispute["status"] = status
    if status == "won":
        line = store.book(PLATFORM, "adjustment", dispute["amount"], dispute["currency"], dispute_id)
        dispute["balance_transactions"] = [*dispute["balance_transactions"], events.public(line)]
    store.save(dispute)
    if status == "won":
        events.emit(store, "charge.dispute.funds_reinstated", dispute)
    events.emit(store, "charge.dispute.closed" if status in {"won", "lost"} else "charge.dispute.updated", dispute)
    return dispute


def warn(store: Store, payment_id: str) -> Json:
    """An early fraud warning: no money moves yet."""
    charge = _charge_of(store, payment_id)
    warning = store.add(
        "radar.early_fraud_warning",
        "issfr",
        PLATFORM,
        {
            "actionable": True,
            "charge": charge["id"],
            "fraud_type": "unauthorized_use_of_card",
            "payment_intent": payment_id,
        },
    )
    events.emit(store, "radar.early_fraud_warning.created", warning)
    return warning


def _charge_of(store: Store, payment_id: str) -> Json:
    payment = store.find(payment_id)
    charge = store.find((payment or {}).get("latest_charge") or "")
    if payment is None or charge is None:
        raise unknown("payment_intent", payment_id)
    return charge


def _find(store: Store, dispute_id: str) -> Json:
    dispute = store.find(dispute_id)
    if dispute is None or dispute["object"] != "dispute":
        raise unknown("dispute", dispute_id)
    return dispute
