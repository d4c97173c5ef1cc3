from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import EmptyResultSet
from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from apps.accounts.models import Organization
from apps.accounts.queries import organizations
from apps.accounts.states import countries_of
from apps.common import caches, keyset, replica, tokens
from apps.common.actors import STRANGER, Actor
from apps.common.prepared import prepared
from apps.common.working_hours import WorkingHours, hours_together
from apps.skills import queries as skills
from apps.tasks.models import (
    INVITED,
    OPEN,
    AcceptanceCriterion,
    Addendum,
    Question,
    SavedSearch,
    Task,
    TaskAttachment,
    TaskInvitation,
    TaskSkill,
)  # fmt: skip
from apps.tasks.rules import Brief
from apps.tasks.states import TaskStatus, Visibility

RELEVANCE = "relevance"
SORTS = {"new": "-published_at", "closing": "bidding_closes_at", "budget": "-budget_reference_minor"}
MAY_BE_NULL = {"-budget_reference_minor"}
"""Orders whose column an open task may leave empty."""
LONG_TEXTS = ("background", "requirements", "payment_terms", "award_criteria", "search_vector")
"""What lists do not show."""
COUNT_MAX = 1000
# Facets are counted among this many newest matches: grouping a hundred thousand rows costs more than the page. Of words
# that a fortieth of a million tasks has, the newest 2,000 took 400 ms.
FACET_MAX, FACET_MAX_OF_WORDS = 2000, 500
# Similar tasks are looked for among so many newest tasks of each skill, and this many are compared.
NEWEST_OF_SKILL_MAX, SIMILAR_MAX = 200, 60
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
    bids_max: int | None = None
    employer: str = ""
    region: str = ""
    overlap_hours: int = 0
    time_zone: str = ""
    sort: str = ""

    @property
    def order(self) -> str:
        """The chosen order; by relevance if there are words and none was chosen, else the newest first."""
        if self.sort in SORTS or (self.sort == RELEVANCE and self.text.strip()):
            return self.sort
        return RELEVANCE if self.text.strip() else "new"

    @property
    def key(self) -> str:
        """Names what is found, in whatever order: for caches."""
        return sha256(repr(replace(self, sort="")).encode()).hexdigest()

    @property
    def active_facets(self) -> list[str]:
        values = {
            "category": self.category, "language": self.language, "bid_window": self.bid_window, "skill": self.skill_ids
        }  # fmt: skip
        return [name for name, value in values.items() if value]


def task_for_update(task_id: UUID) -> Task:
    return Task.objects.select_for_update().get(id=task_id)


def tasks_visible_to(actor: Actor) -> QuerySet[Task]:
    """
    Published public tasks, the actor's own, and those they are invited to. Hidden tasks only for their owner and staff.
    """
    return _tasks_visible_to(actor.organization_id, actor.is_staff)


def _tasks_visible_to(organization_id: UUID | None, is_staff: bool) -> QuerySet[Task]:
    tasks = Task.objects.select_related("category", "employer")
    if is_staff:
        return tasks.exclude(status=TaskStatus.DRAFT)
    published = ~Q(status=TaskStatus.DRAFT) & Q(published_at__isnull=False, hidden_at=None)
    seen = published & Q(visibility=Visibility.PUBLIC)
    if organization_id:
        invited = Exists(TaskInvitation.objects.filter(task=OuterRef("pk"), organization_id=organization_id))
        seen |= Q(employer_id=organization_id) | (published & Q(invited))
    return tasks.filter(seen)


class TaskOnPage(Protocol):
    """What `task_page` reads of a task besides its columns."""

    skill_ids: list[UUID]
    is_invited: bool
    """Whether the reader's organization is invited and has not declined."""
    has_addenda: bool
    has_attachments: bool


def task_page(task_id: UUID, actor: Actor) -> Task | None:
    """The task with `TaskOnPage` in one query; None if it does not exist or the actor may not see it."""
    rows = _task_page(task_id, actor.organization_id, actor.is_staff)
    return rows[0] if rows else None


@prepared
def _task_page(task_id: UUID, organization_id: UUID | None, is_staff: bool) -> QuerySet[Task]:
    skills = TaskSkill.objects.filter(task=OuterRef("pk")).order_by("created_at", "id")
    invited = TaskInvitation.objects.filter(task=OuterRef("pk"), declined_at=None)
    return (
        _tasks_visible_to(organization_id, is_staff)
        .filter(id=task_id)
        .defer("search_vector")
        .annotate(
            skill_ids=ArraySubquery(skills.values("skill_id")),
            is_invited=Exists(invited.filter(organization_id=organization_id)) if organization_id else Value(False),
            has_addenda=Exists(Addendum.objects.filter(task=OuterRef("pk"))),
            has_attachments=Exists(TaskAttachment.objects.filter(task=OuterRef("pk"))),
        )
    )


