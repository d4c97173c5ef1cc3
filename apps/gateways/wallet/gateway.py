"""
The gateway to a provider of prepaid wallets. The provider is fictitious (`provider`): no such company exists, and the
gateway is open only if its URL is configured. It tests the Gateway interface with a provider that has no idempotency
keys, webhooks, fees, onboarding pages or recipients' balances.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import requests

from apps.common.money import Money
from apps.gateways import breakers
from apps.gateways.errors import GatewayRefused, GatewayUnavailable
from apps.gateways.protocols.charges import ChargeOutcome, ChargeState, Checkout, CheckoutRequest, RefundRequest
from apps.gateways.protocols.gateway import Capabilities
from apps.gateways.protocols.movements import Movement, TransferState
from apps.gateways.protocols.payouts import Outbound, OutboundRequest, Recipient, RecipientRequest
from apps.gateways.protocols.statements import BalanceLine
from apps.gateways.protocols.transfers import Transfer

OPEN_FOR = timedelta(days=1)


_LINES = {"pay_in": "payment", "give_back": "refund", "pay_out": "transfer"}


Json = dict[str, Any]


class WalletGateway:
    name = "wallet"
    capabilities = Capabilities()

    def __init__(self, *, base_url: str, timeout: tuple[float, float] = (3, 15)) -> None:
        self.base_url, self.timeout = base_url.rstrip("/"), timeout

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        name = f"charge-{request.charge_id}"
        self._put(name, kind="pay_in", amount=request.amount, memo=request.memo)
        return Checkout(name, f"{self.base_url}/confirm/{name}", datetime.now(UTC) + OPEN_FOR)

    def charge_outcome(self, session_id: str) -> ChargeOutcome:
        order = self._get(session_id)
        if order is None:
            raise GatewayRefused("resource_missing", f"no order is called {session_id}")
        if order["state"] != "done":
            return ChargeOutcome(ChargeState.OPEN)
        return ChargeOutcome(
            ChargeState.SUCCEEDED, payment_id=session_id, remote_charge_id=session_id, amount=_money(order)
        )

    def close_checkout(self, session_id: str) -> None:
        """A visible order cannot be cancelled: if it is paid anyway, the money becomes credit."""

    def refund(self, request: RefundRequest) -> Movement:
        name = f"refund-{request.refund_id}"
        return _movement(self._put(name, kind="give_back", amount=request.amount, of=request.payment_id))

    def find_refund(self, *, refund_id: UUID, payment_id: str) -> Movement | None:
        result = self._get(f"refund-{refund_id}")
        return _movement(result) if result else None

    def open_recipient(self, request: RecipientRequest) -> Recipient:
        """The owner types the wallet's number; only a payout shows whether it exists."""
        number = request.account_number
        if len(number) < 6 or not number.isalnum():
            raise GatewayRefused("account_number_invalid", "A wallet's number has six letters and digits or more.")
        return Recipient(number, number[-4:], "WALLET", payout_method_id=number)

    def send_cross_border(self, request: OutboundRequest) -> Outbound:
        if request.source_currency != request.amount.currency:
            raise GatewayRefused("unsupported", f"{self.name} does not convert")
        name = f"payout-{request.payout_id}"
        return _outbound(self._put(name, kind="pay_out", amount=request.amount, wallet=request.payout_method_id))

    def find_cross_border(self, *, payout_id: UUID, account_id: str) -> Outbound | None:
        result = self._get(f"payout-{payout_id}")
        return _outbound(result) if result else None

    def balance(self, account_id: str = "") -> dict[str, Money]:
        held: dict[str, Money] = {}
        for row in self._call("GET", "book")["rows"] if not account_id else ():
            amount = _money(row)
            held[amount.currency] = held.get(amount.currency, Money.zero(amount.currency)) + amount
        return held

    def balance_lines(self, *, since: datetime) -> Iterator[BalanceLine]:
        for row in self._call("GET", "book")["rows"]:
            at, amount = datetime.fromisoformat(row["at"]), _money(row)
            if at >= since:
                kind = _LINES.get(row["kind"], row["kind"])
                yield BalanceLine(f"row-{row['nr']}", kind, amount, Money.zero(amount.currency), row["order"], at)

    # HTTP calls

    def _put(self, name: str, *, amount: Money, **fields: str) -> Json:
        sent = {"amount": str(amount.as_decimal()), "currency": amount.currency, **fields}
        return self._call("PUT", f"orders/{name}", json=sent)

    def _get(self, name: str) -> Json | None:
        try:
            return self._call("GET", f"orders/{name}")
        except GatewayRefused:
            return None

    def _call(self, method: str, path: str, **sent: Any) -> Json:
        return breakers.call(self.name, self.base_url, lambda: self._call_once(method, path, sent))

    def _call_once(self, method: str, path: str, sent: dict[str, Any]) -> Json:
        try:
            answer = requests.request(method, f"{self.base_url}/{path}", timeout=self.timeout, **sent)
            body: Json = answer.json()
        except (requests.ConnectionError, requests.Timeout) as error:
            raise breakers.NoAnswer(str(error)) from error
        except (requests.RequestException, ValueError) as error:
            raise GatewayUnavailable(str(error)) from error
        if answer.status_code >= 500:
            raise GatewayUnavailable(f"HTTP {answer.status_code}")
        if answer.status_code >= 400:
            reason = body.get("reason", "")
            raise GatewayRefused("idempotency_error" if reason == "name_taken" else reason, f"wallet: {reason}")
        return body


def _money(row: Json) -> Money:
    return Money.of(Decimal(row["amount"]), row["currency"])


def _movement(order: Json) -> Movement:
    state = TransferState.SUCCEEDED if order["state"] == "done" else TransferState.PENDING
    return Movement(order["name"], state)


def _outbound(order: Json) -> Outbound:
    return Outbound(Transfer(order["name"], _money(order)), _movement(order))
