"""Impressions and choices as training lists, and the learned order in use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from apps.matching.models import (
    PEOPLE_LISTS,
    TASK_LISTS,
    EventKind,
    ListSide,
    MatchEvent,
    MatchImpression,
    MatchResult,
    Ranker,
    RankerChoice,
)
from apps.skills.models import Category
from apps.tasks.models import Task
from ranking import pairwise_ranking
from ranking.formula import Weights

# The outcomes that count as a choice on each side, with their gain; 3 is the best outcome.
GAINS = {
    ListSide.PEOPLE: {EventKind.INVITE: 2, EventKind.SHORTLIST: 2, EventKind.AWARD: 3, EventKind.COMPLETE: 3},
    ListSide.TASKS: {EventKind.BID: 2, EventKind.ACCEPT: 3, EventKind.COMPLETE: 3},
}
FOLLOWS = timedelta(days=30)
ROWS_MAX = 400_000


@dataclass(frozen=True)
class Order:
    """:param ranker: the ranker in use; None for the formula. `choice` is None if none was ever made."""

    category: Category
    side: str
    ranker: Ranker | None
    choice: RankerChoice | None


def outcomes(category_id: UUID, side: str) -> int:
    """Return the maximum number of choices to learn from."""
    kinds = list(GAINS[ListSide(side)])
    return MatchEvent.objects.filter(task__category_id=category_id, kind__in=kinds).count()


def lists_to_learn_from(category_id: UUID, side: str) -> list[pairwise_ranking.Choices]:
    """
    Return the lists of a category, oldest first. A choice counts for the last list that showed the pair, for 30 days.

    Lists of one row have no order and are left out; results of older formulas lack components. Reads only the newest
    ROWS_MAX rows.
    """
    kinds = PEOPLE_LISTS if side == ListSide.PEOPLE else TASK_LISTS
    gains = GAINS[ListSide(side)]
    chosen: dict[tuple[UUID, UUID], list[tuple[datetime, int]]] = defaultdict(list)
    events = MatchEvent.objects.filter(task__category_id=category_id, kind__in=list(gains))
    for task, organization, kind, at in events.values_list("task_id", "organization_id", "kind", "happened_at"):
        chosen[task, organization].append((at, gains[EventKind(kind)]))
    shown = MatchImpression.objects.filter(
        task__category_id=category_id, list_kind__in=kinds, reasons__has_keys=["skill", "similar"]
    ).order_by("-shown_at", "-id")[:ROWS_MAX]
    lists: dict[UUID, list[tuple[list[float], int, int]]] = defaultdict(list)
    for list_id, task, organization, at, place, components, reasons in shown.values_list(
        "list_id", "task_id", "organization_id", "shown_at", "position", "components", "reasons"
    ).iterator(chunk_size=5_000):  # newest first: a list takes the choices made after it
        taken = [item for item in chosen.get((task, organization), []) if at <= item[0] <= at + FOLLOWS]
        if taken:
            chosen[task, organization] = [item for item in chosen[task, organization] if item not in taken]
        parts = pairwise_ranking.parts_of(components, reasons, Weights(*reasons["points"]))
        lists[list_id].append((parts, max((gain for _, gain in taken), default=0), place))
    return [_choices(rows) for rows in reversed(lists.values()) if len(rows) > 1]


def _choices(rows: list[tuple[list[float], int, int]]) -> pairwise_ranking.Choices:
    ordered = sorted(rows, key=lambda row: row[2])
    return pairwise_ranking.Choices(
        np.array([parts for parts, _, _ in ordered]),
        np.array([gain for _, gain, _ in ordered]),
        np.array([place for _, _, place in ordered]),
    )


def newest_ranker(category_id: UUID, side: str) -> Ranker | None:
    return Ranker.objects.filter(category_id=category_id, side=side).order_by("-id").first()


def newest_choice(category_id: UUID, side: str) -> RankerChoice | None:
    ranker_choices = RankerChoice.objects.filter(category_id=category_id, side=side).select_related("ranker")
    return ranker_choices.order_by("-id").first()


def choosers_of(category_id: UUID | None) -> tuple[list[pairwise_ranking.Chooser], str]:
    """
    Return the learned order in use for tasks of a category, and the suffix that names it in results.

    The employer's choice orders alone, or with the freelancer's choice if both were learned. The freelancer's choice
    alone
    does not show who would be hired, so it is not used alone. Empty for the formula.
    """
    if category_id is None:
        return [], ""
    result = []
    for side in (ListSide.PEOPLE, ListSide.TASKS):
        choice = newest_choice(category_id, side)
        if choice is None or choice.ranker is None:
            break
        result.append(choice.ranker)
    try:
        return [pairwise_ranking.from_json(item.model) for item in result], "".join(f"+{item.id}" for item in result)
    except ValueError:  # trained by a version of the program with other features
        return [], ""


def category_of(task_id: UUID) -> UUID | None:
    return Task.objects.filter(id=task_id).values_list("category_id", flat=True).first()


def tasks_in_learned_order(task_ids: Iterable[UUID]) -> list[UUID]:
    """Return those of the tasks whose lists use a learned order."""
    match_results = MatchResult.objects.filter(task_id__in=list(task_ids), learned__isnull=False)
    return list(match_results.order_by("task_id").values_list("task_id", flat=True).distinct())


def orders() -> list[Order]:
    """Return one entry per category and side that has a ranker or a choice."""
    pairs = set(Ranker.objects.values_list("category_id", "side")) | set(
        RankerChoice.objects.values_list("category_id", "side")
    )
    categories = Category.objects.in_bulk([category for category, _ in pairs])
    result = []
    for category, side in pairs:
        choice = newest_choice(category, side)
        result.append(Order(categories[category], side, choice.ranker if choice else None, choice))
    return sorted(result, key=lambda item: (item.category.position, item.category.slug, item.side))


def rankers(limit: int = 100) -> list[Ranker]:
    return list(Ranker.objects.select_related("category").order_by("-id")[:limit])


def choices_of(ranker: Ranker) -> list[RankerChoice]:
    """Return the choices made for this ranker's category and side, newest first."""
    ranker_choices = RankerChoice.objects.filter(category=ranker.category, side=ranker.side)
    return list(ranker_choices.select_related("chosen_by", "ranker").order_by("-id")[:20])


def learned_places(matches: Iterable[Any], choosers: list[pairwise_ranking.Chooser], points: Weights) -> list[float]:
    """
    Return the learned position of each match of one task, on the scale of the score; empty without a learned order.
    """
    rows = list(matches)
    if not rows or not choosers:
        return []
    parts = np.array(
        [
            pairwise_ranking.parts_of(
                row.components,
                {"skill": row.skill_shares, "similar": (row.similar.count, row.similar.accepted, row.similar.days)},
                points,
            )
            for row in rows
        ]
    )
    return [
        float(in_unit) for in_unit in pairwise_ranking.in_units_of_the_score(choosers, pairwise_ranking.features(parts))
    ]
