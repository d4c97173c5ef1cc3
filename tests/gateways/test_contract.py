"""What every gateway promises, asked through both of them over real HTTP against the same processor."""

import json
import time
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import requests

from apps.common.money import Money
from apps.gateways.errors import GatewayRefused, GatewayUnavailable, SignatureWrong
from apps.gateways.protocols.charges import ChargeState, CheckoutRequest, RefundRequest
from apps.gateways.protocols.disputes import Disputes
from apps.gateways.protocols.gateway import Gateway
from apps.gateways.protocols.movements import TransferState
from apps.gateways.protocols.onboarding import Onboarding
from apps.gateways.protocols.payouts import RecipientRequest
from apps.gateways.protocols.statements import Listing
from apps.gateways.protocols.top_ups import TopUps
from apps.gateways.protocols.transfers import BankPayoutRequest, RecipientBalances, TransferRequest
from apps.gateways.protocols.webhooks import WebhookKind, Webhooks
from devstack.sandbox_processor import events, payouts
from devstack.sandbox_processor.charges import processor_fee

from .conftest import SECRET

EUR_525 = Money.of("525.00", "EUR")


def checkout_request(amount: Money = EUR_525, **options) -> CheckoutRequest:
    defaults = {
        "key": uuid4(), "charge_id": uuid4(), "memo": "标志 – شعار", "group": "escrow_1",
        "success_url": "http://shop.test/ok", "cancel_url": "http://shop.test/back", "locale": "en",
    }  # fmt: skip
    return CheckoutRequest(amount=amount, **(defaults | options))


def control(processor, desk: str, **body) -> dict:
    answer = requests.post(f"{processor.url}/control/{desk}", data=json.dumps(body), timeout=5)
    return answer.json()


def fault(processor, path: str, kind: str, times: int = 1) -> None:
    control(processor, "faults", path=path, kind=kind, times=times)


def keys(processor, path: str) -> list[str]:
    return [call["key"] for call in control(processor, "state")["calls"] if call["path"] == path]


def count(processor, kind: str) -> int:
    return control(processor, "state")["counts"].get(kind, 0)


def paid(gateway, processor, amount: Money = EUR_525, card: str = "4242424242424242") -> str:
    checkout = gateway.open_checkout(checkout_request(amount))
    control(processor, f"pay/{checkout.session_id}", card=card)
    return checkout.session_id


@pytest.fixture
def recipient(gateway) -> str:
    return gateway.open_recipient(recipient_request()).account_id


def recipient_request(**options) -> RecipientRequest:
    defaults = {
        "key": uuid4(), "organization_id": uuid4(), "country": "NG", "currency": "USD",
        "holder_name": "Ada Obi", "account_number": "0001234567", "rail": "connect",
    }  # fmt: skip
    return RecipientRequest(**(defaults | options))


def test_the_client_offers_every_flow(gateway):
    for flow in (Gateway, RecipientBalances, Onboarding, TopUps, Disputes, Webhooks, Listing):
        assert isinstance(gateway, flow)


