"""
Turns the order by score into the order shown. Pure: the same input gives the same order on every machine.

Four steps. Each moves as few rows as possible, and none removes a row:

1. a freelancer who was shown more often today than the cap allows moves behind others of nearly the same score
   (`NEARLY`
   points);
2. a near-duplicate of a row above loses `DUPLICATE_POINTS`: maximal marginal relevance (Carbonell and Goldstein 1998)
   with a similarity of 1 for near-identical rows and 0 for all others;
3. in every ten without a newcomer, the last place goes to the best newcomer below;
4. exploration: each row from place 5 to 15 changes place with the probability `EXPLORATION`, once a day per list, so
   that the effect of the position can be separated from the effect of the row. The probability of each row's position
   is stored with it.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

NEARLY = 3.0
DUPLICATE_POINTS = 8.0
TEN = 10
EXPLORATION = 0.02
EXPLORED_FIRST, EXPLORED_LAST = 5, 15


@dataclass(frozen=True)
class Rules:
    """:param cap: how often a freelancer may be shown per day before others of nearly the same score go first."""

    cap: int | None = None
    has_newcomer_slot: bool = True
    exploration: float = EXPLORATION

    def __post_init__(self) -> None:
        if not 0 <= self.exploration <= 1 or (self.cap is not None and self.cap < 1):
            raise ValueError("exploration is a chance, and a cap lets everybody be shown once")


@dataclass(frozen=True)
class Candidate:
    """
    :param shown_today: the number of other lists that showed this freelancer today.
    :param likeness: rows with the same value are near-identical; None is like no other row.
    """

    id: UUID
    score: float
    is_newcomer: bool = False
    shown_today: int = 0
    likeness: Hashable = None


@dataclass(frozen=True)
class Place:
    """
    :param position: from 1. :param ranked: the position by score alone. :param propensity: the probability of
        `position`.
    """

    id: UUID
    position: int
    ranked: int
    propensity: float = 1.0
    in_newcomer_slot: bool = False
    is_swapped: bool = False


def rerank(candidates: Iterable[Candidate], *, key: str, day: date, rules: Rules = Rules()) -> list[Place]:
    """
    Return all candidates in the order to show; a caller that shows fewer takes the first ones.

    :param key: identifies the list (for whom and for what); together with `day` it seeds the exploration.
    """
    by_score = sorted(candidates, key=lambda item: (-item.score, item.id))
    ranked = {row.id: place for place, row in enumerate(by_score, start=1)}
    ordered = _apart(_spread(by_score, rules.cap))
    slots: set[UUID] = set()
    if rules.has_newcomer_slot:
        ordered, slots = _with_newcomers(ordered)
    places = [
        Place(row.id, position, ranked[row.id], in_newcomer_slot=row.id in slots)
        for position, row in enumerate(ordered, start=1)
    ]
    return _explored(places, _held(ordered) if rules.has_newcomer_slot else set(), rules.exploration, _draw(key, day))


def _spread(by_score: list[Candidate], cap: int | None) -> list[tuple[float, Candidate]]:
    """Return each candidate with the score used by the next step."""
    return [(item.score - (NEARLY if cap is not None and item.shown_today >= cap else 0.0), item) for item in by_score]


def _apart(rows: Sequence[tuple[float, Candidate]]) -> list[Candidate]:
    """Return candidates best first; a row similar to one already placed has its score reduced."""
    left = sorted(rows, key=lambda row: (-row[0], row[1].id))
    placed: list[Candidate] = []
    seen: set[Hashable] = set()
    waiting: list[tuple[float, Candidate]] = []  # duplicates of rows already placed, best first

    while left or waiting:
        while left and left[0][1].likeness is not None and left[0][1].likeness in seen:
            score, item = left.pop(0)
            waiting.append((score - DUPLICATE_POINTS, item))
            waiting.sort(key=lambda row: (-row[0], row[1].id))
        if left and (not waiting or _before(left[0], waiting[0])):
            _score, item = left.pop(0)
            seen.add(item.likeness)
        else:
            _score, item = waiting.pop(0)
        placed.append(item)
    return placed


def _before(first: tuple[float, Candidate], second: tuple[float, Candidate]) -> bool:
    return (-first[0], first[1].id) < (-second[0], second[1].id)


def _with_newcomers(ordered: list[Candidate]) -> tuple[list[Candidate], set[UUID]]:
    """Give the last place of every full ten without a newcomer to the best newcomer below it."""
    shown, slots = list(ordered), set()
    for end in range(TEN, len(shown) + 1, TEN):
        if any(item.is_newcomer for item in shown[end - TEN : end]):
            continue
        below = next((place for place in range(end, len(shown)) if shown[place].is_newcomer), None)
        if below is None:
            break
        best = shown.pop(below)
        shown.insert(end - 1, best)
        slots.add(best.id)
    return shown, slots


def _held(ordered: Sequence[Candidate]) -> set[int]:
    """Return the positions of newcomers who are the only one in their ten; exploration does not move them."""
    held = set()
    for start in range(0, len(ordered), TEN):
        new = [start + step for step, item in enumerate(ordered[start : start + TEN]) if item.is_newcomer]
        if len(new) == 1:
            held.add(new[0] + 1)
    return held


def _explored(places: list[Place], held: set[int], chance: float, draw: random.Random) -> list[Place]:
    """
    Swap at most one pair of places.

    With m places that may move, one pair is drawn with the probability `chance * m / 2`. So each row moves with
    probability
    `chance`, stays with `1 - chance`, and is at each of the m - 1 other places with `chance / (m - 1)`.
    """
    movable = [
        place.position for place in places
        if EXPLORED_FIRST <= place.position <= EXPLORED_LAST and place.position not in held
    ]  # fmt: skip
    many = len(movable)
    if many < 2 or chance <= 0:
        return places
    chance = min(chance, 2 / many)
    shown = list(places)
    for position in movable:
        shown[position - 1] = replace(shown[position - 1], propensity=1 - chance)
    if draw.random() < chance * many / 2:
        first, second = draw.sample(movable, 2)
        row, other = shown[first - 1], shown[second - 1]
        moved = {"propensity": chance / (many - 1), "is_swapped": True}
        shown[second - 1] = replace(row, position=second, **moved)  # type: ignore[arg-type]
        shown[first - 1] = replace(other, position=first, **moved)  # type: ignore[arg-type]
    # If a swap always happens, the rows that stay would have a propensity of 0; that needs two rows and a chance of 1.
    return [item if item.propensity > 0 else replace(item, propensity=1.0) for item in shown]


def _draw(key: str, day: date) -> random.Random:
    """Return a generator with the same seed on every machine and in every process, unlike `hash`."""
    seed = hashlib.sha256(f"{key}|{day.isoformat()}".encode()).digest()
    return random.Random(int.from_bytes(seed[:8], "big"))  # noqa: S311 - chance, not secrecy
