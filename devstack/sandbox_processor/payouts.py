"""Outgoing payments: transfers to recipients' accounts and their reversals, payouts to banks."""

from __future__ import annotations

import time
from typing import Any

from devstack.sandbox_processor import events, outbound, rates
from devstack.sandbox_processor.accounts import BANK_CLOSED, PLATFORM
from devstack.sandbox_processor.forms import integer
from devstack.sandbox_processor.refusals import Refusal, missing, unknown
from devstack.sandbox_processor.store import Json, Store


def create_transfer(store: Store, fields: dict[str, Any]) -> Json:
    amount, currency = integer(fields, "amount"), str(fields.get("currency", "")).lower()
    destination = store.find(str(fields.get("destination", "")))
    if amount is None or amount <= 0 or not currency:
        raise missing("amount")
    if destination is None or destination["object"] != "account":
        raise unknown("destination", str(fields.get("destination")))
    transfer = store.add(
        "transfer",
        "tr",
        PLATFORM,
        {
            "amount": amount,
            "amount_reversed": 0,
            "reversed": False,
            "currency": currency,
            "destination": destination["id"],
            "transfer_group": fields.get("transfer_group"),
            "metadata": fields.get("metadata", {}),
            "reversals": {"object": "list", "data": [], "has_more": False, "url": "/v1/transfers"},
        },
    )
    transfer["balance_transaction"] = _debit_platform(store, amount, currency, transfer["id"])["id"]
    store.book(destination["id"], "payment", amount, currency, transfer["id"])
    return store.save(transfer)


def _debit_platform(store: Store, amount: int, currency: str, source: str) -> Json:
    if store.available(PLATFORM, currency) >= amount:
        return store.book(PLATFORM, "transfer", -amount, currency, source)
    # If the platform has no balance in this currency, its largest sufficient balance is converted.
    for held, _balance in sorted(store.balances(PLATFORM).items(), key=lambda item: -item[1]):
        priced = rates.cost(amount, currency, held)
        if priced is not None and store.available(PLATFORM, held) >= priced[0]:
            line = store.book(PLATFORM, "transfer", -priced[0], held, source)
            line["exchange_rate"] = float(priced[1])
            return store.save(line)
    raise Refusal(400, "invalid_request_error", "balance_insufficient", "Insufficient available funds.")


def reverse_transfer(store: Store, transfer_id: str, fields: dict[str, Any]) -> Json:
    """Reverse a transfer from the recipient's account to the platform, as far as the recipient's balance allows."""
    transfer = store.find(transfer_id)
    if transfer is None or transfer["object"] != "transfer":
        raise unknown("transfer", transfer_id)
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = integer(fields, "amount") or left
    if amount <= 0 or amount > left:
        raise Refusal(400, "invalid_request_error", "", "The transfer has not that much left to reverse.")
    if store.available(transfer["destination"], transfer["currency"]) < amount:
        raise Refusal(400, "invalid_request_error", "balance_insufficient", "The account has not that much.")
    original = store.find(transfer["balance_transaction"]) or {}
    reversal = store.add(
        "transfer_reversal",
        "trr",
        PLATFORM,
        {
            "amount": amount,
            "currency": transfer["currency"],
            "transfer": transfer_id,
            "metadata": fields.get("metadata", {}),
        },
    )
    store.book(transfer["destination"], "payment_refund", -amount, transfer["currency"], reversal["id"])
    # At the rate of the transfer: the debited amount is credited in the same proportion.
    back = -original["amount"] * amount // transfer["amount"]
    line = store.book(PLATFORM, "transfer_refund", back, original["currency"], reversal["id"])
    reversal["balance_transaction"] = line["id"]
    store.save(reversal)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"] = [events.public(reversal), *transfer["reversals"]["data"]]
    store.save(transfer)
    events.emit(store, "transfer.reversed", transfer)
    return reversal


def create_payout(store: Store, account_id: str, fields: dict[str, Any], delay: float) -> Json:
    amount, currency = integer(fields, "amount"), str(fields.get("currency", "")).lower()
    if amount is None or amount <= 0:
        raise missing("amount")
    if account_id and store.find(account_id) is None:
        raise Refusal(403, "invalid_request_error", "account_invalid", "The account does not exist.")
    if store.available(account_id, currency) < amount:
        raise Refusal(400, "invalid_request_error", "balance_insufficient", "Insufficient funds.")
    payout = store.add(
        "payout",
        "po",
        account_id,
        {
            "amount": amount,
            "currency": currency,
            "status": "pending",
            "metadata": fields.get("metadata", {}),
            "arrival_date": int(time.time() + delay),
            "failure_code": None,
        },
    )
    payout["balance_transaction"] = store.book(account_id, "payout", -amount, currency, payout["id"])["id"]
    store.run("INSERT INTO due_payouts VALUES (?, ?)", payout["id"], time.time() + delay)
    return store.save(payout)


def finish_due(store: Store) -> int:
    """Finish the payouts that are due: paid, or failed. Returns their number."""
    with store.step():
        due = store.rows("SELECT payout_id FROM due_payouts WHERE due <= ?", time.time())
        for row in due:
            if row["payout_id"].startswith("obp_"):
                outbound.end(store, row["payout_id"])
            else:
                finish(store, row["payout_id"])
    return len(due)


def finish(store: Store, payout_id: str, *, fail: bool = False) -> Json:
    """Finish one payout; the bank can still return a paid payout (`fail`)."""
    with store.step():
        rows = store.rows("SELECT account FROM objects WHERE id = ? AND kind = 'payout'", payout_id)
        payout = store.find(payout_id)
        if payout is None or not rows:
            raise unknown("payout", payout_id)
        account_id = rows[0]["account"]
        account = store.find(account_id)
        bank = store.find(account["_bank"]) if account else None
        closed = bank is not None and bank["_number"] == BANK_CLOSED
        store.run("DELETE FROM due_payouts WHERE payout_id = ?", payout_id)
        if payout["status"] == "failed" or (payout["status"] == "paid" and not fail):
            return payout
        if fail or closed:
            store.book(account_id, "payout_failure", payout["amount"], payout["currency"], payout_id)
            payout |= {"status": "failed", "failure_code": "account_closed"}
            events.emit(store, "payout.failed", payout, account_id)
        else:
            payout["status"] = "paid"
            events.emit(store, "payout.paid", payout, account_id)
        return store.save(payout)
