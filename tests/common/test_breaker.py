"""A silent party is not called for a while; one that answers, whatever it says, is."""

import logging
import threading
import time
from uuid import uuid4

import pytest
from django.core.cache import cache

from apps.common.breaker import Breaker, Open


class Silent(Exception):
    pass


def breaker(**options) -> Breaker:
    return Breaker(str(uuid4()), **{"failures_max": 3, "open_seconds": 30.0} | options)


def silent():
    raise Silent


def ask(breaker: Breaker, function, error=None):
    if error is None:
        return breaker.call(function, silences=(Silent,))
    with pytest.raises(error):
        breaker.call(function, silences=(Silent,))
    return None


def rest_is_over(breaker: Breaker) -> None:
    from django.core.cache import cache

    cache.delete(breaker._rests)


def test_it_opens_after_three_silences_and_calls_nobody():
    item, called = breaker(), []
    for _ in range(3):
        ask(item, silent, Silent)
    ask(item, lambda: called.append(1), Open)
    ask(Breaker(item.name), lambda: called.append(1), Open)  # another process
    assert called == []


def test_an_answer_in_between_counts_from_the_beginning_and_a_refusal_is_an_answer():
    item = breaker()
    for _ in range(2):
        ask(item, silent, Silent)
    ask(item, lambda: int("x"), ValueError)
    for _ in range(2):
        ask(item, silent, Silent)
    assert ask(item, lambda: "here") == "here"


def test_after_the_rest_one_call_tries_and_its_silence_opens_again():
    item = breaker()
    for _ in range(3):
        ask(item, silent, Silent)
    rest_is_over(item)

    def while_trying():
        ask(item, lambda: "second", Open)
        raise Silent

    ask(item, while_trying, Silent)
    ask(item, lambda: "too early", Open)
    rest_is_over(item)
    assert ask(item, lambda: "here again") == "here again"
    assert ask(item, lambda: "and more") == "and more"


def test_one_that_never_opens():
    item = breaker(failures_max=0)
    for _ in range(10):
        ask(item, silent, Silent)


def test_too_many_at_once_are_refused_and_places_come_back():
    item, go = breaker(at_once=2, wait=0.05), threading.Event()
    waiting = [threading.Thread(target=lambda: item.call(go.wait, silences=(Silent,))) for _ in range(2)]
    for thread in waiting:
        thread.start()
    while item._places._value:
        time.sleep(0.001)
    ask(item, lambda: "third", Open)
    go.set()
    for thread in waiting:
        thread.join()
    assert ask(item, lambda: "third") == "third"


def lines(caplog) -> list[str]:
    result = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    caplog.clear()
    return result


def test_a_breaker_says_when_it_opens_and_when_it_closes(caplog):
    class Silent(Exception):
        pass

    def silent():
        raise Silent

    breaker = Breaker(str(uuid4()), failures_max=3, open_seconds=30.0)
    for _ in range(3):
        with pytest.raises(Silent):
            breaker.call(silent, silences=(Silent,))
    for _trial in range(4):
        with pytest.raises(Open):
            breaker.call(silent, silences=(Silent,))
        cache.delete(breaker._rests)
        with pytest.raises(Silent):
            breaker.call(silent, silences=(Silent,))
    [opened] = lines(caplog)
    assert "does not answer" in opened

    cache.delete(breaker._rests)
    assert breaker.call(lambda: "here", silences=(Silent,)) == "here"
    assert breaker.call(lambda: "here", silences=(Silent,)) == "here"
    [closed] = lines(caplog)
    assert "answers again" in closed