class TestCharges:
    def test_a_checkout_is_open_until_somebody_pays(self, gateway, processor):
        checkout = gateway.open_checkout(checkout_request())

        assert checkout.url.startswith(processor.url)
        assert checkout.expires_at > datetime.now(UTC)
        assert gateway.charge_outcome(checkout.session_id).state == ChargeState.OPEN

    def test_the_stored_key_goes_over_the_wire_and_gives_the_same_checkout(self, gateway, processor):
        request = checkout_request()

        first, second = gateway.open_checkout(request), gateway.open_checkout(request)

        assert first == second
        assert keys(processor, "/v1/checkout/sessions") == [str(request.key)] * 2
        assert count(processor, "checkout.session") == 1

    def test_the_same_key_with_another_amount_is_refused(self, gateway):
        request = checkout_request()
        gateway.open_checkout(request)

        with pytest.raises(GatewayRefused):
            gateway.open_checkout(checkout_request(Money.of("1.00", "EUR"), key=request.key))

    def test_a_paid_checkout_tells_the_amount_and_the_processors_own_fee(self, gateway, processor):
        outcome = gateway.charge_outcome(paid(gateway, processor))

        assert outcome.state == ChargeState.SUCCEEDED
        assert outcome.amount == EUR_525
        assert outcome.fee == Money(processor_fee(52500, "eur"), "EUR") == Money.of("15.53", "EUR")
        assert outcome.fee_id.startswith("txn_")
        assert gateway.balance()["EUR"] == Money.of("509.47", "EUR")

    @pytest.mark.parametrize("amount", [Money.of("52500", "JPY"), Money.of("52.500", "KWD"), Money.of("700", "UGX")])
    def test_amounts_survive_the_processors_own_exponents(self, gateway, processor, amount):
        assert gateway.charge_outcome(paid(gateway, processor, amount)).amount == amount

    @pytest.mark.parametrize(
        ("card", "code"), [("4000000000000002", "generic_decline"), ("4000000000009995", "insufficient_funds")]
    )
    def test_a_declined_card_leaves_the_checkout_payable(self, gateway, processor, card, code):
        session_id = paid(gateway, processor, card=card)
        declined = gateway.charge_outcome(session_id)
        control(processor, f"pay/{session_id}")

        assert (declined.state, declined.decline_code) == (ChargeState.DECLINED, code)
        assert gateway.charge_outcome(session_id).state == ChargeState.SUCCEEDED

    def test_the_page_is_paid_in_a_browser_in_the_buyers_language(self, gateway):
        checkout = gateway.open_checkout(checkout_request(locale="ar"))
        page = requests.get(checkout.url.split("?")[0] + "?locale=ar", timeout=5)
        declined = requests.post(checkout.url, data={"outcome": "decline"}, timeout=5)
        answer = requests.post(checkout.url, data={"card": "4242 4242 4242 4242"}, timeout=5, allow_redirects=False)

        assert 'lang="ar" dir="rtl"' in page.text
        assert "ادفع" in page.text
        assert declined.status_code == 402
        assert answer.headers["Location"] == "http://shop.test/ok"
        assert gateway.charge_outcome(checkout.session_id).state == ChargeState.SUCCEEDED
        assert requests.get(checkout.url, timeout=5).status_code == 200

    def test_no_answer_is_unavailable_and_the_same_key_finds_what_was_done(self, gateway, processor):
        request = checkout_request()
        fault(processor, "POST /v1/checkout/sessions", "lost_reply")

        with pytest.raises(GatewayUnavailable):
            gateway.open_checkout(request)
        gateway.open_checkout(request)

        assert count(processor, "checkout.session") == 1

    @pytest.mark.parametrize("kind", ["500", "429", "lost_request", "slow"])
    def test_no_answer_that_can_be_relied_on_is_unavailable(self, gateway, processor, kind):
        fault(processor, "POST /v1/checkout/sessions", kind)
        with pytest.raises(GatewayUnavailable):
            gateway.open_checkout(checkout_request())


class TestRefunds:
    def test_a_refund_is_made_once_and_found_again(self, gateway, processor):
        outcome = gateway.charge_outcome(paid(gateway, processor))
        request = RefundRequest(uuid4(), uuid4(), outcome.payment_id, Money.of("100.00", "EUR"))

        created, again = gateway.refund(request), gateway.refund(request)

        assert created == again == gateway.find_refund(refund_id=request.refund_id, payment_id=outcome.payment_id)
        assert created.state == TransferState.SUCCEEDED
        assert gateway.find_refund(refund_id=uuid4(), payment_id=outcome.payment_id) is None
        assert gateway.balance()["EUR"] == Money.of("409.47", "EUR")

    def test_more_than_was_paid_is_refused(self, gateway, processor):
        outcome = gateway.charge_outcome(paid(gateway, processor))
        with pytest.raises(GatewayRefused):
            gateway.refund(RefundRequest(uuid4(), uuid4(), outcome.payment_id, Money.of("525.01", "EUR")))

    def test_a_refund_that_comes_back_is_failed(self, gateway, processor):
        outcome = gateway.charge_outcome(paid(gateway, processor, card="4000000000005126"))
        request = RefundRequest(uuid4(), uuid4(), outcome.payment_id, EUR_525)

        gateway.refund(request)

        refund = gateway.find_refund(refund_id=request.refund_id, payment_id=outcome.payment_id)
        assert refund.state == TransferState.FAILED
        assert gateway.balance()["EUR"] == Money.of("509.47", "EUR")


