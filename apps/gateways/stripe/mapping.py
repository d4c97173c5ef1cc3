"""Convert the processor's objects into ours. Both gateways pass plain dictionaries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from apps.common.ids import uuid_or_none
from apps.common.money import Money
from apps.gateways.protocols.charges import ChargeOutcome, ChargeState, Checkout, CheckoutRequest
from apps.gateways.protocols.movements import Movement, TransferState
from apps.gateways.protocols.payouts import Recipient, RecipientRequest
from apps.gateways.protocols.statements import BalanceLine, RemoteKind, RemoteObject
from apps.gateways.protocols.top_ups import TopUpRequest
from apps.gateways.protocols.transfers import Reversal, ReversalRequest, Transfer
from apps.gateways.protocols.webhooks import Webhook, WebhookKind
from apps.gateways.stripe import amounts

Json = Mapping[str, Any]


SESSION_EXPAND = ["payment_intent.latest_charge.balance_transaction"]


_MOVEMENT_STATES = {
    "succeeded": TransferState.SUCCEEDED,
    "paid": TransferState.SUCCEEDED,
    "failed": TransferState.FAILED,
    "canceled": TransferState.FAILED,
    "posted": TransferState.SUCCEEDED,
    "returned": TransferState.FAILED,
    "reversed": TransferState.FAILED,
}


_WEBHOOK_KINDS = {
    "payment_intent": (WebhookKind.CHARGE, "charge"),
    "checkout.session": (WebhookKind.CHARGE, "charge"),
    "refund": (WebhookKind.REFUND, "refund"),
    "payout": (WebhookKind.PAYOUT, "payout"),
}


_WEBHOOK_KINDS_BY_ID = {
    "dispute": WebhookKind.DISPUTE,
    "radar.early_fraud_warning": WebhookKind.WARNING,
    "account": WebhookKind.ACCOUNT,
}


_THIN_KINDS = {
    "v2.core.account": WebhookKind.ACCOUNT,
    "v2.money_management.outbound_payment": WebhookKind.OUTBOUND,
}


EVENT_TYPES = [
    "payment_intent.succeeded", "payment_intent.payment_failed", "checkout.session.completed",
    "checkout.session.expired", "refund.updated", "refund.failed", "payout.paid", "payout.failed", "account.updated",
    "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated", "radar.early_fraud_warning.created",
]  # fmt: skip
"""The events we receive, by webhook or by polling; the API allows at most twenty types."""


def checkout_parameters(request: CheckoutRequest) -> dict[str, Any]:
    """The parameters of a hosted checkout for one amount. Webhooks find our row by the payment's metadata."""
    return {
        "mode": "payment",
        "client_reference_id": str(request.charge_id),
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": request.amount.currency.lower(),
                    "unit_amount": amounts.to_processor(request.amount),
                    "product_data": {"name": request.memo or "-"},
                },
            }
        ],
        "metadata": {"charge": str(request.charge_id)},
        "payment_intent_data": {"metadata": {"charge": str(request.charge_id)}, "transfer_group": request.group},
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "locale": request.locale,
    }


def recipient_parameters(request: RecipientRequest) -> dict[str, Any]:
    """
    The parameters of an account that only receives: the platform pays the processor's fees and bears its losses.

    https://docs.stripe.com/connect/migrate-to-controller-properties
    """
    opening = {
        "country": request.country,
        "controller": {
            "fees": {"payer": "application"},
            "losses": {"payments": "application"},
            "stripe_dashboard": {"type": "express"},
        },
        "capabilities": {"transfers": {"requested": True}},
    }
    return {
        **({} if request.account_id else opening),
        "external_account": {
            "object": "bank_account",
            "country": request.country,
            "currency": request.currency.lower(),
            "account_holder_name": request.holder_name,
            "account_number": request.account_number,
        },
        "metadata": {"organization": str(request.organization_id)},
    }


def checkout(session: Json) -> Checkout:
    return Checkout(session["id"], session["url"], datetime.fromtimestamp(session["expires_at"], UTC))


def charge_outcome(session: Json) -> ChargeOutcome:
    """
    The outcome of a checkout session expanded by SESSION_EXPAND. Only the payment shows that it is paid, never the
    session alone.
    """
    payment = session.get("payment_intent") or {}
    charge = payment.get("latest_charge") or {}
    if payment.get("status") == "succeeded":
        currency = payment["currency"]
        line = charge.get("balance_transaction") or {}
        fee_known = isinstance(line, Mapping) and "fee" in line
        return ChargeOutcome(
            ChargeState.SUCCEEDED,
            payment_id=payment["id"],
            remote_charge_id=charge.get("id", ""),
            amount=amounts.from_processor(payment["amount"], currency),
            fee=amounts.from_processor(line["fee"], line["currency"]) if fee_known else None,
            fee_id=line["id"] if fee_known else "",
        )
    if session.get("status") == "expired":
        return ChargeOutcome(ChargeState.EXPIRED, payment_id=payment.get("id", ""))
    if payment.get("status") == "processing":
        return ChargeOutcome(ChargeState.PROCESSING, payment_id=payment["id"])
    error = payment.get("last_payment_error") or {}
    if error:
        return ChargeOutcome(
            ChargeState.DECLINED,
            payment_id=payment["id"],
            decline_code=error.get("decline_code") or error.get("code") or "declined",
        )
    return ChargeOutcome(ChargeState.OPEN)


def movement(body: Json) -> Movement:
    """A refund or a payout. An unknown status counts as pending: never as failed or succeeded."""
    state = _MOVEMENT_STATES.get(body["status"], TransferState.PENDING)
    return Movement(body["id"], state, body.get("failure_code") or body.get("failure_reason") or "")


