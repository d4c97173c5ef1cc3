"""What to do when the processor says "too many requests": wait a little longer each time, then give up."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

Answer = TypeVar("Answer")


PAUSES = (0.5, 1.0, 2.0)
"""Seconds; the client library retries everything but this."""


class TooManyRequests(Exception):
    """Not carried out: the same call with the same key may be made again."""


def with_retries(
    call: Callable[[], Answer], pauses: Sequence[float] = PAUSES, sleep: Callable[[float], None] = time.sleep
) -> Answer:
    """
    Make a call, again after each pause (and up to half of it more) while there are too many.

    :raises TooManyRequests: after the last pause.
    """
    for pause in pauses:
        try:
            return call()
        except TooManyRequests:
            sleep(pause * (1 + secrets.randbelow(500) / 1000))
    return call()
