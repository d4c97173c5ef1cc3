"""A running processor for every test that needs one: real HTTP, a file of its own, no Django inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from apps.gateways.stripe.client import StripeGateway
from devstack.sandbox_processor.server import Processor

SECRET = "whsec_test"
THIN_SECRET = "whsec_test_thin"


@pytest.fixture
def processor(tmp_path: Any) -> Iterator[Processor]:
    running = Processor(db=tmp_path / "processor.db", secret=SECRET, payout_delay=3600).start()
    yield running
    running.stop()


@pytest.fixture
def gateway(processor: Processor) -> StripeGateway:
    """The Stripe client, against a server that speaks its API. The sandbox gateway is the same client."""
    return StripeGateway(
        api_key="sk_test_local",
        webhook_secret=SECRET,
        thin_secret=THIN_SECRET,
        api_base=processor.url,
        financial_account="fa_test",
        retries=0,
        timeout=(1, 1),
        pauses=(),
    )
