"""The pause before a retry: one formula for all queues."""

from __future__ import annotations

from datetime import timedelta


def pause_after(
    attempts: int, *, first: timedelta = timedelta(seconds=10), most: timedelta = timedelta(hours=1)
) -> timedelta:
    """
    Doubles after every attempt, up to `most`.

    :param attempts: the number of attempts made; `first` is the pause after one.
    """
    doublings = min(max(attempts - 1, 0), 30)
    return min(first * (1 << doublings), most)
