"""How long to wait before trying again: the one formula of every queue."""

from __future__ import annotations

from datetime import timedelta


def pause_after(
    attempts: int, *, first: timedelta = timedelta(seconds=10), most: timedelta = timedelta(hours=1)
) -> timedelta:
    """
    Twice as long after every attempt.

    :param attempts: how many were made; `first` is the pause after one.
    """
    doublings = min(max(attempts - 1, 0), 30)
    return min(first * (1 << doublings), most)
