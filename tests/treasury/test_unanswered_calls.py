"""While a processor is away, the log has one line when that begins and one when it ends, not one every five seconds."""

import logging

import pytest
from django.core.cache import cache
from django.utils import timezone

from apps.gateways.errors import GatewayUnavailable
from apps.payouts.jobs import dispatch
from apps.treasury.operations import comparison

pytestmark = pytest.mark.django_db


class ListedGateway:
    """A gateway that can be listed, or is away."""

    is_away = True

    def __init__(self, capabilities):
        self.capabilities = capabilities

    def objects_since(self, since, account_id=""):
        if self.is_away:
            raise GatewayUnavailable("no route")
        return []


@pytest.fixture
def gateway(monkeypatch, settings):
    settings.PAYMENT_GATEWAYS_ALSO = []
    item = ListedGateway(comparison.registry.default_gateway().capabilities)
    monkeypatch.setattr(comparison.registry, "gateway", lambda name: item)
    cache.delete(comparison.SILENT.format("sandbox"))
    comparison.forget_checks()
    yield item
    comparison.forget_checks()
    cache.delete(comparison.SILENT.format("sandbox"))


def lines(caplog) -> list[str]:
    result = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    caplog.clear()
    return result


def test_the_job_of_every_five_seconds_says_once_that_nothing_can_be_compared(gateway, caplog):
    for _ in range(5):
        assert dispatch() == 0
    [line] = lines(caplog)
    assert "sandbox could not be compared" in line

    gateway.is_away = False
    dispatch()
    dispatch()
    assert lines(caplog) == ["sandbox can be compared with the books again"]

    comparison.forget_checks()
    gateway.is_away = True
    dispatch()
    dispatch()
    assert len(lines(caplog)) == 1  # a new silence is a new line


def test_a_gateway_that_always_answered_is_not_said_to_answer_again(gateway, caplog):
    gateway.is_away = False
    assert comparison.are_current(gateway="sandbox", now=timezone.now())
    assert lines(caplog) == []
