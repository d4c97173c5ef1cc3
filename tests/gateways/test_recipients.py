"""Onboarding, payouts abroad, reversals, disputes and the poll of events, through both gateways over real HTTP."""

import json
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import requests
import stripe

from apps.common.money import Money
from apps.gateways.errors import GatewayRefused, GatewayUnavailable, SignatureWrong
from apps.gateways.protocols.disputes import DisputeState, EvidenceRequest
from apps.gateways.protocols.movements import TransferState
from apps.gateways.protocols.onboarding import AccountRequest, RecipientState
from apps.gateways.protocols.payouts import OutboundRequest
from apps.gateways.protocols.transfers import BankPayoutRequest, ReversalRequest, TransferRequest
from apps.gateways.protocols.webhooks import WebhookKind
from apps.gateways.stripe.client import API_VERSION, StripeGateway
from apps.gateways.stripe.retry import TooManyRequests, retrying
from devstack.sandbox_processor import events

from .conftest import SECRET, THIN_SECRET
from .test_contract import EUR_525, control, count, fault, keys, paid

PAST = datetime.now(UTC) - timedelta(hours=1)


def opened(gateway, *, rail: str = "connect", country: str = "FR", currency: str = "EUR") -> str:
    return gateway.open_account(AccountRequest(uuid4(), uuid4(), country, currency, "Ada Obi", "ada@shop.test", rail))


def link(gateway, account_id: str):
    return gateway.onboarding_page(account_id, return_url="http://shop.test/back", refresh_url="http://shop.test/again")


def abroad(gateway, processor, currency: str = "USD", number: str = "000123456789") -> tuple[str, str]:
    account_id = opened(gateway, rail="global_payouts", country="NG", currency=currency)
    requests.post(link(gateway, account_id).url, data={"account_number": number}, timeout=5, allow_redirects=False)
    return account_id, gateway.recipient_status(account_id, rail="global_payouts").payout_method_id


def outbound(account_id: str, method_id: str, amount: Money, source: str = "EUR") -> OutboundRequest:
    return OutboundRequest(uuid4(), uuid4(), account_id, method_id, amount, source)


class TestOnboarding:
    def test_a_new_recipient_has_something_left_to_fill_in(self, gateway):
        account_id = opened(gateway)

        assert gateway.recipient_status(account_id, rail="connect").state == RecipientState.INCOMPLETE

    def test_the_hosted_page_makes_a_recipient_ready_and_sends_back(self, gateway):
        account_id = opened(gateway)
        page = link(gateway, account_id)
        shown = requests.get(page.url, headers={"Accept-Language": "ar,en;q=0.5"}, timeout=5)
        wrong = requests.post(page.url, data={"account_number": "1-2"}, timeout=5)
        answer = requests.post(page.url, data={"account_number": "000123456789"}, timeout=5, allow_redirects=False)

        status = gateway.recipient_status(account_id, rail="connect")

        assert 'dir="rtl"' in shown.text and "Ada Obi" in shown.text
        assert wrong.status_code == 422
        assert answer.headers["Location"] == "http://shop.test/back"
        assert (status.state, status.last4, status.payout_method_id) == (RecipientState.READY, "6789", "")

    def test_a_used_or_old_page_sends_to_the_refresh_address(self, gateway, processor):
        account_id = opened(gateway)
        old = link(gateway, account_id)
        control(processor, "clock", advance_seconds=301)
        assert requests.get(old.url, timeout=5, allow_redirects=False).headers["Location"] == "http://shop.test/again"

    def test_whom_the_processor_does_not_verify_waits(self, gateway, processor):
        account_id = opened(gateway)
        link(gateway, account_id)
        control(processor, f"onboard/{account_id}", account_number="000000009999")
        assert gateway.recipient_status(account_id, rail="connect").state == RecipientState.WAITING

    def test_cross_border_the_bank_is_a_payout_method(self, gateway, processor):
        account_id, method_id = abroad(gateway, processor)
        status = gateway.recipient_status(account_id, rail="global_payouts")
        assert (status.state, status.last4) == (RecipientState.READY, "6789")
        assert method_id.startswith("usba_")

    def test_no_rail_is_a_definite_no(self, gateway):
        with pytest.raises(GatewayRefused):
            opened(gateway, rail="unsupported")

    def test_payouts_are_set_to_manual_although_the_client_stumbles_over_the_answer(self, gateway, processor):
        account_id = opened(gateway)
        gateway.set_manual_payouts(account_id)
        settings = requests.get(
            f"{processor.url}/v1/balance_settings", headers={"Stripe-Account": account_id}, timeout=5
        ).json()
        assert settings["payments"]["payouts"]["schedule"]["interval"] == "manual"
        assert settings["payments"]["debit_negative_balances"] is True