def open_tasks(actor: Actor) -> QuerySet[Task]:
    """Open tasks that the actor may see, by the condition of the partial indexes behind lists."""
    tasks = Task.objects.filter(OPEN, hidden_at=None).select_related("category", "employer")
    if actor.is_staff:
        return tasks
    seen = Q(visibility=Visibility.PUBLIC)
    if actor.organization_id:
        invited = TaskInvitation.objects.filter(organization_id=actor.organization_id).values("task_id")
        seen |= Q(employer_id=actor.organization_id) | Q(id__in=invited)
    return tasks.filter(seen)


def sees_more_than_strangers(actor: Actor) -> bool:
    """Whether lists of open tasks may show this actor one that they do not show to everybody."""
    if actor.is_staff:
        return True
    return actor.organization_id is not None and bool(_private_tasks(actor.organization_id))


@prepared
def _private_tasks(organization_id: UUID) -> QuerySet[Task, tuple[UUID]]:
    private = Task.objects.filter(INVITED, hidden_at=None).order_by().values_list("id")
    own = private.filter(employer_id=organization_id)
    return own.union(private.filter(invitations__organization_id=organization_id), all=True)[:1]


def search(actor: Actor, filters: TaskFilter, now: datetime) -> QuerySet[Task]:
    """Return open tasks that match."""
    return _search(actor, filters, now, _words(filters, now))


def _search(actor: Actor, filters: TaskFilter, now: datetime, words: Q, *, without: str = "") -> QuerySet[Task]:
    """`without` ignores one facet's filter, to count that facet's values."""
    tasks = open_tasks(actor).filter(words, bidding_closes_at__gt=now)
    if filters.category and without != "category":
        category = skills.category(filters.category)
        tasks = tasks.filter(category_id=category.id) if category else tasks.none()
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
    if filters.bids_max is not None:
        tasks = tasks.filter(bid_count__lte=filters.bids_max)
    if filters.bid_window and without != "bid_window":
        tasks = tasks.filter(bid_window=filters.bid_window)
    return tasks


def employer_tokens(employer: Organization) -> list[str]:
    """Return the tokens of an employer by which its tasks are filtered, as of when the task was indexed."""
    facts = [_fact_token(fact) for fact in employer.hiring_facts]
    return [_country_token(employer.country), _zone_token(employer.time_zone), *facts]


def _country_token(country: str) -> str:
    return f"=country:{country}"


def _fact_token(fact: str) -> str:
    return f"=employer:{fact}"


def _zone_token(zone: str) -> str:
    return f"=zone:{zone}"


def _words(filters: TaskFilter, now: datetime) -> Q:
    conditions = []
    if filters.region:
        conditions.append([_country_token(country) for country in countries_of(filters.region)])
    if filters.employer:
        conditions.append([_fact_token(filters.employer)])
    if filters.overlap_hours:
        conditions.append([_zone_token(zone) for zone in _zones_in_common(filters, now)])
    return skills.matching(filters.text, conditions, function="tasks_matching")


def _zones_in_common(filters: TaskFilter, now: datetime) -> list[str]:
    """The time zones of employers where 9 to 18 has so many hours in common with 9 to 18 in the reader's zone."""
    own = WorkingHours(filters.time_zone or "UTC")
    return [
        zone
        for zone in organizations.zones_of_employers()
        if hours_together(own, WorkingHours(zone), now) >= filters.overlap_hours
    ]


def search_page(matching: QuerySet[Task], filters: TaskFilter, cursor: str = "", size: int = 20) -> keyset.Page[Task]:
    """One page of what `search` found, in the order of the filters, without the long texts that lists do not show."""
    shown = matching.defer(*LONG_TEXTS)
    if filters.order == RELEVANCE:
        everything = Task.objects.select_related("category", "employer").defer(*LONG_TEXTS)
        rank = tokens.rank(*skills.search_terms(filters.text).for_rank)
        return keyset.ranked_page(
            shown, everything=everything, rank=rank, newest=SORTS["new"], cursor=cursor, size=size
        )
    order = SORTS[filters.order]
    return keyset.page(shown, order=order, cursor=cursor, size=size, has_nulls=order in MAY_BE_NULL)


def in_order_of(
    matching: QuerySet[Task], scores: Mapping[UUID, float], cursor: str = "", size: int = 20
) -> keyset.Page[Task]:
    """One page of the tasks that have a score, the highest first; the cursor is a number of rows."""
    rows = matching.filter(id__in=list(scores)).defer(*LONG_TEXTS)
    ordered = sorted(rows, key=lambda task: (-scores[task.id], task.id))
    start = int(cursor) if cursor.isdecimal() and len(cursor) < 4 else 0
    more = len(ordered) > start + size
    return keyset.Page(ordered[start : start + size], str(start + size) if more else "")