class TestPayouts:
    def test_a_recipient_keeps_only_the_end_of_the_account_number(self, gateway):
        recipient = gateway.open_recipient(recipient_request())
        assert (recipient.last4, recipient.bank_name) == ("4567", "SANDBOX BANK")

    def test_another_bank_behind_the_same_account(self, gateway, recipient):
        changed = gateway.open_recipient(recipient_request(account_number="999888777", account_id=recipient))
        assert (changed.account_id, changed.last4) == (recipient, "8777")

    def test_an_account_number_that_cannot_be_is_refused(self, gateway):
        with pytest.raises(GatewayRefused) as refusal:
            gateway.open_recipient(recipient_request(account_number="12"))
        assert refusal.value.code == "account_number_invalid"

    def test_money_goes_to_the_recipient_and_on_to_the_bank(self, gateway, processor, recipient):
        paid(gateway, processor, Money.of("1000.00", "USD"))
        payout_id, amount = uuid4(), Money.of("400.00", "USD")

        transfer = gateway.transfer(TransferRequest(uuid4(), payout_id, recipient, amount))
        pending = gateway.pay_out(BankPayoutRequest(uuid4(), payout_id, recipient, amount))
        payouts.finish(processor.store, pending.remote_id)

        assert transfer.debited == amount
        assert gateway.find_transfer(payout_id=payout_id) == transfer
        assert pending.state == TransferState.PENDING
        payout = gateway.find_payout(payout_id=payout_id, account_id=recipient)
        assert (payout.remote_id, payout.state) == (pending.remote_id, TransferState.SUCCEEDED)

    def test_a_platform_without_the_currency_is_debited_in_the_one_it_holds(self, gateway, processor, recipient):
        paid(gateway, processor, EUR_525)

        transfer = gateway.transfer(TransferRequest(uuid4(), uuid4(), recipient, Money.of("111.72", "USD")))

        assert transfer.debited == Money.of("100.00", "EUR")

    def test_more_than_the_platform_holds_is_refused(self, gateway, recipient):
        with pytest.raises(GatewayRefused) as refusal:
            gateway.transfer(TransferRequest(uuid4(), uuid4(), recipient, EUR_525))
        assert refusal.value.code == "balance_insufficient"

    @pytest.mark.parametrize("after_paid", [False, True])
    def test_a_payout_can_fail_even_after_it_was_paid(self, gateway, processor, recipient, after_paid):
        paid(gateway, processor, EUR_525)
        payout_id, amount = uuid4(), Money.of("100.00", "EUR")
        gateway.transfer(TransferRequest(uuid4(), payout_id, recipient, amount))
        pay_out = gateway.pay_out(BankPayoutRequest(uuid4(), payout_id, recipient, amount))
        if after_paid:
            payouts.finish(processor.store, pay_out.remote_id)
        payouts.finish(processor.store, pay_out.remote_id, fail=True)

        payout = gateway.find_payout(payout_id=payout_id, account_id=recipient)

        assert (payout.state, payout.failure_code) == (TransferState.FAILED, "account_closed")

    def test_a_lost_reply_and_the_same_key_move_money_once(self, gateway, processor, recipient):
        paid(gateway, processor, EUR_525)
        request = TransferRequest(uuid4(), uuid4(), recipient, Money.of("100.00", "EUR"))
        fault(processor, "POST /v1/transfers", "lost_reply", times=2)
        for _ in range(2):
            with pytest.raises(GatewayUnavailable):
                gateway.transfer(request)

        assert gateway.transfer(request) == gateway.find_transfer(payout_id=request.payout_id)
        assert count(processor, "transfer") == 1

    def test_a_definite_no_is_refused(self, gateway, processor, recipient):
        fault(processor, "POST /v1/payouts", "refuse")
        with pytest.raises(GatewayRefused) as refusal:
            gateway.pay_out(BankPayoutRequest(uuid4(), uuid4(), recipient, EUR_525))
        assert refusal.value.code == "account_closed"

    def test_an_unknown_payout_is_not_found(self, gateway, recipient):
        assert gateway.find_payout(payout_id=uuid4(), account_id=recipient) is None
        assert gateway.find_transfer(payout_id=uuid4()) is None


class TestWebhooks:
    def event(self, gateway, processor) -> tuple[bytes, UUID]:
        request = checkout_request()
        control(processor, f"pay/{gateway.open_checkout(request).session_id}")
        event = processor.store.listed("event", "")[-1]
        return json.dumps(event).encode(), request.charge_id

    def test_a_signed_webhook_names_our_own_charge(self, gateway, processor):
        body, charge_id = self.event(gateway, processor)
        at = int(time.time())

        webhook = gateway.read_webhook(body, events.signature(body, SECRET, at), now=datetime.fromtimestamp(at, UTC))

        assert (webhook.kind, webhook.reference) == (WebhookKind.CHARGE, str(charge_id))
        assert webhook.type == "payment_intent.succeeded"

    @pytest.mark.parametrize("age", [-3600, 3600])
    def test_a_webhook_of_long_ago_or_of_the_future_is_refused(self, gateway, processor, age):
        body, _ = self.event(gateway, processor)
        at = int(time.time())
        with pytest.raises(SignatureWrong):
            gateway.read_webhook(body, events.signature(body, SECRET, at + age), now=datetime.fromtimestamp(at, UTC))

    @pytest.mark.parametrize("signature", ["", "t=,v1=", "t=1", "v1=00", "nonsense"])
    def test_a_webhook_without_a_good_signature_is_refused(self, gateway, signature):
        with pytest.raises(SignatureWrong):
            gateway.read_webhook(b"{}", signature, now=datetime.now(UTC))

    def test_a_changed_body_or_another_secret_is_refused(self, gateway, processor):
        body, _ = self.event(gateway, processor)
        at = int(time.time())
        for changed, secret in ((body + b" ", SECRET), (body, "whsec_other")):
            with pytest.raises(SignatureWrong):
                gateway.read_webhook(changed, events.signature(body, secret, at), now=datetime.fromtimestamp(at, UTC))
