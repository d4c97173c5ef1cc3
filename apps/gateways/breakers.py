"""One circuit breaker per gateway and address: a processor that does not answer is not called for a while."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from django.conf import settings

from apps.common.breaker import Breaker, Open
from apps.gateways.errors import GatewayUnavailable

Answer = TypeVar("Answer")


class NoAnswer(GatewayUnavailable):
    """No answer at all: the connection failed or timed out."""


def call(gateway: str, address: str, function: Callable[[], Answer]) -> Answer:
    """
    Call the function and return its result. Only `NoAnswer` counts as a failure; any other error counts as an answer.

    :raises GatewayUnavailable: immediately, while the breaker is open or too many calls of this process are waiting.
    """
    try:
        return _breaker(gateway, address).call(function, silences=(NoAnswer,))
    except Open as error:
        raise GatewayUnavailable(str(error)) from error


@cache
def _breaker(gateway: str, address: str) -> Breaker:
    where = hashlib.sha256(address.encode()).hexdigest()[:8]
    return Breaker(
        f"{gateway}-{where}",
        failures_max=settings.GATEWAY_FAILURES_MAX,
        open_seconds=settings.GATEWAY_REST_SECONDS,
        at_once=settings.GATEWAY_CALLS_AT_ONCE,
    )
