"""A running processor for every test that needs one: real HTTP, a file of its own, no Django inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from apps.payments.gateways.sandbox import SandboxGateway
from apps.payments.gateways.stripe import StripeGateway
from devstack.sandbox_processor.server import Processor

SECRET = "whsec_test"
THIN_SECRET = "whsec_test_thin"


@pytest.fixture
def processor(tmp_path: Any) -> Iterator[Processor]:
    running = Processor(db=tmp_path / "processor.db", secret=SECRET, payout_delay=3600).start()
    yield running
    running.stop()


@pytest.fixture(params=["sandbox", "stripe"])
def gateway(request: pytest.FixtureRequest, processor: Processor) -> SandboxGateway | StripeGateway:
    """Every test that takes this runs once through each door."""
    if request.param == "sandbox":
        return SandboxGateway(
            base_url=processor.url, webhook_secret=SECRET, thin_secret=THIN_SECRET, timeout=(1, 1), pauses=()
        )
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
