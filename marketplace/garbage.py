"""
The garbage collector of a web process.

A full collection looks at every object, stops all threads meanwhile, and took 0.2 seconds with what a process has
loaded (modules, URLs, templates, models): every request waited. What was loaded at the start never becomes garbage, so
the collector is told to leave it out: https://docs.python.org/3/library/gc.html#gc.freeze
"""

from __future__ import annotations

import gc
import threading

AGAIN_SECONDS = (20.0, 120.0)
"""After these times most templates and URLs are loaded too, and the skill finder."""


def leave_out_what_is_loaded() -> None:
    """Now, and some seconds later again."""
    _freeze()
    for seconds in AGAIN_SECONDS:
        timer = threading.Timer(seconds, _freeze)
        timer.daemon = True
        timer.start()


def _freeze() -> None:
    gc.collect()  # what is garbage now would stay forever
    gc.freeze()