def capped_count(tasks: QuerySet[Task]) -> int:
    """Return the count, at most `COUNT_MAX` + 1: an exact count for a common word costs more than the page."""
    return tasks.order_by()[: COUNT_MAX + 1].count()


def total(page: keyset.Page[Task], filters: TaskFilter, now: datetime, *, is_first: bool) -> int:
    """
    Return how many tasks match, at most `COUNT_MAX` + 1: exactly if all are on the first page, else the public ones as
    of up to `LIST_MEMORY_SECONDS` ago.
    """
    if is_first and not page.next_cursor:
        return len(page)
    return max(_count(filters, now), len(page))


def count_of_public(now: datetime) -> int:
    """Return the number of public open tasks, at most `COUNT_MAX` + 1, as of up to `LIST_MEMORY_SECONDS` ago."""
    return _count(TaskFilter(), now)


def _count(filters: TaskFilter, now: datetime) -> int:
    return caches.remembered(
        f"tasks:total:{filters.key}", settings.LIST_MEMORY_SECONDS, lambda: capped_count(search(STRANGER, filters, now))
    )


FACETS = {"category": "category_id", "language": "source_language", "bid_window": "bid_window", "skill": "skill_ids"}
"""The facets, each with its column of the newest tasks that are counted."""


def facet_counts(filters: TaskFilter, now: datetime) -> dict[str, dict[str, int]]:
    """
    Return for each facet its values (as text) and how many of the newest `FACET_MAX` public tasks have them
    (`FACET_MAX_OF_WORDS` in a search for words), with the other filters applied, most first; at most 30. As of up to
    `LIST_MEMORY_SECONDS` ago.
    """
    return caches.remembered(
        f"tasks:facets:{filters.key}", settings.LIST_MEMORY_SECONDS, lambda: _count_facets(filters, now)
    )


def _count_facets(filters: TaskFilter, now: datetime) -> dict[str, dict[str, int]]:
    result: dict[str, dict[str, int]] = {}
    words, most = _words(filters, now), FACET_MAX_OF_WORDS if filters.text.strip() else FACET_MAX
    free = [name for name in FACETS if name not in filters.active_facets]
    for without, names in [("", free), *((name, [name]) for name in filters.active_facets)]:
        newest = (
            _search(STRANGER, filters, now, words, without=without)
            .select_related(None)
            .order_by("-published_at", "-id")
        )
        columns = newest.values("id", "category_id", "source_language", "bid_window")[:most]
        try:
            sql, parameters = columns.query.sql_with_params()
        except EmptyResultSet:  # nothing can match, and Django would not ask
            continue
        counts = " UNION ALL ".join(_COUNT_SKILLS if name == "skill" else _COUNT.format(FACETS[name]) for name in names)
        with replica.reading_connection().cursor() as cursor:
            cursor.execute(
                f"WITH newest (id, category_id, source_language, bid_window) AS MATERIALIZED ({sql}) {counts}",
                [*parameters, *(name for name in names if name != "skill")],
            )
            for name, value, count in cursor.fetchall():
                result.setdefault(name, {})[value] = count
    return result


_COUNT = "(SELECT %s AS facet, {0}::text AS value, count(*) AS n FROM newest GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT 30)"
_COUNT_SKILLS = """(SELECT 'skill' AS facet, s.skill_id::text AS value, count(*) AS n
    FROM newest JOIN tasks_taskskill s ON s.task_id = newest.id GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT 30)"""


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
        milestones=task.planned_milestones,
        revisions_included=task.revisions_included,
        skill_ids=tuple(skill_ids(task.id)),
    )


@prepared
def criteria(task_id: UUID) -> QuerySet[AcceptanceCriterion]:
    return AcceptanceCriterion.objects.filter(task_id=task_id).order_by("position")


@prepared
def addenda(task_id: UUID) -> QuerySet[Addendum]:
    return Addendum.objects.filter(task_id=task_id).order_by("added_at")


@prepared
def attachments(task_id: UUID) -> QuerySet[TaskAttachment]:
    return TaskAttachment.objects.filter(task_id=task_id).select_related("file").order_by("created_at")


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


def invitations_of(organization_id: UUID | None) -> QuerySet[TaskInvitation]:
    """The invitations that a freelancer received, newest first; those to tasks that staff hid are left out."""
    if organization_id is None:
        return TaskInvitation.objects.none()
    sent = TaskInvitation.objects.filter(organization_id=organization_id, sent_at__isnull=False, task__hidden_at=None)
    return sent.select_related("task__employer", "task__category").defer(*(f"task__{name}" for name in LONG_TEXTS))


