"""The processor tells the application over HTTP, signed, until it is taken."""

import time

import pytest

from apps.escrow import operations as escrows
from apps.outbox import bus
from apps.payments import operations
from apps.payments.gateways.processor import charges
from apps.payments.gateways.processor.server import Processor
from apps.payments.models import WebhookEvent
from tests.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def until(found, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.05)


def test_a_payment_is_told_over_http_and_held(make, live_server, settings, tmp_path):
    processor = Processor(
        db=tmp_path / "p.db", secret=settings.WEBHOOK_SECRET, webhook_url=f"{live_server.url}/webhooks/sandbox/"
    ).start()
    settings.PROCESSOR_URL = processor.url
    escrow = make.escrow()
    charge = escrows.start_funding(
        escrow_id=escrow.id, actor=make.actor(escrow.payer), now=NOON, return_url=f"{live_server.url}/"
    )
    with processor.store.step():
        charges.pay(
            processor.store, charges.find_session(processor.store, charge.remote_session_id), "4242424242424242"
        )

    until(lambda: WebhookEvent.objects.count() == 2)
    operations.handle_notices()
    bus.deliver_pending()
    processor.stop()

    escrow.refresh_from_db()
    assert escrow.status == "funded"


def test_a_notice_that_is_not_taken_is_sent_again(make, live_server, settings, tmp_path):
    processor = Processor(db=tmp_path / "p.db", secret="another", webhook_url=f"{live_server.url}/webhooks/sandbox/")
    settings.PROCESSOR_URL = processor.start().url
    store = processor.store
    escrow = make.escrow()
    charge = escrows.start_funding(
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
