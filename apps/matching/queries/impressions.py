"""The order in which matches are shown, and earlier impressions."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from apps.common.caches import ProcessMemory
from apps.matching.models import (
    PEOPLE_LISTS,
    Experiment,
    ListKind,
    ListSide,
    MatchImpression,
    MatchRefusal,
    MatchResult,
)
from apps.matching.queries.inputs import tasks_to_match
from apps.matching.queries.ranking_versions import points_of
from apps.tasks.models import Task
from ranking import experiments, formula
from ranking.formula import Weights
from ranking.reranking import TEN, Candidate, Place, Rules, rerank

SAME_LIST = timedelta(hours=1)
ATTRIBUTED = timedelta(days=30)


@dataclass(frozen=True)
class Shown:
    """A match with its position; it is recorded when a reader has seen it."""

    result: MatchResult
    place: Place
    experiment_id: UUID | None = None
    arm: str = ""


def arranged(
    results: Iterable[MatchResult],
    *,
    side: ListSide,
    reader_id: UUID,
    now: datetime,
    task_id: UUID | None = None,
    order: dict[int, float] | None = None,
) -> list[Shown]:
    """
    Return all results in the order to show (`ranking.reranking`), under the reader's arm of a running experiment.

    :param order: per result id, the value to order by instead of the score, on the same scale of 100.
    """
    rows = list(results)
    experiment, arm = arm_for(side, reader_id, now)
    if arm and arm.get("weights"):
        rows = [reweighed(row, formula.weights_of(*arm["weights"])) for row in rows]
    rules = _rules(side, arm)
    shown_today = _shown_today(rows, task_id, now) if task_id and rules.cap else {}
    by_id = {_other(row, side): row for row in rows}
    places = rerank(
        [
            Candidate(
                id=other,
                score=(order or {}).get(item.id, item.score),
                is_newcomer=item.is_newcomer and side == ListSide.PEOPLE,
                shown_today=shown_today.get(item.organization_id, 0),
                likeness=_likeness(item, side),
            )
            for other, item in by_id.items()
        ],
        key=f"{side}:{reader_id}:{task_id or ''}",
        day=now.astimezone(UTC).date(),
        rules=rules,
    )
    name = str(arm["name"]) if arm else ""
    return [Shown(by_id[place.id], place, experiment.id if experiment and arm else None, name) for place in places]


def in_own_order(results: Iterable[MatchResult]) -> list[Shown]:
    """Return the results by score alone, without reranking, for readers who set their own weights."""
    best = sorted(results, key=lambda item: (-item.score, item.task_id))
    return [Shown(row, Place(row.task_id, place, place)) for place, row in enumerate(best, start=1)]


def reweighed(result: MatchResult, weights: Weights) -> MatchResult:
    """Return the match with other points; nothing is stored."""
    result.components = formula.reweigh(result.components, old=points_of(result), new=weights)
    result.score = min(100.0, max(0.0, sum(result.components.values())))
    result.reasons = result.reasons | {"points": [weights.skill, weights.pay, weights.growth]}
    return result


def _rules(side: ListSide, arm: dict[str, Any] | None) -> Rules:
    """Return the rules from the settings, with the changes of the arm."""
    rules = Rules(cap=settings.MATCH_EXPOSURE_CAP if side == ListSide.PEOPLE else None)
    rules = dataclasses.replace(rules, has_newcomer_slot=side == ListSide.PEOPLE)
    parameters = {
        name: value for name, value in (arm or {}).get("parameters", {}).items() if name in ("cap", "exploration")
    }
    return dataclasses.replace(rules, **parameters)


def _other(result: MatchResult, side: ListSide) -> UUID:
    return result.organization_id if side == ListSide.PEOPLE else result.task_id


def _likeness(result: MatchResult, side: ListSide) -> object:
    """Return a key shared by near-identical rows: same title and employer, or same headline and same matched skills."""
    if side == ListSide.TASKS:
        return result.task.employer_id, " ".join(result.task.title.casefold().split())
    headline = " ".join(result.organization.profile.headline.casefold().split())
    return (headline, tuple(result.reasons["matched"]), str(result.reasons["related"])) if headline else None


def _shown_today(rows: list[MatchResult], task_id: UUID, now: datetime) -> dict[UUID, int]:
    """Return in how many other tasks' lists each was among the first ten today. Days are UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match_impressions = MatchImpression.objects.filter(
        organization_id__in=[row.organization_id for row in rows], shown_at__gte=midnight, shown_at__lte=now,
        list_kind__in=PEOPLE_LISTS, position__lte=TEN,
    ).exclude(task_id=task_id)  # fmt: skip
    return dict(match_impressions.values_list("organization_id").annotate(lists=Count("list_id", distinct=True)))