class TestCrossBorderPayouts:
    def test_one_call_debits_the_platform_and_is_found_again(self, gateway, processor):
        paid(gateway, processor, EUR_525)
        request = outbound(*abroad(gateway, processor), Money.of("111.72", "USD"))

        created, again = gateway.send_cross_border(request), gateway.send_cross_border(request)

        assert created == again == gateway.find_cross_border(payout_id=request.payout_id, account_id=request.account_id)
        assert created.transfer.debited == Money.of("100.00", "EUR")
        assert created.movement.state == TransferState.PENDING
        assert keys(processor, "/v2/money_management/outbound_payments").count(str(request.key)) == 2
        assert gateway.payout_of_outbound(created.transfer.remote_id) == str(request.payout_id)

    @pytest.mark.parametrize(
        ("ends", "state"),
        [
            (["posted"], TransferState.SUCCEEDED), (["failed"], TransferState.FAILED),
            (["canceled"], TransferState.FAILED), (["posted", "returned"], TransferState.FAILED),
        ],
    )  # fmt: skip
    def test_a_payment_cross_border_ends_and_can_come_back_after_it_was_posted(self, gateway, processor, ends, state):
        paid(gateway, processor, EUR_525)
        before = gateway.balance()["EUR"]
        request = outbound(*abroad(gateway, processor), Money.of("100.00", "USD"))
        result = gateway.send_cross_border(request)
        for status in ends:
            control(processor, f"payouts/{result.transfer.remote_id}", status=status)

        cross_border = gateway.find_cross_border(payout_id=request.payout_id, account_id=request.account_id)

        assert cross_border.movement.state == state
        assert (gateway.balance()["EUR"] == before) == (state == TransferState.FAILED)

    def test_more_than_there_is_is_refused(self, gateway, processor):
        with pytest.raises(GatewayRefused) as refusal:
            gateway.send_cross_border(outbound(*abroad(gateway, processor), Money.of("100.00", "USD")))
        assert refusal.value.code == "insufficient_funds"

    def test_a_lost_reply_moves_money_once(self, gateway, processor):
        paid(gateway, processor, EUR_525)
        request = outbound(*abroad(gateway, processor), Money.of("100.00", "USD"))
        fault(processor, "POST /v2/money_management/outbound_payments", "lost_reply")
        with pytest.raises(GatewayUnavailable):
            gateway.send_cross_border(request)
        gateway.send_cross_border(request)
        assert count(processor, "v2.money_management.outbound_payment") == 1


class TestFunds:
    def transferred(self, gateway, processor) -> tuple[str, str]:
        account_id = opened(gateway)
        link(gateway, account_id)
        control(processor, f"onboard/{account_id}")
        transfer = gateway.transfer(TransferRequest(uuid4(), uuid4(), account_id, Money.of("100.00", "EUR")))
        return account_id, transfer.remote_id

    def test_money_that_is_pending_cannot_be_transferred_until_its_day(self, gateway, processor):
        control(processor, "knobs", available_delay=3600)
        paid(gateway, processor, EUR_525)
        assert gateway.balance()["EUR"] == Money.of("509.47", "EUR")
        with pytest.raises(GatewayRefused) as refusal:
            self.transferred(gateway, processor)
        control(processor, "clock", advance_seconds=3601)

        assert refusal.value.code == "balance_insufficient"
        assert self.transferred(gateway, processor)[1].startswith("tr_")

    def test_a_refusal_for_want_of_money_stays_under_its_key_for_a_day(self, gateway, processor):
        account_id = opened(gateway)
        request = TransferRequest(uuid4(), uuid4(), account_id, Money.of("100.00", "EUR"))
        with pytest.raises(GatewayRefused):
            gateway.transfer(request)
        paid(gateway, processor, EUR_525)
        with pytest.raises(GatewayRefused):
            gateway.transfer(request)
        control(processor, "clock", advance_seconds=24 * 3600 + 1)
        assert gateway.transfer(request).remote_id.startswith("tr_")

    def test_a_transfer_is_reversed_in_parts_with_keys_of_their_own(self, gateway, processor):
        paid(gateway, processor, EUR_525)
        _, transfer_id = self.transferred(gateway, processor)
        first = ReversalRequest(uuid4(), uuid4(), transfer_id, Money.of("40.00", "EUR"))

        ids = {gateway.reverse_transfer(first), gateway.reverse_transfer(first)}
        ids.add(gateway.reverse_transfer(ReversalRequest(uuid4(), uuid4(), transfer_id, Money.of("40.00", "EUR"))))

        assert len(ids) == 2
        assert gateway.find_reversal(reversal_id=first.reversal_id, transfer_id=transfer_id) in ids
        assert {row_id.credited for row_id in ids} == {Money.of("40.00", "EUR")}
        assert gateway.find_reversal(reversal_id=uuid4(), transfer_id=transfer_id) is None
        assert gateway.balance()["EUR"] == Money.of("489.47", "EUR")

    def test_a_reversal_of_money_that_has_gone_on_is_refused(self, gateway, processor):
        paid(gateway, processor, EUR_525)
        account_id, transfer_id = self.transferred(gateway, processor)
        gateway.pay_out(BankPayoutRequest(uuid4(), uuid4(), account_id, Money.of("100.00", "EUR")))
        with pytest.raises(GatewayRefused) as refusal:
            gateway.reverse_transfer(ReversalRequest(uuid4(), uuid4(), transfer_id, Money.of("1.00", "EUR")))
        assert refusal.value.code == "balance_insufficient"

    def test_the_lines_add_up_to_the_balance(self, gateway, processor):
        gateway.charge_outcome(paid(gateway, processor, EUR_525))
        _, transfer_id = self.transferred(gateway, processor)
        gateway.reverse_transfer(ReversalRequest(uuid4(), uuid4(), transfer_id, Money.of("30.00", "EUR")))

        lines = list(gateway.balance_lines(since=PAST))

        assert {line.type for line in lines} == {"charge", "transfer", "transfer_refund"}
        total = sum((line.amount - line.fee for line in lines), Money.zero("EUR"))
        assert total == gateway.balance()["EUR"]
        assert list(gateway.balance_lines(since=datetime.now(UTC) + timedelta(hours=1))) == []


