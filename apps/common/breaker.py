"""After a few calls without an answer nobody calls for a while, so that a silent party does not hold everybody else."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import TypeVar

from django.core.cache import cache

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class Open(Exception):
    """Not called: it has not answered lately, or too many of this process are waiting for it already."""


class Breaker:
    """
    Closed: every call goes out. After `failures_max` calls in a row without an answer it is open for `open_seconds`,
    then one call at a time may try; an answer closes it. The state is in the cache, so that all processes share it.

    :param failures_max: 0 for a breaker that never opens.
    :param at_once: how many of one process may wait for an answer at the same time; 0 for any number.
    """

    def __init__(
        self, name: str, *, failures_max: int = 3, open_seconds: float = 30.0, at_once: int = 0, wait: float = 1.0
    ) -> None:
        self.name, self.failures_max, self.open_seconds, self.wait = name, failures_max, open_seconds, wait
        self._failures, self._rests, self._trial = (f"breaker:{name}:{what}" for what in ("failures", "rests", "trial"))
        self._places = BoundedSemaphore(at_once) if at_once else None

    def call(self, function: Callable[[], Answer], *, silences: tuple[type[Exception], ...]) -> Answer:
        """
        The function's answer.

        :param silences: errors that mean that nobody answered; any other is an answer.
        :raises Open: without calling.
        """
        if self._places is not None and not self._places.acquire(timeout=self.wait):
            raise Open(f"{self.name}: too many wait for an answer")
        try:
            return self._call(function, silences)
        finally:
            if self._places is not None:
                self._places.release()

    def _call(self, function: Callable[[], Answer], silences: tuple[type[Exception], ...]) -> Answer:
        failures = self._check()
        try:
            answer = function()
        except silences:
            self._failed()
            raise
        except Exception:
            self._answered(failures)
            raise
        self._answered(failures)
        return answer

    def _check(self) -> int:
        """How many calls in a row had no answer. :raises Open:"""
        if not self.failures_max:
            return 0
        many = cache.get_many([self._failures, self._rests])
        failures = int(many.get(self._failures) or 0)
        if many.get(self._rests):
            raise Open(f"{self.name}: it has not answered {failures} times in a row")
        if failures >= self.failures_max and not cache.add(self._trial, time.time(), timeout=self.open_seconds):
            raise Open(f"{self.name}: another call tries whether it answers again")
        return failures

    def _failed(self) -> None:
        if not self.failures_max:
            return
        lasts = 10 * self.open_seconds
        cache.add(self._failures, 0, timeout=lasts)
        try:
            failures = cache.incr(self._failures)
            cache.touch(self._failures, lasts)  # as long as it is silent, it is the same silence
        except ValueError:  # it ran out in between
            failures = 1
        if failures == self.failures_max:  # one line when it opens, not for each trial
            logger.error("%s does not answer: called every %.0f s until it does", self.name, self.open_seconds)
        if failures >= self.failures_max:
            cache.set(self._rests, 1, timeout=self.open_seconds)
            cache.delete(self._trial)

    def _answered(self, failures: int) -> None:
        if failures:
            cache.delete_many([self._failures, self._rests, self._trial])
        if self.failures_max and failures >= self.failures_max:
            logger.warning("%s answers again", self.name)
