"""Incoming payments: checkout sessions, payments, charges, refunds."""

from __future__ import annotations

from typing import Any

from apps.gateways.stripe.amounts import processor_exponent, processor_step
from devstack.sandbox_processor import events
from devstack.sandbox_processor.accounts import PLATFORM
from devstack.sandbox_processor.forms import integer
from devstack.sandbox_processor.refusals import Refusal, missing, unknown
from devstack.sandbox_processor.store import Json, Store

DECLINES = {
    "4000000000000002": "generic_decline",
    "4000000000009995": "insufficient_funds",
    "4000000000000069": "expired_card",
}
REFUND_FAILS = "4000000000005126"
FEE_BPS = 290
FEE_FIXED_MAJOR_CENTS = 30
SESSION_SECONDS = 24 * 3600


def processor_fee(amount: int, currency: str) -> int:
    """2.9 % and 0.30 of a major unit, rounded up."""
    fixed = FEE_FIXED_MAJOR_CENTS * int(10 ** processor_exponent(currency.upper())) // 100
    step = processor_step(currency.upper())
    fee = -(-amount * FEE_BPS // 10_000) + fixed
    return -(-fee // step) * step


def create_session(store: Store, fields: dict[str, Any], base_url: str) -> Json:
    item = fields.get("line_items", {}).get("0")
    if fields.get("mode") != "payment" or item is None:
        raise missing("line_items")
    price = item.get("price_data", {})
    unit, quantity = integer(price, "unit_amount"), integer(item, "quantity")
    currency = price.get("currency", "")
    if unit is None or quantity is None or unit * quantity <= 0 or not currency.isalpha():
        raise Refusal(400, "invalid_request_error", "parameter_invalid_integer", "Invalid amount or currency.")
    if not fields.get("success_url"):
        raise missing("success_url")
    session = store.add(
        "checkout.session",
        "cs_test",
        PLATFORM,
        {
            "mode": "payment",
            "status": "open",
            "payment_status": "unpaid",
            "amount_total": unit * quantity,
            "currency": currency.lower(),
            "client_reference_id": fields.get("client_reference_id"),
            "success_url": fields["success_url"],
            "cancel_url": fields.get("cancel_url"),
            "locale": fields.get("locale", "auto"),
            "metadata": fields.get("metadata", {}),
            "payment_intent": None,
            "expires_at": integer(fields, "expires_at") or int(store.now()) + SESSION_SECONDS,
            "livemode": False,
            "_name": price.get("product_data", {}).get("name", ""),
            "_payment": fields.get("payment_intent_data", {}),
        },
    )
    session["url"] = f"{base_url}/checkout/{session['id']}?locale={session['locale']}"
    return store.save(session)


def find_session(store: Store, session_id: str) -> Json:
    session = store.find(session_id)
    if session is None or session["object"] != "checkout.session":
        raise unknown("checkout.session", session_id)
    if session["status"] == "open" and session["expires_at"] < store.now():
        session = expire_session(store, session)
    return session


def expire_session(store: Store, session: Json) -> Json:
    if session["status"] != "open":
        raise Refusal(400, "invalid_request_error", "", "Only open Checkout Sessions can be expired.")
    session["status"] = "expired"
    store.save(session)
    events.emit(store, "checkout.session.expired", session)
    return session


def pay(store: Store, session: Json, card: str) -> Json:
    """One attempt to pay on the hosted page. Returns the payment intent after it."""
    if session["status"] != "open":
        result = store.find(session["payment_intent"] or "")
        if result is None:
            raise Refusal(400, "invalid_request_error", "checkout_closed", "This Checkout Session is no longer open.")
        return result
    decline = DECLINES.get(card)
    payment = store.find(session["payment_intent"] or "") or store.add(
        "payment_intent",
        "pi",
        PLATFORM,
        {
            "amount": session["amount_total"],
            "currency": session["currency"],
            "metadata": session["_payment"].get("metadata", {}),
            "transfer_group": session["_payment"].get("transfer_group"),
            "latest_charge": None,
            "status": "requires_payment_method",
        },
    )
    session["payment_intent"] = payment["id"]
    if decline:
        payment["status"] = "requires_payment_method"
        payment["last_payment_error"] = {"type": "card_error", "code": "card_declined", "decline_code": decline}
        store.save(payment)
        store.save(session)
        events.emit(store, "payment_intent.payment_failed", payment)
        return payment
    charge = _charge(store, payment, card)
    payment |= {"status": "succeeded", "latest_charge": charge["id"], "last_payment_error": None}
    store.save(payment)
    session |= {"status": "complete", "payment_status": "paid"}
    store.save(session)
    events.emit(store, "payment_intent.succeeded", payment)
    events.emit(store, "checkout.session.completed", session)
    return payment


def _charge(store: Store, payment: Json, card: str) -> Json:
    charge = store.add(
        "charge",
        "ch",
        PLATFORM,
        {
            "amount": payment["amount"],
            "amount_refunded": 0,
            "currency": payment["currency"],
            "payment_intent": payment["id"],
            "status": "succeeded",
            "paid": True,
            "amount_captured": payment["amount"],
            "refunded": False,
            "metadata": payment["metadata"],
            "transfer_group": payment["transfer_group"],
            "_card": card,
        },
    )
    fee = processor_fee(payment["amount"], payment["currency"])
    delay = store.knob("available_delay")
    line = store.book(PLATFORM, "charge", payment["amount"], payment["currency"], charge["id"], fee, delay)
    charge["balance_transaction"] = line["id"]
    return store.save(charge)


def create_refund(store: Store, fields: dict[str, Any]) -> Json:
    payment = store.find(fields.get("payment_intent", ""))
    if payment is None or payment["object"] != "payment_intent":
        raise unknown("payment_intent", str(fields.get("payment_intent")))
    charge = store.find(payment.get("latest_charge") or "")
    amount = integer(fields, "amount") or payment["amount"]
    if charge is None or amount <= 0 or amount > charge["amount"] - charge["amount_refunded"]:
        raise Refusal(400, "invalid_request_error", "charge_already_refunded", "The amount is more than is left.")
    if charge.get("disputed"):
        raise Refusal(400, "invalid_request_error", "charge_disputed", "This charge has been charged back.")
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    store.save(charge)
    fails = charge["_card"] == REFUND_FAILS
    refund = store.add(
        "refund",
        "re",
        PLATFORM,
        {
            "amount": amount,
            "currency": charge["currency"],
            "charge": charge["id"],
            "payment_intent": payment["id"],
            "metadata": fields.get("metadata", {}),
            "status": "pending" if fails else "succeeded",
        },
    )
    line = store.book(PLATFORM, "refund", -amount, charge["currency"], refund["id"])
    refund["balance_transaction"] = line["id"]
    store.save(refund)
    if fails:
        _fail_refund(store, refund, charge)
    else:
        events.emit(store, "refund.updated", refund)
    return refund


def _fail_refund(store: Store, refund: Json, charge: Json) -> None:
    store.book(PLATFORM, "refund_failure", refund["amount"], refund["currency"], refund["id"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    store.save(charge)
    refund |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    store.save(refund)
    events.emit(store, "refund.failed", refund)
