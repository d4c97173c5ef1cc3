"""What a process has loaded is not looked at again by the garbage collector."""

import gc
import threading

from marketplace import garbage


def test_what_is_loaded_is_left_out_now_and_later(monkeypatch):
    timers: list[threading.Timer] = []
    monkeypatch.setattr(threading.Timer, "start", lambda timer: timers.append(timer))
    before = gc.get_freeze_count()
    try:
        garbage.leave_out_what_is_loaded()
        now = gc.get_freeze_count()
        loaded_later = [[number] for number in range(1000)]
        timers[0].function()
        assert gc.get_freeze_count() >= now + len(loaded_later) > before
    finally:
        gc.unfreeze()
    assert [timer.interval for timer in timers] == list(garbage.AGAIN_SECONDS)
    assert all(timer.daemon for timer in timers)
