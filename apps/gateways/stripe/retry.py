"""Retries after the processor limits the rate (HTTP 429). The Stripe client retries every other failure itself."""

from __future__ import annotations

from collections.abc import Sequence

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_chain, wait_fixed, wait_random

PAUSES = (0.5, 1.0, 2.0)
"""Seconds before the second, third and fourth attempt; up to half of it is added at random."""


class TooManyRequests(Exception):
    """The call was not carried out: the same call with the same key may be sent again."""


def retrying(pauses: Sequence[float] = PAUSES) -> Retrying:
    """Retries with one attempt more than there are pauses. The last `TooManyRequests` is re-raised."""
    waits = [wait_fixed(pause) + wait_random(0, pause / 2) for pause in pauses]
    return Retrying(
        retry=retry_if_exception_type(TooManyRequests),
        stop=stop_after_attempt(len(waits) + 1),
        wait=wait_chain(*waits) if waits else wait_fixed(0),
        reraise=True,
    )
