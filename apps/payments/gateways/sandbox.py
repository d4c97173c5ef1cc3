"""The door to the sandbox processor: plain HTTP, two seconds to connect, and nothing retried behind our back."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import requests

from apps.common.money import Money
from apps.payments.gateways import amounts, wire
from apps.payments.gateways.port import (
    BankPayoutRequest,
    ChargeOutcome,
    Checkout,
    CheckoutRequest,
    GatewayRefused,
    GatewayUnavailable,
    Movement,
    Notice,
    Recipient,
    RecipientRequest,
    RefundRequest,
    SignatureWrong,
    Transfer,
    TransferRequest,
)

TOLERANCE_SECONDS = 300
_NOT_EXECUTED_YET = {409, 429}


class SandboxGateway:
    name = "sandbox"

    def __init__(self, *, base_url: str, webhook_secret: str, timeout: tuple[float, float] = (2, 10)) -> None:
        self.base_url, self.webhook_secret, self.timeout = base_url.rstrip("/"), webhook_secret, timeout

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        return wire.checkout(self._post("checkout/sessions", wire.checkout_parameters(request), request.key))

    def charge_outcome(self, session_id: str) -> ChargeOutcome:
        return wire.charge_outcome(self._get(f"checkout/sessions/{session_id}", {"expand": wire.SESSION_EXPAND}))

    def refund(self, request: RefundRequest) -> Movement:
        fields = {
            "payment_intent": request.payment_id,
            "amount": amounts.to_processor(request.amount),
            "metadata": {"refund": str(request.refund_id)},
        }
        return wire.movement(self._post("refunds", fields, request.key))

    def find_refund(self, *, refund_id: UUID, payment_id: str) -> Movement | None:
        found = wire.find(self._all("refunds", {"payment_intent": payment_id}), "refund", str(refund_id))
        return wire.movement(found) if found else None

    def open_recipient(self, request: RecipientRequest) -> Recipient:
        path = f"accounts/{request.account_id}" if request.account_id else "accounts"
        return wire.recipient(self._post(path, wire.recipient_parameters(request), request.key))

    def transfer(self, request: TransferRequest) -> Transfer:
        fields = {
            "amount": amounts.to_processor(request.amount),
            "currency": request.amount.currency.lower(),
            "destination": request.account_id,
            "transfer_group": f"payout_{request.payout_id}",
            "metadata": {"payout": str(request.payout_id)},
            "expand": ["balance_transaction"],
        }
        return wire.transfer(self._post("transfers", fields, request.key))

    def find_transfer(self, *, payout_id: UUID) -> Transfer | None:
        found = wire.find(self._all("transfers", {"transfer_group": f"payout_{payout_id}"}), "payout", str(payout_id))
        if found is None:
            return None
        line = self._get(f"balance_transactions/{found['balance_transaction']}", {})
        return wire.transfer({**found, "balance_transaction": line})

    def pay_out(self, request: BankPayoutRequest) -> Movement:
        fields = {
            "amount": amounts.to_processor(request.amount, is_payout=True),
            "currency": request.amount.currency.lower(),
            "metadata": {"payout": str(request.payout_id)},
        }
        return wire.movement(self._post("payouts", fields, request.key, account=request.account_id))

    def find_payout(self, *, payout_id: UUID, account_id: str) -> Movement | None:
        found = wire.find(self._all("payouts", {}, account=account_id), "payout", str(payout_id))
        return wire.movement(found) if found else None

    def balance(self) -> dict[str, Money]:
        return wire.balance(self._get("balance", {}))

    def read_notice(self, body: bytes, signature: str, *, now: datetime) -> Notice:
        parts = [part.split("=", 1) for part in signature.split(",") if "=" in part]
        times = [value for name, value in parts if name == "t" and value.isdigit()]
        if not times:
            raise SignatureWrong("no time")
        at = times[0]
        expected = hmac.new(self.webhook_secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        if not any(hmac.compare_digest(expected, value) for name, value in parts if name == "v1"):
            raise SignatureWrong("no signature matches")
        if abs(now.timestamp() - int(at)) > TOLERANCE_SECONDS:
            raise SignatureWrong("too far from now")
        return wire.notice(body)

    # over the wire

    def _post(self, path: str, fields: Mapping[str, Any], key: UUID, account: str = "") -> dict[str, Any]:
        return self._call("POST", path, account, data=dict(_flat(fields)), headers={"Idempotency-Key": str(key)})

    def _get(self, path: str, fields: Mapping[str, Any], account: str = "") -> dict[str, Any]:
        return self._call("GET", path, account, params=dict(_flat(fields)), headers={})

    def _all(self, path: str, fields: Mapping[str, Any], account: str = "") -> Iterator[dict[str, Any]]:
        asked: dict[str, Any] = {**fields, "limit": 100}
        while True:
            page = self._get(path, asked, account)
            yield from page["data"]
            if not page["has_more"]:
                return
            asked["starting_after"] = page["data"][-1]["id"]

    def _call(self, method: str, path: str, account: str, *, headers: dict[str, str], **sent: Any) -> dict[str, Any]:
        if account:
            headers["Stripe-Account"] = account
        try:
            answer = requests.request(
                method, f"{self.base_url}/v1/{path}", headers=headers, timeout=self.timeout, **sent
            )
            body: dict[str, Any] = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise GatewayUnavailable(str(error)) from error
        if answer.status_code >= 500 or answer.status_code in _NOT_EXECUTED_YET:
            raise GatewayUnavailable(f"HTTP {answer.status_code}")
        if answer.status_code >= 400:
            error_body = body.get("error", {})
            raise GatewayRefused(error_body.get("code") or error_body.get("type", ""), error_body.get("message", ""))
        return body


def _flat(fields: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Nested values in form encoding: `metadata[payout]`, `line_items[0][quantity]`."""
    for name, value in fields.items():
        path = f"{prefix}[{name}]" if prefix else name
        if isinstance(value, list):
            value = {str(position): item for position, item in enumerate(value)}
        if isinstance(value, Mapping):
            yield from _flat(value, path)
        elif isinstance(value, bool):
            yield path, "true" if value else "false"
        else:
            yield path, str(value)