_experiments: ProcessMemory[ListSide, list[Experiment]] = ProcessMemory(lambda: settings.LIST_MEMORY_SECONDS)


def arm_for(side: ListSide, reader_id: UUID, now: datetime) -> tuple[Experiment | None, dict[str, Any] | None]:
    """
    Return the running experiment on these lists and the reader's arm; the arm is None if the reader takes no part.
    """
    planned = _experiments.get(side, lambda: list(Experiment.objects.filter(side=side, stopped_at=None).order_by("pk")))
    running = next((item for item in planned if item.starts_at <= now < item.ends_at), None)
    if running is None:
        return None, None
    return running, experiments.arm_of(running.name, reader_id, running.arms, running.share)


# --- impressions ------------------------------------------------------------------------------------------------------


def lately_shown(
    kind: ListKind, reader_id: UUID, task_id: UUID | None, now: datetime
) -> tuple[UUID | None, set[tuple[UUID, UUID]]]:
    """Return the id of the list that the reader saw within the hour, and its pairs."""
    result = MatchImpression.objects.filter(
        list_kind=kind, reader_id=reader_id, shown_at__gt=now - SAME_LIST, shown_at__lte=now
    )
    if task_id is not None:
        result = result.filter(task_id=task_id)
    rows = list(result.order_by("-shown_at", "-id").values_list("list_id", "task_id", "organization_id"))
    if not rows:
        return None, set()
    return rows[0][0], {(task, organization) for _list, task, organization in rows}


def last_impression(
    task_id: UUID, organization_id: UUID, now: datetime, kinds: Iterable[ListKind]
) -> MatchImpression | None:
    """Return the last impression of the pair, of these kinds and recent enough."""
    return (
        MatchImpression.objects.filter(
            task_id=task_id, organization_id=organization_id, list_kind__in=list(kinds), shown_at__lte=now,
            shown_at__gt=now - ATTRIBUTED,
        )
        .order_by("-shown_at", "-id")
        .first()
    )  # fmt: skip


def tasks_without_invitations(now: datetime, *, notified_before: datetime) -> QuerySet[Task]:
    """
    Open for at least one more day, without invitations, and whose employer was not notified since `notified_before`.
    """
    match_impressions = MatchImpression.objects.filter(
        task=OuterRef("pk"), list_kind=ListKind.PEOPLE_MAIL, shown_at__gt=notified_before
    )
    waiting = tasks_to_match(now).filter(invitations=None, bidding_closes_at__gt=now + timedelta(days=1))
    return waiting.exclude(Exists(match_impressions)).order_by("published_at", "id")


# --- refusals ---------------------------------------------------------------------------------------------------------


def refusals_of_tasks(organization_id: UUID) -> list[MatchRefusal]:
    """The tasks a freelancer refused, newest first."""
    match_refusals = MatchRefusal.objects.filter(side=ListSide.TASKS, organization_id=organization_id)
    return list(match_refusals.select_related("task").order_by("-said_at")[:50])


def refusals_of_people(task_id: UUID) -> list[MatchRefusal]:
    """The freelancers an employer refused for a task, newest first."""
    match_refusals = MatchRefusal.objects.filter(side=ListSide.PEOPLE, task_id=task_id)
    return list(match_refusals.select_related("organization").order_by("-said_at")[:50])


def refused_tasks(organization_id: UUID) -> Q:
    """A filter for a freelancer's results: the tasks they refused."""
    own = MatchRefusal.objects.filter(side=ListSide.TASKS, organization_id=organization_id)
    return Q(task_id__in=own.values("task_id"))


def refused_people(task_id: UUID) -> Q:
    """
    A filter for a task's results: people the employer refused, and people who refused the task. Neither side sees it.
    """
    return Q(organization_id__in=MatchRefusal.objects.filter(task_id=task_id).values("organization_id"))


def reasons_counted(since: datetime) -> list[tuple[str, str, int]]:
    """Return how often each side gave each reason, most frequent first; without texts and names."""
    result = MatchRefusal.objects.filter(said_at__gte=since).values_list("side", "reason")
    return list(result.annotate(times=Count("id")).order_by("side", "-times", "reason"))
