"""The wallet gateway keeps the protocol's promises over HTTP, against a fake provider that is shaped like no other."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import requests
from django.utils import timezone

from apps.common.money import Money
from apps.gateways.errors import GatewayRefused, GatewayUnavailable
from apps.gateways.protocols.charges import ChargeState, CheckoutRequest, RefundRequest
from apps.gateways.protocols.disputes import Disputes
from apps.gateways.protocols.gateway import Gateway
from apps.gateways.protocols.movements import TransferState
from apps.gateways.protocols.onboarding import Onboarding
from apps.gateways.protocols.payouts import OutboundRequest, RecipientRequest
from apps.gateways.protocols.statements import Listing
from apps.gateways.protocols.top_ups import TopUps
from apps.gateways.protocols.transfers import RecipientBalances
from apps.gateways.protocols.webhooks import Webhooks
from apps.gateways.wallet.gateway import WalletGateway
from apps.gateways.wallet.provider import WalletProvider
from apps.ledger.queries import invariants
from apps.outbox import bus
from apps.payments.operations import charges
from apps.payments.queries import methods
from apps.treasury.operations import reconciliation
from tests.make import dispatch

KWD = Money.of("52.500", "KWD")


@pytest.fixture
def provider():
    running = WalletProvider().start()
    yield running
    running.stop()


@pytest.fixture
def wallet(provider):
    return WalletGateway(base_url=provider.url, timeout=(1, 1))


def request_for(amount=KWD, charge_id=None):
    return CheckoutRequest(uuid4(), charge_id or uuid4(), amount, "标志", "g", "http://s.test/", "http://s.test/", "en")


def paid(wallet, provider, amount=KWD) -> str:
    session = wallet.open_checkout(request_for(amount)).session_id
    requests.post(f"{provider.url}/fake/confirm/{session}", timeout=5)
    return session


def test_a_checkout_is_open_until_the_payer_confirms(wallet, provider):
    request = request_for()
    first, second = wallet.open_checkout(request), wallet.open_checkout(request)
    assert first.session_id == second.session_id
    assert wallet.charge_outcome(first.session_id).state == ChargeState.OPEN
    requests.post(f"{provider.url}/fake/confirm/{first.session_id}", timeout=5)
    outcome = wallet.charge_outcome(first.session_id)
    assert (outcome.state, outcome.amount, outcome.fee) == (ChargeState.SUCCEEDED, KWD, None)
    assert wallet.balance() == {"KWD": KWD}


def test_the_same_payment_for_another_amount_is_refused(wallet):
    charge_id = uuid4()
    wallet.open_checkout(request_for(charge_id=charge_id))
    with pytest.raises(GatewayRefused) as refusal:
        wallet.open_checkout(request_for(Money.of("1.000", "KWD"), charge_id))
    assert refusal.value.code == "idempotency_error"


@pytest.mark.parametrize("fault", ["lost_reply", "lost_request"])
def test_no_answer_is_unavailable_and_the_same_order_moves_money_once(wallet, provider, fault):
    paid(wallet, provider)
    request = OutboundRequest(uuid4(), uuid4(), "w12345", "w12345", Money.of("10.000", "KWD"), "KWD")
    provider.faults.append(fault)
    with pytest.raises(GatewayUnavailable):
        wallet.send_cross_border(request)
    outbound = wallet.send_cross_border(request)
    assert outbound == wallet.find_cross_border(payout_id=request.payout_id, account_id="w12345")
    assert outbound.movement.state == TransferState.SUCCEEDED
    assert wallet.balance() == {"KWD": Money.of("42.500", "KWD")}


def test_a_refund_is_made_once_and_never_for_more_than_was_paid(wallet, provider):
    session = paid(wallet, provider)
    request = RefundRequest(uuid4(), uuid4(), session, Money.of("50.000", "KWD"))
    assert wallet.refund(request) == wallet.refund(request)
    assert wallet.find_refund(refund_id=request.refund_id, payment_id=session) is not None
    assert wallet.find_refund(refund_id=uuid4(), payment_id=session) is None
    with pytest.raises(GatewayRefused) as refusal:
        wallet.refund(RefundRequest(uuid4(), uuid4(), session, Money.of("2.501", "KWD")))
    assert refusal.value.code == "more_than_paid"


def test_it_offers_what_a_wallet_does(wallet):
    assert isinstance(wallet, Gateway)
    for flow in (RecipientBalances, Onboarding, TopUps, Disputes, Webhooks, Listing):
        assert not isinstance(wallet, flow)
    with pytest.raises(GatewayRefused):
        wallet.open_recipient(RecipientRequest(uuid4(), uuid4(), "KW", "KWD", "Ada", "x", "connect"))


def test_its_book_is_read_by_lines(wallet, provider):
    session = paid(wallet, provider)
    [line] = wallet.balance_lines(since=datetime.now(UTC) - timedelta(hours=1))
    assert (line.type, line.source_id, line.net) == ("payment", session, KWD)
    assert not list(wallet.balance_lines(since=datetime.now(UTC) + timedelta(hours=1)))


@pytest.mark.django_db
def test_a_milestone_is_paid_from_a_wallet_and_given_back(make, provider, settings):
    from apps.escrow.operations import funding, releases
    from apps.payments.models import PaymentMethod

    settings.PAYMENT_GATEWAYS_ALSO, settings.WALLET_PROVIDER_URL = ["wallet"], provider.url
    make.now = timezone.now()
    PaymentMethod.objects.create(gateway="wallet", rank=1, valid_from="2026-01-01", source="test")
    assert [method.name for method in methods.methods_for(country="KW", currency="KWD", on=make.now.date())] == [
        "sandbox", "wallet",
    ]  # fmt: skip
    escrow = make.escrow(amount=Money.of("50.000", "KWD"))
    charge = funding.start_funding(
        escrow_id=escrow.id, actor=make.actor(escrow.payer), now=make.now, return_url="http://testserver/b",
        method="wallet",
    )  # fmt: skip
    requests.post(f"{provider.url}/fake/confirm/{charge.remote_session_id}", timeout=5)
    charges.refresh_charge(charge_id=charge.id, now=make.now)
    bus.deliver_pending(now=make.now)
    releases.refund(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payee), now=make.now)
    dispatch.send_due(clock=timezone.now)

    assert charge.refunds.get().status == "succeeded"
    assert reconciliation.reconcile(gateway="wallet").is_clean
    assert not [item for item in invariants.check_all() if item.breaches]