class TestDisputes:
    @pytest.fixture
    def disputed(self, gateway, processor) -> str:
        outcome = gateway.charge_outcome(paid(gateway, processor, EUR_525))
        return control(processor, f"disputes/{outcome.payment_id}")["id"]

    def test_an_open_dispute_takes_the_amount_and_a_fee(self, gateway, disputed):
        report = gateway.dispute(disputed)

        assert (report.state, report.amount, report.reason) == (DisputeState.OPEN, EUR_525, "fraudulent")
        assert [(line.amount, line.fee) for line in report.lines] == [(-EUR_525, Money.of("15.00", "EUR"))]
        assert report.evidence_due_at > datetime.now(UTC)
        assert gateway.balance()["EUR"] == Money.of("-30.53", "EUR")

    def test_evidence_is_handed_in_once(self, gateway, processor, disputed):
        request = EvidenceRequest(uuid4(), disputed, "Delivered and approved", "Logo", "Berta GmbH")
        first, second = gateway.submit_evidence(request), gateway.submit_evidence(request)
        assert first.state == second.state == DisputeState.UNDER_REVIEW
        assert processor.store.find(disputed)["evidence"]["uncategorized_text"] == "Delivered and approved"

    @pytest.mark.parametrize(
        ("word", "state", "lines"),
        [("won", "won", 2), ("lost", "lost", 1), ("appeal_needs_response", "open", 1), ("prevented", "open", 1)],
    )
    def test_a_dispute_ends_and_an_unknown_word_is_open(self, gateway, processor, disputed, word, state, lines):
        control(processor, f"disputes/{disputed}", status=word)
        report = gateway.dispute(disputed)
        assert (report.state, len(report.lines)) == (state, lines)

    def test_a_warning_names_its_payment(self, gateway, processor):
        outcome = gateway.charge_outcome(paid(gateway, processor, EUR_525))
        warning = control(processor, f"fraud_warnings/{outcome.payment_id}")
        assert gateway.payment_of_warning(warning["id"]) == outcome.payment_id


class TestEvents:
    def test_the_poll_gives_every_event_once_over_many_pages(self, gateway, processor):
        for _ in range(60):
            control(processor, f"pay/{paid(gateway, processor)}")
        events_since = list(gateway.events_since(PAST))
        assert len({webhook.event_id for webhook in events_since}) == len(events_since) == 120
        assert {webhook.kind for webhook in events_since} == {WebhookKind.CHARGE}

    def test_a_dispute_and_a_warning_are_named_by_the_processors_id(self, gateway, processor):
        outcome = gateway.charge_outcome(paid(gateway, processor, EUR_525))
        warning = control(processor, f"fraud_warnings/{outcome.payment_id}")
        dispute = control(processor, f"disputes/{outcome.payment_id}")
        result = {(webhook.kind, webhook.reference) for webhook in gateway.events_since(PAST)}
        assert {(WebhookKind.WARNING, warning["id"]), (WebhookKind.DISPUTE, dispute["id"])} <= result

    def thin(self, gateway, processor) -> tuple[bytes, str]:
        account_id, _ = abroad(gateway, processor)
        return json.dumps(processor.store.listed("v2.core.event", "")[0]).encode(), account_id

    def test_a_thin_event_names_its_object_under_its_own_secret(self, gateway, processor):
        body, account_id = self.thin(gateway, processor)
        at = int(time.time())
        now = datetime.fromtimestamp(at, UTC)

        webhook = gateway.read_thin_webhook(body, events.signature(body, THIN_SECRET, at), now=now)

        assert (webhook.kind, webhook.reference) == (WebhookKind.ACCOUNT, account_id)
        with pytest.raises(SignatureWrong):
            gateway.read_thin_webhook(body, events.signature(body, SECRET, at), now=now)
        with pytest.raises(SignatureWrong):
            gateway.read_thin_webhook(body, events.signature(body, THIN_SECRET, at + 3600), now=now)

    def test_a_snapshot_is_no_thin_event(self, gateway):
        body, at = b'{"id": "evt_1", "object": "event", "type": "x"}', int(time.time())
        with pytest.raises(ValueError, match="thin"):
            gateway.read_thin_webhook(
                body, events.signature(body, THIN_SECRET, at), now=datetime.fromtimestamp(at, UTC)
            )


