"""
Constant fields of Stripe's objects, so that every answer matches Stripe's OpenAPI description.

https://docs.stripe.com/api (version 2026-10-28.endive).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


def moment(seconds: float) -> str:
    """A time in v2 format: RFC 3339 with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def v2_kind(body: Json) -> str:
    return "v2.core.account" if body["object"] == "account" else str(body["object"])


CONSTANT: dict[str, Json] = {
    "checkout.session": {
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "custom_fields": [],
        "custom_text": {
            "after_submit": None, "shipping_address": None, "submit": None, "terms_of_service_acceptance": None,
        },
        "payment_method_types": ["card"],
        "shipping_options": [],
    },
    "payment_intent": {"livemode": False},
    "charge": {
        "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
        "captured": True,
        "disputed": False,
        "livemode": False,
    },
    "transfer": {"livemode": False},
    "payout": {
        "automatic": False, "livemode": False, "method": "standard", "reconciliation_status": "not_applicable",
        "source_type": "card", "type": "bank_account", "currency": "",
    },
    "balance_transaction": {"balance_type": "payments", "fee_details": [], "status": "available"},
    "dispute": {"enhanced_eligibility_types": [], "livemode": False},
    "radar.early_fraud_warning": {"livemode": False},
    "topup": {
        "failure_code": None, "failure_message": None, "livemode": False, "source": None, "statement_descriptor": None,
        "transfer_group": None,
    },
    "event": {"livemode": False},
}  # fmt: skip
