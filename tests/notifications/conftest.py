from contextlib import contextmanager

import pytest

from apps.notifications.gateways import push_services
from tests.conftest import NOON
from tests.notifications.fake_push_service import FakePushService, b64, running

KEY = b64(b"\x11" * 32)


@pytest.fixture
def push_key(settings):
    settings.WEB_PUSH_PRIVATE_KEY = KEY
    return KEY


@pytest.fixture
def push_service(push_key, monkeypatch):
    """A fake push service, in place of the real ones."""
    service = FakePushService(NOON)
    with running(service) as reached:

        @contextmanager
        def session():
            yield reached

        monkeypatch.setattr(push_services, "session", session)
        yield service
