from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from apps.common import keyset, tokens
from apps.common.actors import Actor
from apps.tasks.models import AcceptanceCriterion, Question, SavedSearch, Task, TaskInvitation, TaskSkill
from apps.tasks.rules import Brief
from apps.tasks.states import TaskStatus, Visibility

SORTS = {"new": "-published_at", "closing": "bidding_closes_at", "budget": "-budget_reference_minor"}
COUNT_MAX = 1000
# Facets are counted among this many newest matches: grouping a hundred thousand rows costs more than the page.
FACET_MAX = 2000
# Budgets of all currencies are compared in this currency, at the rate of the day of publication.
REFERENCE_CURRENCY = "EUR"


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Search filters; amounts are in minor units of the reference currency."""

    text: str = ""
    category: str = ""
    skill_ids: tuple[UUID, ...] = ()
    language: str = ""
    budget_from_minor: int | None = None
    budget_to_minor: int | None = None
    posted_within_days: int | None = None
    bid_window: str = ""
    sort: str = "new"
    extra: dict[str, str] = field(default_factory=dict)


def task_for_update(task_id: UUID) -> Task:
    return Task.objects.select_for_update().get(id=task_id)


def tasks_visible_to(actor: Actor) -> QuerySet[Task]:
    """
    Published public tasks, the actor's own, and those they are invited to. Hidden tasks only for their owner and staff.
    """
    tasks = Task.objects.select_related("category", "employer")
    if actor.is_staff:
        return tasks.exclude(status=TaskStatus.DRAFT)
    published = ~Q(status=TaskStatus.DRAFT) & Q(published_at__isnull=False, hidden_at=None)
    seen = published & Q(visibility=Visibility.PUBLIC)
    if actor.organization_id:
        invited = Exists(TaskInvitation.objects.filter(task=OuterRef("pk"), organization_id=actor.organization_id))
        seen |= Q(employer_id=actor.organization_id) | (published & Q(invited))
    return tasks.filter(seen)


def open_tasks(actor: Actor) -> QuerySet[Task]:
    return tasks_visible_to(actor).filter(status=TaskStatus.OPEN, hidden_at=None)


def search(actor: Actor, filters: TaskFilter, now: datetime, *, without: str = "") -> QuerySet[Task]:
    """Return open tasks that match; `without` ignores one facet's filter, to count that facet's values."""
    tasks = open_tasks(actor).filter(bidding_closes_at__gt=now)
    if filters.text.strip():
        tasks = _matching(tasks, filters.text)
    if filters.category and without != "category":
        tasks = tasks.filter(category__slug=filters.category)
    for skill_id in filters.skill_ids if without != "skill" else ():
        tasks = tasks.filter(Exists(TaskSkill.objects.filter(task=OuterRef("pk"), skill_id=skill_id)))
    if filters.language and without != "language":
        tasks = tasks.filter(source_language=filters.language)
    if filters.budget_from_minor is not None:
        tasks = tasks.filter(budget_reference_minor__gte=filters.budget_from_minor)
    if filters.budget_to_minor is not None:
        tasks = tasks.filter(budget_reference_minor__lte=filters.budget_to_minor)
    if filters.posted_within_days:
        tasks = tasks.filter(published_at__gte=now - timedelta(days=filters.posted_within_days))
    if filters.bid_window and without != "bid_window":
        tasks = tasks.filter(bid_window=filters.bid_window)
    return tasks


def _matching(tasks: QuerySet[Task], text: str) -> QuerySet[Task]:
    """Match all words; if no task has them all, match any of them."""
    groups = tokens.query_tokens(text)
    if not groups:
        return tasks.none()
    strict = tasks.filter(search_vector=tokens.query(groups))
    if len(groups) == 1 or strict.exists():
        return strict
    return tasks.filter(search_vector=tokens.query(groups, any_of=True))


def search_page(
    actor: Actor, filters: TaskFilter, now: datetime, cursor: str = "", size: int = 20
) -> keyset.Page[Task]:
    tasks = search(actor, filters, now).prefetch_related("skills")
    return keyset.page(tasks, order=SORTS.get(filters.sort, SORTS["new"]), cursor=cursor, size=size)


def capped_count(tasks: QuerySet[Task]) -> int:
    """Return the count, at most `COUNT_MAX` + 1: an exact count for a common word costs more than the page."""
    return tasks.order_by()[: COUNT_MAX + 1].count()


def facet_counts(actor: Actor, filters: TaskFilter, now: datetime, name: str, column: str) -> dict[Any, int]:
    """Return the number of tasks per value of a facet, with the other filters applied; among the newest `FACET_MAX`."""
    newest = search(actor, filters, now, without=name).order_by("-published_at", "-id").values("id")[:FACET_MAX]
    rows = Task.objects.filter(id__in=newest).values(column).annotate(n=Count("id")).order_by("-n")
    return {row[column]: row["n"] for row in rows[:30]}


def brief_of(task: Task) -> Brief:
    """Return the task's content as the value object used by the rules."""
    return Brief(
        title=task.title,
        category_id=task.category_id,
        background=task.background,
        goal=task.goal,
        requirements=task.requirements,
        payment_terms=task.payment_terms,
        source_language=task.source_language,
        budget_kind=task.budget_kind,
        budget_min_minor=task.budget_min_minor,
        budget_max_minor=task.budget_max_minor,
        currency=task.currency,
        deadline_at=task.deadline_at,
        deadline_time_zone=task.deadline_time_zone,
        visibility=task.visibility,
        bid_window=task.bid_window,
        bidding_closes_at=task.bidding_closes_at,
        decision_due_at=task.decision_due_at,
        criteria=tuple(criterion.text for criterion in criteria(task.id)),
        skill_ids=tuple(skill_ids(task.id)),
    )


