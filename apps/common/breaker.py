"""
A circuit breaker: after several unanswered calls the service is not called for a while, so that it does not block
others.
"""

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
    """Not called: the service did not answer recently, or too many threads of this process are waiting for it."""


class Breaker:
    """
    Closed: every call is made. After `failures_max` unanswered calls in a row it is open for `open_seconds`; then one
    trial call at a time is allowed, and an answer closes it. The state is in the cache, shared by all processes.

    :param failures_max: 0 for a breaker that never opens.
    :param at_once: the maximum number of concurrent calls in one process; 0 for no limit.
    """

    def __init__(
        self, name: str, *, failures_max: int = 3, open_seconds: float = 30.0, at_once: int = 0, wait: float = 1.0
    ) -> None:
        self.name, self.failures_max, self.open_seconds, self.wait = name, failures_max, open_seconds, wait
        self._failures, self._rests, self._trial = (f"breaker:{name}:{what}" for what in ("failures", "rests", "trial"))
        self._places = BoundedSemaphore(at_once) if at_once else None

    def call(self, function: Callable[[], Answer], *, silences: tuple[type[Exception], ...]) -> Answer:
        """
        Call the function and return its result.

        :param silences: errors that mean "no answer"; any other error counts as an answer.

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
        """
        The number of unanswered calls in a row.

        :raises Open: if the breaker is open.
        """
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
            cache.touch(self._failures, lasts)  # the counter stays as long as the service does not answer
        except ValueError:  # expired in between
            failures = 1
        if failures == self.failures_max:  # logged once when it opens, not for each trial
            logger.error("%s does not answer; the next call is in %.0f s", self.name, self.open_seconds)
        if failures >= self.failures_max:
            cache.set(self._rests, 1, timeout=self.open_seconds)
            cache.delete(self._trial)

    def _answered(self, failures: int) -> None:
        if failures:
            cache.delete_many([self._failures, self._rests, self._trial])
        if self.failures_max and failures >= self.failures_max:
            logger.warning("%s answers again", self.name)
