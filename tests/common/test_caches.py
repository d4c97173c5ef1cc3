"""What is kept for some seconds: as old as is said, once for everybody, and nothing where nothing should be."""

from __future__ import annotations

import time

import pytest
from django.core.cache import cache

from apps.common import caches
from apps.common.ids import uuid7


@pytest.fixture
def counter():
    calls: list[int] = []

    def compute() -> int:
        calls.append(1)
        return len(calls)

    compute.calls = calls
    return compute


def test_a_value_is_computed_once_until_it_is_old(counter, monkeypatch):
    key = f"test:{uuid7()}"
    assert [caches.remembered(key, 60, counter) for _ in range(3)] == [1, 1, 1]
    later = time.time() + 61
    monkeypatch.setattr(caches.time, "time", lambda: later)
    assert [caches.remembered(key, 60, counter) for _ in range(3)] == [2, 2, 2]


def test_while_one_computes_the_others_get_the_old_value(counter, monkeypatch):
    key = f"test:{uuid7()}"
    caches.remembered(key, 60, counter)
    later = time.time() + 61
    monkeypatch.setattr(caches.time, "time", lambda: later)
    cache.add(f"{key}:lock", 1, 60)  # somebody is computing
    assert caches.remembered(key, 60, counter) == 1
    cache.delete(f"{key}:lock")
    assert caches.remembered(key, 60, counter) == 2


def test_nothing_is_kept_for_no_seconds(counter):
    key = f"test:{uuid7()}"
    assert [caches.remembered(key, 0, counter) for _ in range(2)] == [1, 2]
    memory: caches.ProcessMemory[str, int] = caches.ProcessMemory(lambda: 0)
    assert [memory.get("a", counter) for _ in range(2)] == [3, 4]


def test_a_process_keeps_each_value_until_it_is_old(counter, monkeypatch):
    memory: caches.ProcessMemory[str, int] = caches.ProcessMemory(lambda: 60)
    assert [memory.get("a", counter), memory.get("a", counter), memory.get("b", counter)] == [1, 1, 2]
    later = time.monotonic() + 61
    monkeypatch.setattr(caches.time, "monotonic", lambda: later)
    assert memory.get("a", counter) == 3


def test_only_what_is_missing_is_computed_and_unknown_keys_stay_out():
    memory: caches.ProcessMemory[str, str] = caches.ProcessMemory(lambda: 60)
    memory.get("a", lambda: "A")
    missing: list[list[str]] = []

    def compute(keys: list[str]) -> dict[str, str]:
        missing.append(keys)
        return {"b": "B"}

    assert memory.get_many(["a", "b", "c"], compute) == {"a": "A", "b": "B"}
    assert missing == [["b", "c"]]


def test_of_a_full_memory_the_least_recently_used_goes_first(counter):
    memory: caches.ProcessMemory[int, int] = caches.ProcessMemory(lambda: 60, most=10)
    memory.get(-1, counter)
    for number in range(25):
        memory.get(number, lambda: 0)
        memory.get(-1, counter)
    assert len(memory) == 10
    assert counter.calls == [1]