class TestRetries:
    def test_too_many_requests_are_waited_out_with_growing_pauses(self, processor):
        slept: list[float] = []
        answers = iter([True, True, False])

        def call() -> str:
            if next(answers):
                raise TooManyRequests
            return "done"

        assert retrying((0.5, 1.0, 2.0)).copy(sleep=slept.append)(call) == "done"
        assert len(slept) == 2
        assert 0.5 <= slept[0] <= 0.75 and 1.0 <= slept[1] <= 1.5

    @pytest.mark.parametrize("pauses", [(), (0.5, 1.0)])
    def test_the_last_refusal_is_raised_as_it_is(self, pauses):
        slept: list[float] = []
        calls: list[int] = []

        def call() -> None:
            calls.append(1)
            raise TooManyRequests

        with pytest.raises(TooManyRequests):
            retrying(pauses).copy(sleep=slept.append)(call)
        assert (len(calls), len(slept)) == (len(pauses) + 1, len(pauses))

    def test_a_statement_is_read_to_its_end_over_pages_that_are_asked_for_again(self, processor, monkeypatch):
        gateway = StripeGateway(
            api_key="sk_test_local", webhook_secret="", api_base=processor.url, retries=0, pauses=(0.001,)
        )
        for _ in range(4):
            paid(gateway, processor, EUR_525)
        lines = gateway._client.v1.balance_transactions
        in_pages_of_one = lines.list
        monkeypatch.setattr(lines, "list", lambda parameters: in_pages_of_one({**parameters, "limit": 1}))
        statement = gateway.balance_lines(since=datetime(2020, 1, 1, tzinfo=UTC))

        first = next(statement)
        fault(processor, "GET /v1/balance_transactions", "429")
        rest = list(statement)

        assert len({first.line_id, *(line.line_id for line in rest)}) == 4

    def test_a_gateway_waits_and_sends_the_same_key_again(self, processor):
        pauses = (0.001, 0.001, 0.001)
        gateway = StripeGateway(
            api_key="sk_test_local", webhook_secret="", api_base=processor.url, retries=0, pauses=pauses
        )
        fault(processor, "POST /v2/core/accounts", "429", times=3)
        request = AccountRequest(uuid4(), uuid4(), "FR", "EUR", "Ada", "a@b.test", "connect")

        assert gateway.open_account(request).startswith("acct_")
        assert keys(processor, "/v2/core/accounts") == [str(request.key)]

    def test_the_client_retries_a_500_with_the_stored_key_and_money_moves_once(self, processor):
        gateway = StripeGateway(api_key="sk_test_local", webhook_secret="", api_base=processor.url)
        paid(gateway, processor, EUR_525)
        fault(processor, "POST /v1/transfers", "lost_reply")
        account_id = opened(gateway)
        request = TransferRequest(uuid4(), uuid4(), account_id, Money.of("100.00", "EUR"))

        gateway.transfer(request)

        assert keys(processor, "/v1/transfers") == [str(request.key)] * 2
        assert count(processor, "transfer") == 1

    def test_the_version_is_pinned_on_the_wire(self, processor, monkeypatch):
        gateway = StripeGateway(api_key="sk_test_local", webhook_secret="", api_base=processor.url)
        seen: list[str] = []
        inner = stripe.RequestsClient.request

        def spy(self, method, url, headers, *args, **options):
            seen.append(headers["Stripe-Version"])
            return inner(self, method, url, headers, *args, **options)

        monkeypatch.setattr(stripe.RequestsClient, "request", spy)
        gateway.balance()
        opened(gateway)
        assert seen == [API_VERSION] * 2
