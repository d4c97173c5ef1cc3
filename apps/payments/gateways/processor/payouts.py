"""Money going out: recipients' accounts, transfers to them, payouts to their banks."""

from __future__ import annotations

import time
from typing import Any

from apps.payments.gateways.processor import events, rates
from apps.payments.gateways.processor.charges import PLATFORM
from apps.payments.gateways.processor.forms import integer
from apps.payments.gateways.processor.refusals import Refusal, missing, unknown
from apps.payments.gateways.processor.store import Json, Store

BANK_CLOSED = "000111111116"
"""The account number whose payouts fail after a while, as in Stripe's test mode."""


def create_account(store: Store, fields: dict[str, Any]) -> Json:
    if not fields.get("country"):
        raise missing("country")
    _check_bank(fields)
    account = store.add(
        "account", "acct", PLATFORM, {"country": fields["country"], "metadata": fields.get("metadata", {})}
    )
    return _put_bank(store, account, fields)


def update_account(store: Store, account_id: str, fields: dict[str, Any]) -> Json:
    """Another bank behind the same account: what lies on the account stays there."""
    account = store.find(account_id)
    if account is None or account["object"] != "account":
        raise unknown("account", account_id)
    _check_bank(fields)
    return _put_bank(store, account, fields)


def _check_bank(fields: dict[str, Any]) -> None:
    number = str(fields.get("external_account", {}).get("account_number", ""))
    if len(number) < 6 or not number.isalnum():
        raise Refusal(400, "invalid_request_error", "account_number_invalid", "The bank account number is invalid.")


def _put_bank(store: Store, account: Json, fields: dict[str, Any]) -> Json:
    bank = fields["external_account"]
    external = store.add(
        "bank_account",
        "ba",
        account["id"],
        {
            "account": account["id"],
            "country": bank.get("country", account["country"]),
            "currency": bank.get("currency", ""),
            "account_holder_name": bank.get("account_holder_name"),
            "last4": bank["account_number"][-4:],
            "bank_name": "SANDBOX BANK",
            "status": "new",
            "_number": bank["account_number"],
        },
    )
    account |= {
        "payouts_enabled": True,
        "external_accounts": {
            "object": "list",
            "data": [events.public(external)],
            "has_more": False,
            "url": f"/v1/accounts/{account['id']}/external_accounts",
        },
        "_bank": external["id"],
    }
    return store.save(account)


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
            "livemode": False,
        },
    )
    transfer["balance_transaction"] = _debit_platform(store, amount, currency, transfer["id"])["id"]
    store.book(destination["id"], "payment", amount, currency, transfer["id"])
    return store.save(transfer)


def _debit_platform(store: Store, amount: int, currency: str, source: str) -> Json:
    if store.balance(PLATFORM, currency) >= amount:
        return store.book(PLATFORM, "transfer", -amount, currency, source)
    # A platform that holds no such currency pays out of its largest balance that covers it, converted.
    for held, balance in sorted(store.balances(PLATFORM).items(), key=lambda item: -item[1]):
        priced = rates.cost(amount, currency, held)
        if priced is not None and balance >= priced[0]:
            line = store.book(PLATFORM, "transfer", -priced[0], held, source)
            line["exchange_rate"] = float(priced[1])
            return store.save(line)
    raise Refusal(400, "invalid_request_error", "balance_insufficient", "Insufficient available funds.")


def create_payout(store: Store, account_id: str, fields: dict[str, Any], delay: float) -> Json:
    amount, currency = integer(fields, "amount"), str(fields.get("currency", "")).lower()
    if amount is None or amount <= 0:
        raise missing("amount")
    if account_id and store.find(account_id) is None:
        raise Refusal(403, "invalid_request_error", "account_invalid", "The account does not exist.")
    if store.balance(account_id, currency) < amount:
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
            "livemode": False,
        },
    )
    payout["balance_transaction"] = store.book(account_id, "payout", -amount, currency, payout["id"])["id"]
    store.run("INSERT INTO due_payouts VALUES (?, ?)", payout["id"], time.time() + delay)
    return store.save(payout)


def finish_due(store: Store) -> int:
    """Payouts whose time has come arrive, or come back; gives how many."""
    with store.step():
        due = store.rows("SELECT payout_id FROM due_payouts WHERE due <= ?", time.time())
        for row in due:
            finish(store, row["payout_id"])
    return len(due)


def finish(store: Store, payout_id: str, *, fail: bool = False) -> Json:
    """Bring one payout to its end; a payout that was paid can still be returned by the bank (`fail`)."""
    with store.step():
        found = store.rows("SELECT account FROM objects WHERE id = ? AND kind = 'payout'", payout_id)
        payout = store.find(payout_id)
        if payout is None or not found:
            raise unknown("payout", payout_id)
        account_id = found[0]["account"]
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
