"""A market whose processor and books are its own."""

import pytest
from django.utils import timezone

from devstack.sandbox_processor.server import Processor
from tests.make import money as making


@pytest.fixture
def books(make, monkeypatch, settings, tmp_path):
    """A market whose processor knows nothing of other tests."""
    running = Processor(db=tmp_path / "processor.db", secret=settings.WEBHOOK_SECRET, payout_delay=10**9).start()
    monkeypatch.setattr(making, "running_processor", lambda: running)
    settings.PROCESSOR_URL = running.url  # and back again after the test
    make.now = timezone.now()
    assert make.processor is running
    yield make
    running.stop()
