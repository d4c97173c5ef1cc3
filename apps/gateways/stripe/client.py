"""The Stripe gateway: the only module that imports its client. See docs/explanation/money.md for its transfers."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import stripe
from stripe import RequestsClient, StripeClient

from apps.common.money import Money
from apps.gateways import breakers
from apps.gateways.errors import GatewayRefused, GatewayUnavailable, SignatureWrong
from apps.gateways.protocols.charges import ChargeOutcome, Checkout, CheckoutRequest, RefundRequest
from apps.gateways.protocols.disputes import DisputeReport, EvidenceRequest
from apps.gateways.protocols.gateway import Capabilities
from apps.gateways.protocols.movements import Movement
from apps.gateways.protocols.onboarding import AccountRequest, OnboardingPage, RecipientStatus
from apps.gateways.protocols.payouts import Outbound, OutboundRequest, Recipient, RecipientRequest
from apps.gateways.protocols.statements import BalanceLine, RemoteKind, RemoteObject
from apps.gateways.protocols.top_ups import TopUpRequest
from apps.gateways.protocols.transfers import BankPayoutRequest, Reversal, ReversalRequest, Transfer, TransferRequest
from apps.gateways.protocols.webhooks import Webhook
from apps.gateways.stripe import amounts, mapping, recipients, retry
from apps.gateways.stripe import disputes as dispute_stripe

API_VERSION = "2026-10-28.endive"


TOLERANCE_SECONDS = 300


Answer = TypeVar("Answer")


stripe.enable_telemetry = False


class StripeGateway:
    name = "stripe"
    signature_header = "Stripe-Signature"
    capabilities = Capabilities()
    bank_account_rails = frozenset({"connect", "sandbox", ""})
    """Rails for payouts to a bank account whose number we pass on."""

    def __init__(
        self,
        *,
        api_key: str,
        webhook_secret: str,
        api_base: str = "",
        thin_secret: str = "",
        financial_account: str = "",
        retries: int = 1,
        timeout: tuple[float, float] = (3, 15),
        pauses: Sequence[float] = retry.PAUSES,
    ) -> None:
        self._address = api_base or stripe.DEFAULT_API_BASE
        # Without max_network_retries the client does not retry; with it, it retries with the same key.
        self._client = StripeClient(
            api_key,
            stripe_version=API_VERSION,
            max_network_retries=retries,
            http_client=RequestsClient(timeout=timeout),
            base_addresses={"api": api_base} if api_base else {},
        )
        self._webhook_secret, self._thin_secret = webhook_secret, thin_secret
        self._financial_account, self._retrying = financial_account, retry.retrying(pauses)

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        parameters: Any = mapping.checkout_parameters(request)
        parameters["locale"] = self.page_language(request.locale)
        return mapping.checkout(
            _plain(self._call(lambda: self._client.v1.checkout.sessions.create(parameters, _key(request.key))))
        )

    def page_language(self, language: str) -> str:
        """https://docs.stripe.com/js/appendix/supported_locales: Chinese is `zh`, and there is no Arabic."""
        return {"zh-hans": "zh", "ar": "auto"}.get(language, language)

    def charge_outcome(self, session_id: str) -> ChargeOutcome:
        session = self._call(
            lambda: self._client.v1.checkout.sessions.retrieve(session_id, {"expand": mapping.SESSION_EXPAND})
        )
        return mapping.charge_outcome(_plain(session))

    def close_checkout(self, session_id: str) -> None:
        with contextlib.suppress(GatewayRefused):  # only open pages can be closed
            self._call(lambda: self._client.v1.checkout.sessions.expire(session_id))

    def refund(self, request: RefundRequest) -> Movement:
        parameters: Any = {
            "payment_intent": request.payment_id,
            "amount": amounts.to_processor(request.amount),
            "metadata": {"refund": str(request.refund_id)},
        }
        return mapping.movement(
            _plain(self._call(lambda: self._client.v1.refunds.create(parameters, _key(request.key))))
        )

    def find_refund(self, *, refund_id: UUID, payment_id: str) -> Movement | None:
        listed = self._call(
            lambda: list(self._client.v1.refunds.list({"payment_intent": payment_id, "limit": 100}).auto_paging_iter())
        )
        result = mapping.find(map(_plain, listed), "refund", str(refund_id))
        return mapping.movement(result) if result else None

    def open_recipient(self, request: RecipientRequest) -> Recipient:
        if request.rail not in self.bank_account_rails:
            raise GatewayRefused("rail_unsupported", f"{request.country} needs the {request.rail} rail")
        parameters: Any = mapping.recipient_parameters(request)
        accounts, options = self._client.v1.accounts, _key(request.key)
        if request.account_id:
            changed = self._call(lambda: accounts.update(request.account_id, parameters, options))
            return mapping.recipient(_plain(changed))
        return mapping.recipient(_plain(self._call(lambda: accounts.create(parameters, options))))

    def transfer(self, request: TransferRequest) -> Transfer:
        parameters: Any = {
            "amount": amounts.to_processor(request.amount),
            "currency": request.amount.currency.lower(),
            "destination": request.account_id,
            "transfer_group": f"payout_{request.payout_id}",
            "metadata": {**request.terms, "payout": str(request.payout_id)},
            "expand": ["balance_transaction"],
        }
        return mapping.transfer(
            _plain(self._call(lambda: self._client.v1.transfers.create(parameters, _key(request.key))))
        )

    def find_transfer(self, *, payout_id: UUID) -> Transfer | None:
        parameters: Any = {
            "transfer_group": f"payout_{payout_id}",
            "limit": 100,
            "expand": ["data.balance_transaction"],
        }
        listed = self._call(lambda: list(self._client.v1.transfers.list(parameters).auto_paging_iter()))
        result = mapping.find(map(_plain, listed), "payout", str(payout_id))
        if result is None:
            return None
        line = result["balance_transaction"]
        if isinstance(line, str):
            line = _plain(self._call(lambda: self._client.v1.balance_transactions.retrieve(line)))
        return mapping.transfer({**result, "balance_transaction": line})

    def pay_out(self, request: BankPayoutRequest) -> Movement:
        parameters: Any = {
            "amount": amounts.to_processor(request.amount, is_payout=True),
            "currency": request.amount.currency.lower(),
            "metadata": {"payout": str(request.payout_id)},
        }
        options: Any = {**_key(request.key), "stripe_account": request.account_id}
        return mapping.movement(_plain(self._call(lambda: self._client.v1.payouts.create(parameters, options))))

    def find_payout(self, *, payout_id: UUID, account_id: str) -> Movement | None:
        listed = self._call(
            lambda: list(
                self._client.v1.payouts.list({"limit": 100}, {"stripe_account": account_id}).auto_paging_iter()
            )
        )
        result = mapping.find(map(_plain, listed), "payout", str(payout_id))
        return mapping.movement(result) if result else None

    def open_account(self, request: AccountRequest) -> str:
        if request.rail == recipients.CROSS_BORDER and not self._financial_account:
            raise GatewayRefused("rail_unsupported", "no financial account to pay abroad from")
        parameters: Any = recipients.account_parameters(request)
        created = self._call(lambda: self._client.v2.core.accounts.create(parameters, _key(request.key)))
        return str(created.id)

    def onboarding_page(self, account_id: str, *, return_url: str, refresh_url: str) -> OnboardingPage:
        parameters: Any = recipients.link_parameters(account_id, return_url=return_url, refresh_url=refresh_url)
        return recipients.page(_plain(self._call(lambda: self._client.v2.core.account_links.create(parameters))))

    def recipient_status(self, account_id: str, *, rail: str) -> RecipientStatus:
        parameters: Any = {"include": recipients.ACCOUNT_INCLUDE}
        account = self._call(lambda: self._client.v2.core.accounts.retrieve(account_id, parameters))
        return recipients.status(_plain(account), rail, bank=self._bank(account_id, rail))

    def _bank(self, account_id: str, rail: str) -> dict[str, Any] | None:
        if rail == recipients.CROSS_BORDER:
            options: Any = {"stripe_context": account_id}
            result = self._call(lambda: self._client.v2.money_management.payout_methods.list({}, options))
            return dict(recipients.eligible(map(_plain, result.data)) or {}) or None
        # API v1 returns the bank of an account created with API v2.
        account = _plain(self._call(lambda: self._client.v1.accounts.retrieve(account_id)))
        banks: list[dict[str, Any]] = (account.get("external_accounts") or {}).get("data") or []
        return banks[0] if banks else None

    def set_manual_payouts(self, account_id: str) -> None:
        # A raw request: the client's own object fails on `automatic_transfer_rules_by_currency: null`, which is valid
        # (stripe 16.1, AttributeError in StripeObject._refresh_from).
        self._call(
            lambda: self._client.raw_request(
                "post", "/v1/balance_settings", **recipients.MANUAL_PAYOUTS, stripe_account=account_id
            )
        )

    def send_cross_border(self, request: OutboundRequest) -> Outbound:
        parameters: Any = recipients.outbound_parameters(request, financial_account=self._financial_account)
        payments = self._client.v2.money_management.outbound_payments
        return recipients.outbound(_plain(self._call(lambda: payments.create(parameters, _key(request.key)))))

    def find_cross_border(self, *, payout_id: UUID, account_id: str) -> Outbound | None:
        parameters: Any = {"recipient": account_id, "limit": 100}
        payments = self._client.v2.money_management.outbound_payments
        listed = self._call(lambda: list(payments.list(parameters).auto_paging_iter()))
        result = mapping.find(map(_plain, listed), "payout", str(payout_id))
        return recipients.outbound(result) if result else None

    def payout_of_outbound(self, remote_id: str) -> str:
        payments = self._client.v2.money_management.outbound_payments
        plain = _plain(self._call(lambda: payments.retrieve(remote_id)))
        return str((plain.get("metadata") or {}).get("payout", ""))

    def reverse_transfer(self, request: ReversalRequest) -> Reversal:
        parameters: Any = mapping.reversal_parameters(request)
        reversals = self._client.v1.transfers.reversals
        created = self._call(lambda: reversals.create(request.transfer_id, parameters, _key(request.key)))
        return mapping.reversal(_plain(created))

    def find_reversal(self, *, reversal_id: UUID, transfer_id: str) -> Reversal | None:
        reversals = self._client.v1.transfers.reversals
        listed = self._call(
            lambda: list(
                reversals.list(transfer_id, {"limit": 100, "expand": ["data.balance_transaction"]}).auto_paging_iter()
            )
        )
        result = mapping.find(map(_plain, listed), "reversal", str(reversal_id))
        return mapping.reversal(result) if result else None

    def top_up(self, request: TopUpRequest) -> Movement:
        parameters: Any = mapping.top_up_parameters(request)
        return mapping.movement(
            _plain(self._call(lambda: self._client.v1.topups.create(parameters, _key(request.key))))
        )

    def find_top_up(self, *, top_up_id: UUID) -> Movement | None:
        listed = self._call(lambda: list(self._client.v1.topups.list({"limit": 100}).auto_paging_iter()))
        result = mapping.find(map(_plain, listed), "top_up", str(top_up_id))
        return mapping.movement(result) if result else None

    def dispute(self, remote_id: str) -> DisputeReport:
        return dispute_stripe.report(_plain(self._call(lambda: self._client.v1.disputes.retrieve(remote_id))))

    def submit_evidence(self, request: EvidenceRequest) -> DisputeReport:
        parameters: Any = dispute_stripe.evidence_parameters(request)
        disputes, options = self._client.v1.disputes, _key(request.key)
        return dispute_stripe.report(
            _plain(self._call(lambda: disputes.update(request.dispute_id, parameters, options)))
        )

    def payment_of_warning(self, remote_id: str) -> str:
        result = self._call(lambda: self._client.v1.radar.early_fraud_warnings.retrieve(remote_id))
        return str(_plain(result).get("payment_intent") or "")

    def balance(self, account_id: str = "") -> dict[str, Money]:
        options: Any = {"stripe_account": account_id} if account_id else {}
        return mapping.balance(_plain(self._call(lambda: self._client.v1.balance.retrieve({}, options))))

    def balance_lines(self, *, since: datetime) -> Iterator[BalanceLine]:
        parameters: Any = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        # Page by page: the client's own iterator ends, as if it had read everything, when a page is asked for again.
        page = self._call(lambda: self._client.v1.balance_transactions.list(parameters))
        while page.data:
            yield from (mapping.balance_line(_plain(line)) for line in page.data)
            page = self._call(page.next_page)

    def objects_since(self, since: datetime | None, *, account_id: str = "") -> Iterator[RemoteObject]:
        since_then = {"created": {"gte": int(since.timestamp())}} if since else {}
        parameters: Any = {**since_then, "limit": 100}
        if account_id:
            options: Any = {"stripe_account": account_id}
            payouts = self._call(lambda: list(self._client.v1.payouts.list(parameters, options).auto_paging_iter()))
            for body in map(_plain, payouts):
                yield replace(mapping.remote_object(body, RemoteKind.PAYOUT, "payout"), account_id=account_id)
            return
        listing: dict[str, Any] = {
            "checkout/sessions": self._client.v1.checkout.sessions,
            "transfers": self._client.v1.transfers,
            "refunds": self._client.v1.refunds,
            "topups": self._client.v1.topups,
        }
        for path, (kind, name) in mapping.LISTED.items():
            for body in self._every(listing[path], parameters):
                if kind != RemoteKind.CHARGE or mapping.is_paid(body):
                    yield mapping.remote_object(body, kind, name)
        lines = self._every(self._client.v1.balance_transactions, {**since_then, **mapping.REVERSAL_LINES})
        yield from filter(None, map(mapping.remote_reversal, lines))
        if self._financial_account:
            abroad: Any = self._client.v2.money_management.outbound_payments
            requested: Any = {"limit": 100, **({"created": {"gte": recipients.since(since)}} if since else {})}
            yield from map(recipients.remote_object, self._every(abroad, requested))

    def _every(self, listed: Any, parameters: Any) -> Iterator[dict[str, Any]]:
        yield from map(_plain, self._call(lambda: list(listed.list(parameters).auto_paging_iter())))

    def events_since(self, since: datetime) -> Iterator[Webhook]:
        parameters: Any = {"created": {"gte": int(since.timestamp())}, "types": mapping.EVENT_TYPES, "limit": 100}
        listed = self._call(lambda: list(self._client.v1.events.list(parameters).auto_paging_iter()))
        yield from (mapping.webhook_of(_plain(event)) for event in listed)

    def read_webhook(self, body: bytes, signature: str, *, now: datetime) -> Webhook:
        _check_signature(body, signature, self._webhook_secret, now)
        return mapping.webhook(body)

    def read_thin_webhook(self, body: bytes, signature: str, *, now: datetime) -> Webhook:
        _check_signature(body, signature, self._thin_secret, now)
        return mapping.thin_webhook(body)

    def _call(self, call: Callable[[], Answer]) -> Answer:
        try:
            answer: Answer = self._retrying(breakers.call, self.name, self._address, lambda: _sorted(call))
            return answer
        except retry.TooManyRequests as error:
            raise GatewayUnavailable("too many requests") from error


