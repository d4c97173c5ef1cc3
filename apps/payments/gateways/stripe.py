"""The door to Stripe: the only file that imports its client. Separate charges and transfers, see docs/money.md."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import stripe
from stripe import RequestsClient, StripeClient

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

API_VERSION = "2026-10-28.endive"
TOLERANCE_SECONDS = 300
CONNECT_RAILS = {"connect", "sandbox", ""}
Answer = TypeVar("Answer")

stripe.enable_telemetry = False


class StripeGateway:
    name = "stripe"

    def __init__(
        self,
        *,
        api_key: str,
        webhook_secret: str,
        api_base: str = "",
        retries: int = 2,
        timeout: tuple[float, float] = (3, 20),
    ) -> None:
        # Without max_network_retries the client retries nothing; with it, the same key is sent again.
        self._client = StripeClient(
            api_key,
            stripe_version=API_VERSION,
            max_network_retries=retries,
            http_client=RequestsClient(timeout=timeout),
            base_addresses={"api": api_base} if api_base else {},
        )
        self._webhook_secret = webhook_secret

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        parameters: Any = wire.checkout_parameters(request)
        parameters["locale"] = _locale(request.locale)
        return wire.checkout(
            _plain(_asked(lambda: self._client.v1.checkout.sessions.create(parameters, _key(request.key))))
        )

    def charge_outcome(self, session_id: str) -> ChargeOutcome:
        session = _asked(
            lambda: self._client.v1.checkout.sessions.retrieve(session_id, {"expand": wire.SESSION_EXPAND})
        )
        return wire.charge_outcome(_plain(session))

    def refund(self, request: RefundRequest) -> Movement:
        parameters: Any = {
            "payment_intent": request.payment_id,
            "amount": amounts.to_processor(request.amount),
            "metadata": {"refund": str(request.refund_id)},
        }
        return wire.movement(_plain(_asked(lambda: self._client.v1.refunds.create(parameters, _key(request.key)))))

    def find_refund(self, *, refund_id: UUID, payment_id: str) -> Movement | None:
        listed = _asked(
            lambda: list(self._client.v1.refunds.list({"payment_intent": payment_id, "limit": 100}).auto_paging_iter())
        )
        found = wire.find(map(_plain, listed), "refund", str(refund_id))
        return wire.movement(found) if found else None

    def open_recipient(self, request: RecipientRequest) -> Recipient:
        if request.rail not in CONNECT_RAILS:
            raise GatewayRefused("rail_unsupported", f"{request.country} needs the {request.rail} rail")
        parameters: Any = wire.recipient_parameters(request)
        accounts, options = self._client.v1.accounts, _key(request.key)
        if request.account_id:
            changed = _asked(lambda: accounts.update(request.account_id, parameters, options))
            return wire.recipient(_plain(changed))
        return wire.recipient(_plain(_asked(lambda: accounts.create(parameters, options))))

    def transfer(self, request: TransferRequest) -> Transfer:
        parameters: Any = {
            "amount": amounts.to_processor(request.amount),
            "currency": request.amount.currency.lower(),
            "destination": request.account_id,
            "transfer_group": f"payout_{request.payout_id}",
            "metadata": {"payout": str(request.payout_id)},
            "expand": ["balance_transaction"],
        }
        return wire.transfer(_plain(_asked(lambda: self._client.v1.transfers.create(parameters, _key(request.key)))))

    def find_transfer(self, *, payout_id: UUID) -> Transfer | None:
        parameters: Any = {
            "transfer_group": f"payout_{payout_id}",
            "limit": 100,
            "expand": ["data.balance_transaction"],
        }
        listed = _asked(lambda: list(self._client.v1.transfers.list(parameters).auto_paging_iter()))
        found = wire.find(map(_plain, listed), "payout", str(payout_id))
        if found is None:
            return None
        line = found["balance_transaction"]
        if isinstance(line, str):
            line = _plain(_asked(lambda: self._client.v1.balance_transactions.retrieve(line)))
        return wire.transfer({**found, "balance_transaction": line})

    def pay_out(self, request: BankPayoutRequest) -> Movement:
        parameters: Any = {
            "amount": amounts.to_processor(request.amount, is_payout=True),
            "currency": request.amount.currency.lower(),
            "metadata": {"payout": str(request.payout_id)},
        }
        options: Any = {**_key(request.key), "stripe_account": request.account_id}
        return wire.movement(_plain(_asked(lambda: self._client.v1.payouts.create(parameters, options))))

    def find_payout(self, *, payout_id: UUID, account_id: str) -> Movement | None:
        listed = _asked(
            lambda: list(
                self._client.v1.payouts.list({"limit": 100}, {"stripe_account": account_id}).auto_paging_iter()
            )
        )
        found = wire.find(map(_plain, listed), "payout", str(payout_id))
        return wire.movement(found) if found else None

    def balance(self) -> dict[str, Money]:
        return wire.balance(_plain(_asked(lambda: self._client.v1.balance.retrieve())))

    def read_notice(self, body: bytes, signature: str, *, now: datetime) -> Notice:
        try:
            stripe.WebhookSignature.verify_header(
                body.decode(), signature, self._webhook_secret, tolerance=TOLERANCE_SECONDS
            )
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise SignatureWrong(str(error)) from error
        # The client accepts times in the future.
        sent = [part[2:] for part in signature.split(",") if part.startswith("t=")]
        if not sent or int(sent[0]) > now.timestamp() + TOLERANCE_SECONDS:
            raise SignatureWrong("from the future")
        return wire.notice(body)


def _key(key: UUID) -> Any:
    return {"idempotency_key": str(key)}


def _locale(language: str) -> str:
    """https://docs.stripe.com/js/appendix/supported_locales: Chinese is `zh`, and Arabic is not spoken."""
    return {"zh-hans": "zh", "ar": "auto"}.get(language, language)


def _plain(found: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(str(found)) if not isinstance(found, dict) else dict(found)
    return body


def _asked(call: Callable[[], Answer]) -> Answer:
    """
    Sort the client's errors into "no" and "no answer".

    A concurrent request under the same key (409) and too many requests (429) were not executed by this call, but the
    first may have been: no answer.
    """
    try:
        return call()
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise GatewayUnavailable(str(error)) from error
    except stripe.StripeError as error:
        status = error.http_status or 0
        if status >= 500 or status in (0, 409, 429):
            raise GatewayUnavailable(str(error)) from error
        raise GatewayRefused(error.code or "", error.user_message or str(error)) from error