def invitations_to(task_id: UUID) -> QuerySet[TaskInvitation]:
    """Everybody invited to a task, in the order of invitation; the caller has checked who reads it."""
    return TaskInvitation.objects.filter(task_id=task_id).select_related("organization").order_by("id")


def prepared_invitations(task_id: UUID) -> list[TaskInvitation]:
    return list(TaskInvitation.objects.filter(task_id=task_id, sent_at=None).order_by("id"))


def tasks_to_invite_to(organization_id: UUID, freelancer_id: UUID) -> QuerySet[Task]:
    """The employer's drafts and open tasks, newest first, each with `has_invited`."""
    invited = TaskInvitation.objects.filter(task=OuterRef("pk"), organization_id=freelancer_id)
    tasks = Task.objects.filter(employer_id=organization_id, status__in=[TaskStatus.DRAFT, TaskStatus.OPEN])
    newest = tasks.defer(*LONG_TEXTS).annotate(has_invited=Exists(invited))
    return newest.order_by("-created_at", "-id")


def is_invited(task_id: UUID, organization_id: UUID | None) -> bool:
    if organization_id is None:
        return False
    return TaskInvitation.objects.filter(task_id=task_id, organization_id=organization_id, declined_at=None).exists()


def questions(task: Task, actor: Actor) -> list[Question]:
    """
    Return the questions in the order asked. The asker, the employer and staff see who asked; everyone else sees only "a
    freelancer", because a question must not reveal who is interested.
    """
    rows = _questions(task.id)
    for row in rows:
        sees = actor.is_staff or actor.acts_for(task.employer_id) or actor.acts_for(row.asked_by_id)
        row.shown_asker = row.asked_by if sees else None
    return rows


@prepared
def _questions(task_id: UUID) -> QuerySet[Question]:
    return Question.objects.filter(task_id=task_id).select_related("asked_by").order_by("asked_at")


def tasks_of(organization_id: UUID) -> QuerySet[Task]:
    return Task.objects.filter(employer_id=organization_id).select_related("category").order_by("-created_at", "-id")


@prepared
def newest_tasks_of(organization_id: UUID, limit: int) -> QuerySet[Task]:
    """With what a list shows of each task."""
    return tasks_of(organization_id).select_related(None).only("title", "source_language", "status")[:limit]


def tasks_to_close_bidding(now: datetime) -> QuerySet[Task, UUID]:
    due = Task.objects.filter(status=TaskStatus.OPEN, bidding_closes_at__lte=now)
    return due.order_by("bidding_closes_at", "id").values_list("id", flat=True)


def tasks_to_expire(now: datetime) -> QuerySet[Task, UUID]:
    due = Task.objects.filter(status__in=[TaskStatus.OPEN, TaskStatus.DECIDING], decision_due_at__lte=now)
    return due.order_by("decision_due_at", "id").values_list("id", flat=True)


def saved_searches(user_id: UUID) -> QuerySet[SavedSearch]:
    return SavedSearch.objects.filter(user_id=user_id).order_by("name")


def similar(task: Task, skill_ids: list[UUID], now: datetime, limit: int = 3) -> list[Task]:
    """Return public open tasks that share skills, or else the category; those with most in common first."""
    tasks = open_tasks(STRANGER).filter(bidding_closes_at__gt=now).exclude(id=task.id).defer(*LONG_TEXTS)
    near = _tasks_by_shared_skills(skill_ids, SIMILAR_MAX)
    by_id = {item.id: item for item in tasks.filter(id__in=near)}
    result = [by_id[task_id] for task_id in near if task_id in by_id][:limit]
    if len(result) < limit and task.category_id:
        rest = tasks.filter(category_id=task.category_id).exclude(id__in=[item.id for item in result])
        result += list(rest.order_by("-published_at", "-id")[: limit - len(result)])
    return result


def _tasks_by_shared_skills(skill_ids: list[UUID], limit: int) -> list[UUID]:
    """The ids of tasks with any of the skills, most in common first; of each skill only the newest are looked at."""
    with replica.reading_connection().cursor() as cursor:
        cursor.execute(
            """SELECT newest.task_id FROM unnest(%s::uuid[]) AS skill(id) CROSS JOIN LATERAL (
                 SELECT task_id FROM tasks_taskskill WHERE skill_id = skill.id ORDER BY task_id DESC LIMIT %s
               ) newest GROUP BY 1 ORDER BY count(*) DESC, 1 DESC LIMIT %s""",
            [skill_ids, NEWEST_OF_SKILL_MAX, limit],
        )
        return [task_id for (task_id,) in cursor.fetchall()]