def find(bodies: Iterable[Json], name: str, value: str) -> Json | None:
    """The first object whose metadata has our id, or None."""
    for body in bodies:
        if (body.get("metadata") or {}).get(name) == value:
            return body
    return None


def transfer(body: Json) -> Transfer:
    """A transfer expanded with its balance transaction, which contains the amount debited from the platform."""
    line = body["balance_transaction"]
    return Transfer(body["id"], amounts.from_processor(-line["amount"], line["currency"]))


def recipient(body: Json) -> Recipient:
    external = (body.get("external_accounts") or {}).get("data") or [{}]
    return Recipient(body["id"], external[0].get("last4") or "", external[0].get("bank_name") or "")


def balance(body: Json) -> dict[str, Money]:
    """Available and pending together: this equals the clearing account in the books."""
    held: dict[str, Money] = {}
    for part in [*body.get("available", []), *body.get("pending", [])]:
        amount = amounts.from_processor(part["amount"], part["currency"])
        held[amount.currency] = held.get(amount.currency, Money.zero(amount.currency)) + amount
    return held


def balance_line(body: Json) -> BalanceLine:
    return BalanceLine(
        line_id=body["id"],
        type=body["type"],
        amount=amounts.from_processor(body["amount"], body["currency"]),
        fee=amounts.from_processor(body["fee"], body["currency"]),
        source_id=body.get("source") or "",
        created_at=datetime.fromtimestamp(body["created"], UTC),
        available_at=datetime.fromtimestamp(body["available_on"], UTC) if body.get("available_on") else None,
    )


def reversal_parameters(request: ReversalRequest) -> dict[str, Any]:
    """https://docs.stripe.com/api/transfer_reversals/create"""
    return {
        "amount": amounts.to_processor(request.amount),
        "metadata": {"reversal": str(request.reversal_id)},
        "expand": ["balance_transaction"],
    }


def reversal(body: Json) -> Reversal:
    """A reversal expanded with its balance transaction, which contains the amount credited to the platform."""
    line = body["balance_transaction"]
    return Reversal(body["id"], amounts.from_processor(line["amount"], line["currency"]))


def top_up_parameters(request: TopUpRequest) -> dict[str, Any]:
    """https://docs.stripe.com/api/topups/create"""
    return {
        "amount": amounts.to_processor(request.amount),
        "currency": request.amount.currency.lower(),
        "description": request.memo,
        "metadata": {"top_up": str(request.top_up_id)},
    }


LISTED = {
    "checkout/sessions": (RemoteKind.CHARGE, "charge"),
    "transfers": (RemoteKind.TRANSFER, "payout"),
    "refunds": (RemoteKind.REFUND, "refund"),
    "topups": (RemoteKind.TOP_UP, "top_up"),
}
"""The lists of the platform's own account: path -> (kind, the name of our id in the metadata)."""


def remote_object(body: Json, kind: RemoteKind, name: str) -> RemoteObject:
    """One listed object of API v1."""
    minor = body["amount_total"] if kind == RemoteKind.CHARGE else body["amount"]
    destination = body.get("destination") if kind == RemoteKind.TRANSFER else ""
    return RemoteObject(
        kind,
        body["id"],
        uuid_or_none((body.get("metadata") or {}).get(name, "")),
        amounts.from_processor(minor or 0, body["currency"]),
        datetime.fromtimestamp(body["created"], UTC),
        account_id=str(destination or ""),
        payment_id=str(body.get("payment_intent") or ""),
        terms=body.get("metadata") or {},
    )


REVERSAL_LINES = {"type": "transfer_refund", "expand": ["data.source"], "limit": 100}
"""
Reversals are listed only under their transfer, which may be old; the platform's balance lists them by their own date.

https://docs.stripe.com/api/balance_transactions/list
"""


def remote_reversal(line: Json) -> RemoteObject | None:
    """The reversal of a balance line; None for a line of another kind."""
    body = line["source"]
    if not isinstance(body, dict) or body.get("object") != "transfer_reversal":
        return None
    listed = remote_object(body, RemoteKind.REVERSAL, "reversal")
    return replace(listed, payment_id=str(body.get("transfer") or ""))


def is_paid(session: Json) -> bool:
    return session.get("payment_status") == "paid"


def webhook(body: bytes) -> Webhook:
    """A webhook whose signature was verified."""
    return webhook_of(json.loads(body))


def webhook_of(event: Json) -> Webhook:
    subject = event["data"]["object"]
    name_of_object = subject.get("object", "")
    if name_of_object in _WEBHOOK_KINDS_BY_ID:
        return Webhook(event["id"], event["type"], _WEBHOOK_KINDS_BY_ID[name_of_object], subject["id"], event)
    kind, name = _WEBHOOK_KINDS.get(name_of_object, (WebhookKind.OTHER, ""))
    reference = (subject.get("metadata") or {}).get(name, "") if name else ""
    return Webhook(event["id"], event["type"], kind if reference else WebhookKind.OTHER, reference, event)


def thin_webhook(body: bytes) -> Webhook:
    """A thin event of API v2: it names the object, which is fetched later."""
    event = json.loads(body)
    if event.get("object") != "v2.core.event":
        raise ValueError("not a thin event")
    related = event.get("related_object") or {}
    kind = _THIN_KINDS.get(related.get("type", ""), WebhookKind.OTHER)
    return Webhook(event["id"], event["type"], kind, related.get("id", ""), event)
