"""Convert recipients, their onboarding and cross-border payouts (Accounts v2, Global Payouts)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from apps.common.ids import uuid_or_none
from apps.gateways.errors import GatewayRefused
from apps.gateways.protocols.onboarding import AccountRequest, OnboardingPage, RecipientState, RecipientStatus
from apps.gateways.protocols.payouts import Outbound, OutboundRequest
from apps.gateways.protocols.statements import RemoteKind, RemoteObject
from apps.gateways.protocols.transfers import Transfer
from apps.gateways.stripe import amounts, mapping

Json = Mapping[str, Any]


CONNECT, CROSS_BORDER = "connect", "global_payouts"


_CAPABILITIES: dict[str, Json] = {
    CONNECT: {"stripe_balance": {"stripe_transfers": {"requested": True}}},
    "sandbox": {"stripe_balance": {"stripe_transfers": {"requested": True}}},
    CROSS_BORDER: {"bank_accounts": {"local": {"requested": True}}},
}


ACCOUNT_INCLUDE = ["configuration.recipient", "identity", "requirements"]


MANUAL_PAYOUTS = {"payments": {"payouts": {"schedule": {"interval": "manual"}}, "debit_negative_balances": True}}
"""We decide when money goes to a recipient's bank. What a reversal finds missing is debited from that bank account."""


def account_parameters(request: AccountRequest) -> dict[str, Any]:
    """
    The parameters of a recipient on its rail; the platform pays the fees and bears the losses.

    https://docs.stripe.com/connect/accounts-v2
    """
    if request.rail not in _CAPABILITIES:
        raise GatewayRefused("rail_unsupported", f"no rail leads to {request.country}")
    return {
        "contact_email": request.email,
        "display_name": request.holder_name,
        "dashboard": "express",
        "identity": {"country": request.country.lower()},
        "configuration": {"recipient": {"capabilities": _CAPABILITIES[request.rail]}},
        "defaults": {
            "currency": request.currency.lower(),
            "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
        },
        "metadata": {"organization": str(request.organization_id)},
        "include": ["configuration.recipient", "requirements"],
    }


def link_parameters(account_id: str, *, return_url: str, refresh_url: str) -> dict[str, Any]:
    return {
        "account": account_id,
        "use_case": {
            "type": "account_onboarding",
            "account_onboarding": {"return_url": return_url, "refresh_url": refresh_url},
        },
    }


def page(link: Json) -> OnboardingPage:
    return OnboardingPage(link["url"], _moment(link["expires_at"]))


def status(account: Json, rail: str, *, bank: Json | None) -> RecipientStatus:
    """
    The onboarding status. `bank` is the first external account, or the first payout method on the cross-border rail;
    None if there is none yet.
    """
    capabilities = ((account.get("configuration") or {}).get("recipient") or {}).get("capabilities") or {}
    path = ("bank_accounts", "local") if rail == CROSS_BORDER else ("stripe_balance", "stripe_transfers")
    capability = (capabilities.get(path[0]) or {}).get(path[1]) or {}
    entries = (account.get("requirements") or {}).get("entries") or []
    # https://docs.stripe.com/api/v2/core/accounts/object: entries name who has to act.
    is_users_turn = any(entry.get("awaiting_action_from") == "user" for entry in entries)
    if capability.get("status") == "active" and bank is not None:
        details = bank.get("bank_account") or bank
        method = bank["id"] if rail == CROSS_BORDER else ""
        return RecipientStatus(
            RecipientState.READY, details.get("last4") or "", details.get("bank_name") or "", payout_method_id=method
        )
    return RecipientStatus(RecipientState.INCOMPLETE if is_users_turn or not entries else RecipientState.WAITING)


def eligible(methods: Iterable[Json]) -> Json | None:
    """The first payout method that can be used for payments (the newest is listed first), or None."""
    return next(
        (method for method in methods if (method.get("usage_status") or {}).get("payments") == "eligible"), None
    )


def outbound_parameters(request: OutboundRequest, *, financial_account: str) -> dict[str, Any]:
    """https://docs.stripe.com/api/v2/money-management/outbound-payments/create"""
    currency = request.amount.currency.lower()
    return {
        "from": {"financial_account": financial_account, "currency": request.source_currency.lower()},
        "to": {
            "recipient": request.account_id, "payout_method": request.payout_method_id, "currency": currency,
        },
        "amount": {"value": amounts.to_processor(request.amount, is_payout=True), "currency": currency},
        "metadata": {**request.terms, "payout": str(request.payout_id)},
    }  # fmt: skip


def outbound(body: Json) -> Outbound:
    debited = body["from"]["debited"]
    details = body.get("status_details") or {}
    reason = next((part.get("reason", "") for part in details.values() if part), "")
    movement = mapping.movement({"id": body["id"], "status": body["status"], "failure_code": reason})
    return Outbound(Transfer(body["id"], amounts.from_processor(debited["value"], debited["currency"])), movement)


def remote_object(body: Json) -> RemoteObject:
    """A listed cross-border payout; the amount is what the recipient receives."""
    credited = body["to"]["credited"]
    return RemoteObject(
        RemoteKind.OUTBOUND,
        body["id"],
        uuid_or_none((body.get("metadata") or {}).get("payout", "")),
        amounts.from_processor(credited["value"], credited["currency"]),
        _moment(body["created"]),
        account_id=body["to"]["recipient"],
        terms=body.get("metadata") or {},
    )


def since(moment: datetime) -> str:
    """The time in the format of API v2 list filters."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