def _check_signature(body: bytes, signature: str, secret: str, now: datetime) -> None:
    try:
        stripe.WebhookSignature.verify_header(body.decode(), signature, secret, tolerance=TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, ValueError) as error:
        raise SignatureWrong(str(error)) from error
    # The client accepts timestamps in the future.
    sent = [part[2:] for part in signature.split(",") if part.startswith("t=")]
    if not sent or int(sent[0]) > now.timestamp() + TOLERANCE_SECONDS:
        raise SignatureWrong("from the future")


def _key(key: UUID) -> Any:
    return {"idempotency_key": str(key)}


def _plain(value: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(str(value)) if not isinstance(value, dict) else dict(value)
    return body


def _sorted(call: Callable[[], Answer]) -> Answer:
    """
    Convert the client's errors into GatewayRefused or GatewayUnavailable.

    A conflict with a concurrent request under the same key (409) means that this call did nothing, but the first call
    may have succeeded: it counts as no answer. The client retries everything except too many requests (429), which
    `retry` handles.
    """
    try:
        return call()
    except stripe.RateLimitError as error:
        raise retry.TooManyRequests from error
    except stripe.APIConnectionError as error:
        raise breakers.NoAnswer(str(error)) from error
    except stripe.StripeError as error:
        status = error.http_status or 0
        if status >= 500 or status in (0, 409):
            raise GatewayUnavailable(str(error)) from error
        code = error.code or ("idempotency_error" if isinstance(error, stripe.IdempotencyError) else "")
        raise GatewayRefused(code, error.user_message or str(error)) from error
