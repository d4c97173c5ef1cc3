"""
Prints the end of each phase with its duration: wall-clock seconds, and CPU seconds of this process and its children.
"""

from __future__ import annotations

import resource
import time


class Phases:
    def __init__(self, name: str) -> None:
        self.name = name
        self.started = self.last = time.monotonic()
        self.last_cpu = _cpu_seconds()

    def seconds(self) -> float:
        return time.monotonic() - self.started

    def note(self, sentence: str) -> None:
        print(f"[{self.name}] {sentence}", flush=True)

    def end(self, sentence: str) -> None:
        now, cpu = time.monotonic(), _cpu_seconds()
        self.note(f"{sentence} ({now - self.last:.1f} s, {cpu - self.last_cpu:.1f} s of CPU)")
        self.last, self.last_cpu = now, cpu


def _cpu_seconds() -> float:
    spent = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(item.ru_utime + item.ru_stime for item in spent)
