"""Convert Stripe disputes (chargebacks) and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from apps.gateways.protocols.disputes import DisputeReport, DisputeState, EvidenceRequest
from apps.gateways.stripe import amounts, mapping

Json = Mapping[str, Any]


TEXT_MAX = 20_000
"""The maximum length of one evidence field."""


# Any other status (`appeal_needs_response`, `prevented`, ...) is an open dispute.
_STATES = {
    "needs_response": DisputeState.OPEN,
    "warning_needs_response": DisputeState.OPEN,
    "under_review": DisputeState.UNDER_REVIEW,
    "warning_under_review": DisputeState.UNDER_REVIEW,
    "won": DisputeState.WON,
    "warning_closed": DisputeState.WON,
    "lost": DisputeState.LOST,
}


def report(body: Json) -> DisputeReport:
    due = (body.get("evidence_details") or {}).get("due_by")
    return DisputeReport(
        remote_id=body["id"],
        payment_id=body.get("payment_intent") or "",
        state=_STATES.get(body["status"], DisputeState.OPEN),
        amount=amounts.from_processor(body["amount"], body["currency"]),
        reason=body.get("reason") or "",
        evidence_due_at=datetime.fromtimestamp(due, UTC) if due else None,
        lines=tuple(mapping.balance_line(line) for line in body.get("balance_transactions") or []),
    )


def evidence_parameters(request: EvidenceRequest) -> dict[str, Any]:
    """https://docs.stripe.com/api/disputes/update"""
    return {
        "evidence": {
            "uncategorized_text": request.text[:TEXT_MAX],
            "product_description": request.product[:TEXT_MAX],
            "customer_name": request.customer_name[:5000],
        },
        "submit": True,
    }
