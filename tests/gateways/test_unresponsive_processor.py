"""A processor that takes connections and says nothing holds few, for a short time."""

import socket
import time
from threading import Thread

import pytest

from apps.gateways import breakers
from apps.gateways.errors import GatewayUnavailable
from apps.gateways.stripe.client import StripeGateway
from apps.gateways.stripe.sandbox import SandboxGateway
from apps.gateways.wallet.gateway import WalletGateway


@pytest.fixture
def silent_url(settings):
    settings.GATEWAY_FAILURES_MAX, settings.GATEWAY_CALLS_AT_ONCE = 3, 3
    breakers._breaker.cache_clear()
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:  # nobody ever accepts
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    breakers._breaker.cache_clear()


def connect(name: str, url: str):
    if name == "sandbox":
        return SandboxGateway(base_url=url, webhook_secret="x", timeout=(0.2, 0.2), pauses=())
    if name == "wallet":
        return WalletGateway(base_url=url, timeout=(0.2, 0.2))
    return StripeGateway(api_key="sk_x", webhook_secret="x", api_base=url, retries=0, timeout=(0.2, 0.2), pauses=())


@pytest.mark.parametrize("name", ["sandbox", "stripe", "wallet"])
def test_after_three_silences_the_next_call_fails_at_once(name, silent_url):
    gateway = connect(name, silent_url)
    for _ in range(3):
        with pytest.raises(GatewayUnavailable):
            gateway.balance()

    started = time.monotonic()
    with pytest.raises(GatewayUnavailable, match="not answered"):
        gateway.balance()
    assert time.monotonic() - started < 0.1


def test_eight_at_once_are_all_let_go_soon(silent_url):
    gateway, ended = connect("sandbox", silent_url), []

    def buy():
        with pytest.raises(GatewayUnavailable):
            gateway.balance()
        ended.append(time.monotonic())

    threads = [Thread(target=buy) for _ in range(8)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert len(ended) == 8
    assert max(ended) - started < 1.5


def test_a_processor_that_answers_with_errors_is_called_on(processor, settings):
    import json

    import requests

    settings.GATEWAY_FAILURES_MAX = 3
    breakers._breaker.cache_clear()
    body = json.dumps({"path": "GET /v1/balance", "kind": "500", "times": 5})
    requests.post(f"{processor.url}/control/faults", data=body, timeout=5)
    gateway = connect("sandbox", processor.url)
    for _ in range(5):
        with pytest.raises(GatewayUnavailable):
            gateway.balance()
    assert gateway.balance() == {}
    breakers._breaker.cache_clear()
