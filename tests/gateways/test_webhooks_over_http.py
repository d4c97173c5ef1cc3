"""The processor tells the application over HTTP, signed, until it is taken."""

import time

import pytest
import requests

from apps.escrow.operations import funding, releases
from apps.gateways.models import WebhookEvent
from apps.gateways.operations import webhooks
from apps.outbox import bus
from apps.payouts.operations import accounts, payouts
from devstack.sandbox_processor import charges
from devstack.sandbox_processor.server import Processor
from tests.conftest import NOON
from tests.make import dispatch

pytestmark = pytest.mark.django_db(transaction=True)


def until(condition, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.05)


def test_a_payment_is_notified_over_http_and_held(make, live_server, settings, tmp_path):
    processor = Processor(
        db=tmp_path / "p.db", secret=settings.WEBHOOK_SECRET, webhook_url=f"{live_server.url}/webhooks/sandbox/"
    ).start()
    settings.PROCESSOR_URL = processor.url
    escrow = make.escrow()
    charge = funding.start_funding(
        escrow_id=escrow.id, actor=make.actor(escrow.payer), now=NOON, return_url=f"{live_server.url}/"
    )
    with processor.store.step():
        charges.pay(
            processor.store, charges.find_session(processor.store, charge.remote_session_id), "4242424242424242"
        )

    until(lambda: WebhookEvent.objects.count() == 2)
    webhooks.handle_due()
    bus.deliver_pending()
    processor.stop()

    escrow.refresh_from_db()
    assert escrow.status == "funded"


def test_a_webhook_that_is_not_taken_is_sent_again(make, live_server, settings, tmp_path):
    processor = Processor(db=tmp_path / "p.db", secret="another", webhook_url=f"{live_server.url}/webhooks/sandbox/")
    settings.PROCESSOR_URL = processor.start().url
    store = processor.store
    escrow = make.escrow()
    charge = funding.start_funding(
        escrow_id=escrow.id, actor=make.actor(escrow.payer), now=NOON, return_url=f"{live_server.url}/"
    )
    with store.step():
        charges.pay(store, charges.find_session(store, charge.remote_session_id), "4242424242424242")

    tried = "SELECT count(*) AS n FROM deliveries WHERE attempts > 0 AND done = 0"
    until(lambda: store.rows(tried)[0]["n"] == 2)
    assert not WebhookEvent.objects.exists()
    processor.sender.snapshot.secret = settings.WEBHOOK_SECRET
    until(lambda: WebhookEvent.objects.count() == 2)
    processor.stop()


def test_both_generations_of_events_doubled_and_shuffled_end_the_same(make, live_server, settings, tmp_path):
    processor = Processor(
        db=tmp_path / "p.db", secret=settings.WEBHOOK_SECRET, webhook_url=f"{live_server.url}/webhooks/sandbox/",
        thin_url=f"{live_server.url}/webhooks/sandbox/thin/", thin_secret=settings.WEBHOOK_THIN_SECRET,
        payout_delay=0.0,
    )  # fmt: skip
    store = processor.store
    store.turn("webhook_copies", 3)
    store.turn("webhook_shuffle", 1)
    settings.PROCESSOR_URL = processor.start().url
    ada = make.freelancer("Ada")
    account = accounts.start_onboarding(
        organization_id=ada.id, currency="USD", holder_name="Ada", is_automatic=False, gateway="sandbox",
        actor=make.actor(ada), now=NOON,
    )  # fmt: skip
    page = accounts.onboarding_page(
        account_id=account.id, return_url="http://a/", refresh_url="http://b/", actor=make.actor(ada)
    )
    requests.post(page, data={"account_number": "000123456789"}, timeout=5, allow_redirects=False)
    escrow = make.escrow(payee=ada)
    charge = funding.start_funding(
        escrow_id=escrow.id, actor=make.actor(escrow.payer), now=NOON, return_url=f"{live_server.url}/"
    )
    with store.step():
        charges.pay(store, charges.find_session(store, charge.remote_session_id), "4242424242424242")

    def heard() -> bool:
        webhooks.handle_due()
        bus.deliver_pending()
        escrow.refresh_from_db()
        account.refresh_from_db()
        return (escrow.status, account.status) == ("funded", "active")

    until(heard)
    releases.release(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payer), now=NOON)
    payout = payouts.request_payout(
        organization_id=ada.id, currency="EUR", amount=None, actor=make.actor(ada), now=NOON
    )
    dispatch.send_due()

    def arrived() -> bool:
        webhooks.handle_due()
        payout.refresh_from_db()
        return payout.status == "paid"

    until(arrived)
    undelivered = "SELECT count(*) AS n FROM deliveries WHERE done = 0"
    until(lambda: store.rows(undelivered)[0]["n"] == 0)
    processor.stop()
    events = len(store.listed("event", "")) + len(store.listed("v2.core.event", ""))
    assert WebhookEvent.objects.count() == events


def test_what_all_webhooks_lost_the_poll_heals(make, live_server, settings, tmp_path):
    processor = Processor(
        db=tmp_path / "p.db", secret=settings.WEBHOOK_SECRET, webhook_url=f"{live_server.url}/webhooks/sandbox/"
    )
    store = processor.store
    store.turn("webhooks_lost", 1)
    settings.PROCESSOR_URL = processor.start().url
    escrow = make.escrow(status="pending")
    charge = funding.start_funding(
        escrow_id=escrow.id, actor=make.actor(escrow.payer), now=NOON, return_url=f"{live_server.url}/"
    )
    with store.step():
        charges.pay(store, charges.find_session(store, charge.remote_session_id), "4242424242424242")
    until(lambda: store.rows("SELECT count(*) AS n FROM deliveries WHERE done = 0")[0]["n"] == 0)
    assert not WebhookEvent.objects.exists()

    assert webhooks.poll_events(processor="sandbox") == 2
    webhooks.handle_due()
    bus.deliver_pending()
    processor.stop()

    escrow.refresh_from_db()
    assert escrow.status == "funded"
