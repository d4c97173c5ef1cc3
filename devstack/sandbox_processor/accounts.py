"""
Recipients: created in one step with a bank account (v1), or through the hosted onboarding pages (v2).

Both use the same account: a v2 id works in v1 URLs.
"""

from __future__ import annotations

from typing import Any

from devstack.sandbox_processor import events, shapes
from devstack.sandbox_processor.forms import integer
from devstack.sandbox_processor.refusals import Refusal, missing, unknown
from devstack.sandbox_processor.store import Json, Store

PLATFORM = ""
BANK_CLOSED = "000111111116"
"""The account number whose payouts fail after a while, as in Stripe's test mode."""
NOT_VERIFIED = "000000009999"
"""The account number whose holder is not verified."""
LINK_SECONDS = 300


def find(store: Store, account_id: str) -> Json:
    account = store.find(account_id)
    if account is None or account["object"] != "account":
        raise unknown("account", account_id)
    return account


# -- v1


def create(store: Store, fields: dict[str, Any]) -> Json:
    if not fields.get("country"):
        raise missing("country")
    _check_bank(fields)
    account = store.add(
        "account",
        "acct",
        PLATFORM,
        {
            "country": fields["country"],
            "type": "none",
            "charges_enabled": False,
            "details_submitted": True,
            "metadata": fields.get("metadata", {}),
        },
    )
    return _put_bank(store, account, fields["external_account"])


def update(store: Store, account_id: str, fields: dict[str, Any]) -> Json:
    """Change the bank of an account; the account's balance stays."""
    account = find(store, account_id)
    _check_bank(fields)
    return _put_bank(store, account, fields["external_account"])


def _check_bank(fields: dict[str, Any]) -> None:
    number = str(fields.get("external_account", {}).get("account_number", ""))
    if len(number) < 6 or not number.isalnum():
        raise Refusal(400, "invalid_request_error", "account_number_invalid", "The bank account number is invalid.")


def _put_bank(store: Store, account: Json, bank: dict[str, Any]) -> Json:
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
        "payouts_enabled": bank["account_number"] != NOT_VERIFIED,
        "external_accounts": {
            "object": "list",
            "data": [events.public(external)],
            "has_more": False,
            "url": f"/v1/accounts/{account['id']}/external_accounts",
        },
        "_bank": external["id"],
    }
    return store.save(account)


# -- v2


def create_v2(store: Store, fields: dict[str, Any]) -> Json:
    country = fields.get("identity", {}).get("country")
    capabilities = fields.get("configuration", {}).get("recipient", {}).get("capabilities", {})
    if not country or not capabilities:
        raise missing("identity.country" if not country else "configuration.recipient.capabilities")
    account = store.add(
        "account",
        "acct",
        PLATFORM,
        {
            "country": str(country).upper(),
            "type": "none",
            "charges_enabled": False,
            "payouts_enabled": False,
            "details_submitted": False,
            "external_accounts": {"object": "list", "data": [], "has_more": False, "url": "/v1/accounts"},
            "metadata": fields.get("metadata", {}),
            "_rail": "bank_accounts" if "bank_accounts" in capabilities else "stripe_balance",
            "_currency": fields.get("defaults", {}).get("currency", ""),
            "_name": fields.get("display_name", ""),
            "_email": fields.get("contact_email"),
        },
    )
    return as_v2(account, {"configuration.recipient", "identity", "requirements", "defaults"})


def retrieve_v2(store: Store, account_id: str, include: set[str]) -> Json:
    return as_v2(find(store, account_id), include)


def as_v2(account: Json, include: set[str]) -> Json:
    """The account in v2 format; parts that are not included are null, as in Stripe."""
    is_ready = bool(account.get("payouts_enabled"))
    is_waiting = account.get("details_submitted") and not is_ready
    status = {
        "status": "active" if is_ready else "restricted",
        "status_details": []
        if is_ready
        else [{"code": "requirements_past_due", "resolution": "contact_stripe" if is_waiting else "provide_info"}],
    }
    capabilities = (
        {"bank_accounts": {"local": status}}
        if account.get("_rail") == "bank_accounts"
        else {"stripe_balance": {"stripe_transfers": status, "payouts": status}}
    )
    body: Json = {
        "id": account["id"],
        "object": "v2.core.account",
        "applied_configurations": ["recipient"],
        "closed": False,
        "contact_email": account.get("_email"),
        "created": shapes.moment(account["created"]),
        "dashboard": "express",
        "display_name": account.get("_name") or None,
        "livemode": False,
        "metadata": account["metadata"],
    }
    parts: dict[str, Json] = {
        "configuration.recipient": {"configuration": {"recipient": {"applied": True, "capabilities": capabilities}}},
        "identity": {"identity": {"country": account["country"]}},
        "requirements": {"requirements": {"entries": [] if is_ready else [_entry(account)]}},
        "defaults": {
            "defaults": {
                "currency": account.get("_currency") or None,
                "responsibilities": {
                    "fees_collector": "application", "losses_collector": "application",
                    "requirements_collector": "stripe",
                },
            }
        },
    }  # fmt: skip
    for name in sorted(include):
        body |= parts.get(name, {})
    return body


