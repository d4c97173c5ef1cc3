"""
Which deliveries our staff looks at: at least a twentieth of each stratum, drawn so that anybody can repeat it. Pure.

The SHA-256 of a draw's seed is published before the deliveries arrive, the seed when they are drawn. Whoever has the
published list of keys and the seed finds the same sample.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

SHARE_BPS = 500
NEW_BELOW = 5
"""Freelancers with fewer earlier deliveries than this are a stratum of their own."""
Totals = Mapping[str, Sequence[int]]
"""By stratum: the number of deliveries, and how many of them were drawn."""


def key(delivery_id: UUID) -> str:
    """What is published of a delivery: both sides can find theirs, nobody else learns more than that there was one."""
    return hashlib.sha256(str(delivery_id).encode()).hexdigest()


def commitment(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()


def stratum(category: str, earlier_deliveries: int) -> str:
    """:param category: the slug of the task's category, or empty."""
    return f"{category or 'none'}/{'new' if earlier_deliveries < NEW_BELOW else 'known'}"


def number_to_draw(total: int, drawn: int, arrivals: int) -> int:
    """How many of the new deliveries are drawn, so that the share holds over all deliveries of the stratum."""
    quota = -(-(total + arrivals) * SHARE_BPS // 10_000)
    return min(max(quota - drawn, 0), arrivals)


def draw(seed: str, population: Sequence[Sequence[str]], before: Totals) -> list[str]:
    """
    The keys of the deliveries that are drawn, in the order of the population.

    :param population: (key, stratum) of each delivery of the period.
    :param before: the totals before this draw.
    """
    by_stratum: dict[str, list[str]] = defaultdict(list)
    for item, name in population:
        by_stratum[name].append(item)
    chosen: set[str] = set()
    for name, keys in by_stratum.items():
        total, drawn = before.get(name, (0, 0))
        number = number_to_draw(total, drawn, len(keys))
        chosen |= set(sorted(keys, key=lambda item: hashlib.sha256(f"{seed}:{item}".encode()).hexdigest())[:number])
    return [item for item, _name in population if item in chosen]


def totals_after(population: Sequence[Sequence[str]], chosen: Sequence[str], before: Totals) -> dict[str, list[int]]:
    """The totals after a draw."""
    after = {name: list(numbers) for name, numbers in before.items()}
    is_chosen = set(chosen)
    for item, name in population:
        numbers = after.setdefault(name, [0, 0])
        numbers[0] += 1
        numbers[1] += item in is_chosen
    return after
