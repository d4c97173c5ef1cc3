"""The door to the sandbox processor: plain HTTP, three seconds to connect, and nothing retried behind our back."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import requests

from apps.common.ids import uuid7
from apps.common.money import Money
from apps.payments.gateways import amounts, answering, contested, patience, recipients, wire
from apps.payments.gateways.port import (
    AccountRequest,
    BalanceLine,
    BankPayoutRequest,
    Capabilities,
    ChargeOutcome,
    Checkout,
    CheckoutRequest,
    DisputeReport,
    EvidenceRequest,
    GatewayRefused,
    GatewayUnavailable,
    Movement,
    Notice,
    OnboardingPage,
    Outbound,
    OutboundRequest,
    Recipient,
    RecipientRequest,
    RecipientStatus,
    RefundRequest,
    RemoteKind,
    RemoteObject,
    Reversal,
    ReversalRequest,
    SignatureWrong,
    TopUpRequest,
    Transfer,
    TransferRequest,
)

TOLERANCE_SECONDS = 300
FINANCIAL_ACCOUNT = "fa_sandbox"
"""The sandbox pays abroad out of the platform's own balance."""


class SandboxGateway:
    name = "sandbox"
    capabilities = Capabilities()

    def __init__(
        self,
        *,
        base_url: str,
        webhook_secret: str,
        thin_secret: str = "",
        timeout: tuple[float, float] = (3, 15),
        pauses: Sequence[float] = patience.PAUSES,
    ) -> None:
        self.base_url, self.timeout, self.pauses = base_url.rstrip("/"), timeout, pauses
        self.webhook_secret, self.thin_secret = webhook_secret, thin_secret

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        return wire.checkout(self._post("checkout/sessions", wire.checkout_parameters(request), request.key))

    def charge_outcome(self, session_id: str) -> ChargeOutcome:
        return wire.charge_outcome(self._get(f"checkout/sessions/{session_id}", {"expand": wire.SESSION_EXPAND}))

    def close_checkout(self, session_id: str) -> None:
        with contextlib.suppress(GatewayRefused):  # only open pages can be closed
            self._post(f"checkout/sessions/{session_id}/expire", {}, uuid7())

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
            "metadata": {**request.terms, "payout": str(request.payout_id)},
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

    def open_account(self, request: AccountRequest) -> str:
        return str(self._post_v2("core/accounts", recipients.account_parameters(request), request.key)["id"])

    def onboarding_page(self, account_id: str, *, return_url: str, refresh_url: str) -> OnboardingPage:
        fields = recipients.link_parameters(account_id, return_url=return_url, refresh_url=refresh_url)
        return recipients.page(self._post_v2("core/account_links", fields, uuid4()))

    def recipient_status(self, account_id: str, *, rail: str) -> RecipientStatus:
        account = self._call(
            "GET", f"v2/core/accounts/{account_id}", params=dict(_flat({"include": recipients.ACCOUNT_INCLUDE}))
        )
        return recipients.status(account, rail, bank=self._bank(account_id, rail))

    def _bank(self, account_id: str, rail: str) -> dict[str, Any] | None:
        if rail == recipients.ABROAD:
            found = self._call("GET", "v2/money_management/payout_methods", context=account_id)
            return dict(recipients.eligible(found["data"]) or {}) or None
        banks = self._get(f"accounts/{account_id}", {})["external_accounts"]["data"]
        return banks[0] if banks else None

    def set_manual_payouts(self, account_id: str) -> None:
        self._post("balance_settings", recipients.MANUAL_PAYOUTS, uuid4(), account=account_id)

    def send_abroad(self, request: OutboundRequest) -> Outbound:
        fields = recipients.outbound_parameters(request, financial_account=FINANCIAL_ACCOUNT)
        return recipients.outbound(self._post_v2("money_management/outbound_payments", fields, request.key))

    def find_abroad(self, *, payout_id: UUID, account_id: str) -> Outbound | None:
        path = f"v2/money_management/outbound_payments?recipient={account_id}&limit=100"
        while path:
            page = self._call("GET", path)
            found = wire.find(page["data"], "payout", str(payout_id))
            if found is not None:
                return recipients.outbound(found)
            path = (page["next_page_url"] or "").lstrip("/")
        return None

    def payout_of_outbound(self, remote_id: str) -> str:
        found = self._call("GET", f"v2/money_management/outbound_payments/{remote_id}")
        return str((found.get("metadata") or {}).get("payout", ""))

    def reverse_transfer(self, request: ReversalRequest) -> Reversal:
        fields = wire.reversal_parameters(request)
        return wire.reversal(self._post(f"transfers/{request.transfer_id}/reversals", fields, request.key))

    def find_reversal(self, *, reversal_id: UUID, transfer_id: str) -> Reversal | None:
        found = wire.find(self._all(f"transfers/{transfer_id}/reversals", {}), "reversal", str(reversal_id))
        if found is None:
            return None
        line = self._get(f"balance_transactions/{found['balance_transaction']}", {})
        return wire.reversal({**found, "balance_transaction": line})

    def top_up(self, request: TopUpRequest) -> Movement:
        return wire.movement(self._post("topups", wire.top_up_parameters(request), request.key))

    def find_top_up(self, *, top_up_id: UUID) -> Movement | None:
        found = wire.find(self._all("topups", {}), "top_up", str(top_up_id))
        return wire.movement(found) if found else None

    def dispute(self, remote_id: str) -> DisputeReport:
        return contested.report(self._get(f"disputes/{remote_id}", {}))

    def submit_evidence(self, request: EvidenceRequest) -> DisputeReport:
        fields = contested.evidence_parameters(request)
        return contested.report(self._post(f"disputes/{request.dispute_id}", fields, request.key))

    def payment_of_warning(self, remote_id: str) -> str:
        return str(self._get(f"radar/early_fraud_warnings/{remote_id}", {}).get("payment_intent") or "")

    def balance(self, account_id: str = "") -> dict[str, Money]:
        return wire.balance(self._get("balance", {}, account_id))

    def balance_lines(self, *, since: datetime) -> Iterator[BalanceLine]:
        yield from map(wire.balance_line, self._all("balance_transactions", _created_since(since)))

    def objects_since(self, since: datetime | None, *, account_id: str = "") -> Iterator[RemoteObject]:
        fields = _created_since(since) if since else {}
        if account_id:
            for body in self._all("payouts", fields, account=account_id):
                yield replace(wire.remote_object(body, RemoteKind.PAYOUT, "payout"), account_id=account_id)
            return
        for path, (kind, name) in wire.LISTED.items():
            for body in self._all(path, fields):
                if kind != RemoteKind.CHARGE or wire.is_paid(body):
                    yield wire.remote_object(body, kind, name)
        lines = self._all("balance_transactions", {**fields, **wire.REVERSAL_LINES})
        yield from filter(None, map(wire.remote_reversal, lines))
        next_page = "v2/money_management/outbound_payments?limit=100"
        if since:
            next_page += f"&created[gte]={recipients.since(since)}"
        while next_page:
            page = self._call("GET", next_page)
            yield from map(recipients.remote_object, page["data"])
            next_page = (page["next_page_url"] or "").lstrip("/")

    def notices_since(self, since: datetime) -> Iterator[Notice]:
        fields = {**_created_since(since), "types": wire.EVENT_TYPES}
        yield from map(wire.notice_of, self._all("events", fields))

    def read_notice(self, body: bytes, signature: str, *, now: datetime) -> Notice:
        _check_signature(body, signature, self.webhook_secret, now)
        return wire.notice(body)

    def read_thin_notice(self, body: bytes, signature: str, *, now: datetime) -> Notice:
        _check_signature(body, signature, self.thin_secret, now)
        return wire.thin_notice(body)

    # over the wire

    def _post(self, path: str, fields: Mapping[str, Any], key: UUID, account: str = "") -> dict[str, Any]:
        headers = {"Idempotency-Key": str(key)}
        return self._call("POST", f"v1/{path}", account, data=dict(_flat(fields)), headers=headers)

    def _post_v2(self, path: str, fields: Mapping[str, Any], key: UUID) -> dict[str, Any]:
        return self._call("POST", f"v2/{path}", json=fields, headers={"Idempotency-Key": str(key)})

    def _get(self, path: str, fields: Mapping[str, Any], account: str = "") -> dict[str, Any]:
        return self._call("GET", f"v1/{path}", account, params=dict(_flat(fields)))

    def _all(self, path: str, fields: Mapping[str, Any], account: str = "") -> Iterator[dict[str, Any]]:
        asked: dict[str, Any] = {**fields, "limit": 100}
        while True:
            page = self._get(path, asked, account)
            yield from page["data"]
            if not page["has_more"]:
                return
            asked["starting_after"] = page["data"][-1]["id"]

    def _call(self, method: str, path: str, account: str = "", *, context: str = "", **sent: Any) -> dict[str, Any]:
        headers = sent.pop("headers", {})
        if account:
            headers["Stripe-Account"] = account
        if context:
            headers["Stripe-Context"] = context

        def call() -> dict[str, Any]:
            return answering.asked(self.name, self.base_url, lambda: self._call_once(method, path, headers, sent))

        try:
            return patience.patiently(call, self.pauses)
        except patience.TooManyRequests as error:
            raise GatewayUnavailable("HTTP 429") from error

    def _call_once(self, method: str, path: str, headers: dict[str, str], sent: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = requests.request(method, f"{self.base_url}/{path}", headers=headers, timeout=self.timeout, **sent)
            body: dict[str, Any] = answer.json()
        except (requests.ConnectionError, requests.Timeout) as error:
            raise answering.Silence(str(error)) from error
        except (requests.RequestException, ValueError) as error:
            raise GatewayUnavailable(str(error)) from error
        if answer.status_code == 429:
            raise patience.TooManyRequests
        if answer.status_code >= 500 or answer.status_code == 409:
            raise GatewayUnavailable(f"HTTP {answer.status_code}")
        if answer.status_code >= 400:
            error_body = body.get("error", {})
            raise GatewayRefused(error_body.get("code") or error_body.get("type", ""), error_body.get("message", ""))
        return body


def _created_since(since: datetime) -> dict[str, Any]:
    return {"created": {"gte": int(since.timestamp())}}


def _check_signature(body: bytes, signature: str, secret: str, now: datetime) -> None:
    parts = [part.split("=", 1) for part in signature.split(",") if "=" in part]
    times = [value for name, value in parts if name == "t" and value.isdigit()]
    if not times:
        raise SignatureWrong("no time")
    at = times[0]
    expected = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    if not any(hmac.compare_digest(expected, value) for name, value in parts if name == "v1"):
        raise SignatureWrong("no signature matches")
    if abs(now.timestamp() - int(at)) > TOLERANCE_SECONDS:
        raise SignatureWrong("too far from now")


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