def _entry(account: Json) -> Json:
    is_waiting = bool(account.get("details_submitted"))
    return {
        "awaiting_action_from": "stripe" if is_waiting else "user",
        "description": "identity.verification" if is_waiting else "external_account",
        "errors": [],
        "impact": {"restricts_capabilities": []},
        "minimum_deadline": {"status": "currently_due"},
        "requested_reasons": [{"code": "routine_onboarding"}],
    }


def create_link(store: Store, fields: dict[str, Any], base_url: str) -> Json:
    """An onboarding page, valid for five minutes and one use."""
    account = find(store, str(fields.get("account", "")))
    use_case = fields.get("use_case", {})
    kind = use_case.get("type", "")
    case = use_case.get(kind, {})
    if kind not in {"account_onboarding", "account_update"} or not case.get("refresh_url"):
        raise missing("use_case")
    link = store.add(
        "v2.core.account_link",
        "acctlink",
        PLATFORM,
        {
            "created": shapes.moment(store.now()),
            "account": account["id"],
            "expires_at": shapes.moment(store.now() + LINK_SECONDS),
            "livemode": False,
            "use_case": {"type": kind, kind: {**case, "configurations": ["recipient"]}},
            "_expires": store.now() + LINK_SECONDS,
            "_return": case.get("return_url") or case["refresh_url"],
            "_refresh": case["refresh_url"],
            "_is_used": False,
        },
    )
    link["url"] = f"{base_url}/onboarding/{link['id']}"
    store.save(link)
    return {name: value for name, value in link.items() if name != "id"}


def find_link(store: Store, link_id: str) -> Json:
    link = store.find(link_id)
    if link is None or link["object"] != "v2.core.account_link":
        raise unknown("account_link", link_id)
    return link


def is_open(store: Store, link: Json) -> bool:
    return not link["_is_used"] and link["_expires"] > store.now()


def onboard(store: Store, link: Json, number: str) -> Json:
    """The hosted page was submitted: stores the bank; the recipient is then verified, or not."""
    account = find(store, link["account"])
    number = "".join(number.split())
    _check_bank({"external_account": {"account_number": number}})
    account["details_submitted"] = True
    bank = {
        "account_number": number,
        "country": account["country"],
        "currency": account.get("_currency", ""),
        "account_holder_name": account.get("_name"),
    }
    account = _put_bank(store, account, bank)
    store.save(link | {"_is_used": True})
    if account.get("_rail") == "bank_accounts":
        _add_payout_method(store, account)
    events.emit(store, "account.updated", account, account["id"])
    kind = "v2.core.account[configuration.recipient].capability_status_updated"
    events.emit_thin(store, kind, account, f"/v2/core/accounts/{account['id']}")
    return account


def _add_payout_method(store: Store, account: Json) -> None:
    bank = store.find(account["_bank"]) or {}
    store.add(
        "v2.money_management.payout_method",
        "usba",
        account["id"],
        {
            "created": shapes.moment(store.now()),
            "type": "bank_account",
            "usage_status": {
                "payments": "eligible" if account["payouts_enabled"] else "ineligible", "transfers": "ineligible",
            },
            "bank_account": {
                "bank_account_type": "checking", "bank_name": bank["bank_name"], "country": bank["country"],
                "last4": bank["last4"], "supported_currencies": [bank["currency"]],
            },
            "livemode": False,
            "_bank": bank["id"],
        },
    )  # fmt: skip


# -- balance settings


def balance_settings(account: Json) -> Json:
    """`automatic_transfer_rules_by_currency` is null, which is valid, although the client library fails on it."""
    schedule = {"interval": account.get("_interval", "daily")}
    return {
        "object": "balance_settings",
        "payments": {
            "debit_negative_balances": account.get("_debit_negative", False),
            "payouts": {
                "automatic_transfer_rules_by_currency": None,
                "minimum_balance_by_currency": None,
                "schedule": schedule,
                "statement_descriptor": None,
                "status": "enabled",
            },
            "settlement_timing": {"delay_days": 2},
        },
    }


def set_balance_settings(store: Store, account_id: str, fields: dict[str, Any]) -> Json:
    account = find(store, account_id)
    payments = fields.get("payments", {})
    interval = payments.get("payouts", {}).get("schedule", {}).get("interval")
    if interval is not None:
        account["_interval"] = interval
    if "debit_negative_balances" in payments:
        account["_debit_negative"] = payments["debit_negative_balances"] == "true"
    return balance_settings(store.save(account))


def limit_of(fields: dict[str, Any]) -> int:
    return min(integer(fields, "limit") or 10, 100)
