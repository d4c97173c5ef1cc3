"""Arithmetic of scores. No database, no clock; nothing here decides who is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

POINTS_MAX = 5
CRITERIA_MAX = 10
WEIGHTS_SUM = 100


@dataclass(frozen=True, slots=True)
class AwardCriterion:
    """:param weight: in whole per cent; the weights of an evaluation add up to 100."""

    name: str
    weight: int


def award_criteria(stored: Iterable[dict[str, Any]]) -> tuple[AwardCriterion, ...]:
    return tuple(AwardCriterion(row["name"], row["weight"]) for row in stored)


def stored(criteria: Iterable[AwardCriterion]) -> list[dict[str, Any]]:
    return [asdict(criterion) for criterion in criteria]


def total_tenths(points: Sequence[int], criteria: Sequence[AwardCriterion]) -> int:
    """
    The weighted sum on a scale from 0 to 100, in tenths: points times weight, so that `POINTS_MAX` in everything is
    100. It is exact: a weight is a whole per cent.
    """
    return sum(point * criterion.weight for point, criterion in zip(points, criteria, strict=True)) * 10 // POINTS_MAX


def mean_tenths(totals: Sequence[int]) -> int | None:
    """The mean of several totals, rounded half up; None for none."""
    return (2 * sum(totals) + len(totals)) // (2 * len(totals)) if totals else None


def are_points(points: Sequence[int], criteria: Sequence[AwardCriterion]) -> bool:
    return len(points) == len(criteria) and all(0 <= point <= POINTS_MAX for point in points)


def sees_others(*, is_blind: bool, is_agreed: bool, has_scored: bool) -> bool:
    """
    Whether a member sees what other members scored and noted on a bid: in a blind round only after scoring it, or once
    the result is agreed.
    """
    return not is_blind or is_agreed or has_scored


def common_points(sheets: Sequence[Sequence[int]]) -> list[int | None]:
    """For each criterion the points, if all sheets have the same; None where they differ."""
    return [column[0] if len(set(column)) == 1 else None for column in zip(*sheets, strict=True)]


@dataclass(frozen=True, slots=True)
class Sums:
    """
    The sums of one bid as a reader may see them.

    :param count: how many members scored it.
    :param own_tenths: the reader's own total; None without a score.
    :param mean_tenths: the mean of all totals; None if the reader may not see the others' yet, or there are none.
    """

    count: int
    own_tenths: int | None
    mean_tenths: int | None


def sums(totals: Sequence[tuple[UUID, int]], reader_id: UUID | None, *, is_blind: bool, is_agreed: bool) -> Sums:
    """:param totals: the member and the total of each score sheet of one bid."""
    own = next((total for member_id, total in totals if member_id == reader_id), None)
    is_seen = sees_others(is_blind=is_blind, is_agreed=is_agreed, has_scored=own is not None)
    return Sums(len(totals), own, mean_tenths([total for _member, total in totals]) if is_seen else None)
