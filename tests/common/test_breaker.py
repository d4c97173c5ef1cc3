"""A silent party is not called for a while; one that answers, whatever it says, is."""

import threading
import time
from uuid import uuid4

import pytest

from apps.common.breaker import Breaker, Open


class Silent(Exception):
    pass


def breaker(**options) -> Breaker:
    return Breaker(str(uuid4()), **{"failures_max": 3, "open_seconds": 30.0} | options)


def silent():
    raise Silent


def ask(one: Breaker, function, error=None):
    if error is None:
        return one.call(function, silences=(Silent,))
    with pytest.raises(error):
        one.call(function, silences=(Silent,))
    return None


def rest_is_over(one: Breaker) -> None:
    from django.core.cache import cache

    cache.delete(one._rests)


def test_it_opens_after_three_silences_and_calls_nobody():
    one, called = breaker(), []
    for _ in range(3):
        ask(one, silent, Silent)
    ask(one, lambda: called.append(1), Open)
    ask(Breaker(one.name), lambda: called.append(1), Open)  # another process
    assert called == []


def test_an_answer_in_between_counts_from_the_beginning_and_a_refusal_is_an_answer():
    one = breaker()
    for _ in range(2):
        ask(one, silent, Silent)
    ask(one, lambda: int("x"), ValueError)
    for _ in range(2):
        ask(one, silent, Silent)
    assert ask(one, lambda: "here") == "here"


def test_after_the_rest_one_call_tries_and_its_silence_opens_again():
    one = breaker()
    for _ in range(3):
        ask(one, silent, Silent)
    rest_is_over(one)

    def while_trying():
        ask(one, lambda: "second", Open)
        raise Silent

    ask(one, while_trying, Silent)
    ask(one, lambda: "too early", Open)
    rest_is_over(one)
    assert ask(one, lambda: "here again") == "here again"
    assert ask(one, lambda: "and more") == "and more"


def test_one_that_never_opens():
    one = breaker(failures_max=0)
    for _ in range(10):
        ask(one, silent, Silent)


def test_too_many_at_once_are_refused_and_places_come_back():
    one, go = breaker(at_once=2, wait=0.05), threading.Event()
    waiting = [threading.Thread(target=lambda: one.call(go.wait, silences=(Silent,))) for _ in range(2)]
    for thread in waiting:
        thread.start()
    while one._places._value:
        time.sleep(0.001)
    ask(one, lambda: "third", Open)
    go.set()
    for thread in waiting:
        thread.join()
    assert ask(one, lambda: "third") == "third"