def criteria(task_id: UUID) -> list[AcceptanceCriterion]:
    return list(AcceptanceCriterion.objects.filter(task_id=task_id).order_by("position"))


def skill_ids(task_id: UUID) -> list[UUID]:
    return list(
        TaskSkill.objects.filter(task_id=task_id).order_by("created_at", "id").values_list("skill_id", flat=True)
    )


def skill_ids_by_task(task_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    result: dict[UUID, list[UUID]] = {}
    rows = TaskSkill.objects.filter(task_id__in=list(task_ids)).order_by("created_at", "id")
    for task_id, skill_id in rows.values_list("task_id", "skill_id"):
        result.setdefault(task_id, []).append(skill_id)
    return result


def is_invited(task_id: UUID, organization_id: UUID | None) -> bool:
    if organization_id is None:
        return False
    return TaskInvitation.objects.filter(task_id=task_id, organization_id=organization_id, declined_at=None).exists()


def questions(task: Task, actor: Actor) -> list[Question]:
    """
    Return the questions in the order asked. The asker, the employer and staff see who asked; everyone else sees only "a
    freelancer", because a question must not reveal who is interested.
    """
    rows = list(Question.objects.filter(task_id=task.id).select_related("asked_by").order_by("asked_at"))
    for row in rows:
        sees = actor.is_staff or actor.acts_for(task.employer_id) or actor.acts_for(row.asked_by_id)
        row.shown_asker = row.asked_by if sees else None
    return rows


def tasks_of(organization_id: UUID) -> QuerySet[Task]:
    return Task.objects.filter(employer_id=organization_id).select_related("category").order_by("-created_at", "-id")


@dataclass(frozen=True, slots=True)
class PostingRecord:
    """The number of tasks an employer published, that are open for bids now, and whose selection ended."""

    posted: int
    open: int
    decided: int


def posting_record(employer_id: UUID) -> PostingRecord:
    """Return the public record of an employer's tasks; tasks hidden by staff are not counted."""
    published = Task.objects.filter(employer_id=employer_id, published_at__isnull=False, hidden_at=None)
    undecided = [TaskStatus.DRAFT, TaskStatus.OPEN, TaskStatus.DECIDING]
    counted = published.aggregate(
        posted=Count("id"),
        open=Count("id", filter=Q(status=TaskStatus.OPEN, visibility=Visibility.PUBLIC)),
        decided=Count("id", filter=~Q(status__in=undecided)),
    )
    return PostingRecord(**counted)


def tasks_to_close_bidding(now: datetime) -> QuerySet[Task, UUID]:
    due = Task.objects.filter(status=TaskStatus.OPEN, bidding_closes_at__lte=now)
    return due.order_by("bidding_closes_at", "id").values_list("id", flat=True)


def tasks_to_expire(now: datetime) -> QuerySet[Task, UUID]:
    due = Task.objects.filter(status__in=[TaskStatus.OPEN, TaskStatus.DECIDING], decision_due_at__lte=now)
    return due.order_by("decision_due_at", "id").values_list("id", flat=True)


def saved_searches(user_id: UUID) -> QuerySet[SavedSearch]:
    return SavedSearch.objects.filter(user_id=user_id).order_by("name")


def similar(task: Task, actor: Actor, now: datetime, limit: int = 3) -> list[Task]:
    """Return open tasks that share skills, or else the category; those with most in common first."""
    own_skills = skill_ids(task.id)
    tasks = open_tasks(actor).filter(bidding_closes_at__gt=now).exclude(id=task.id)
    shared = tasks.filter(skills__skill_id__in=own_skills).annotate(n=Count("skills")).order_by("-n", "-published_at")
    result: list[Task] = list(shared[:limit])
    if len(result) < limit and task.category_id:
        rest = tasks.filter(category_id=task.category_id).exclude(id__in=[item.id for item in result])
        result += list(rest.order_by("-published_at")[: limit - len(result)])
    return result
