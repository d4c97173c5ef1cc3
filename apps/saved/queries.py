from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet, Subquery

from apps.accounts.models import User
from apps.common.actors import STRANGER, Actor
from apps.common.prepared import prepared
from apps.saved.models import SavedPerson, SavedTask
from apps.tasks import queries as tasks
from apps.tasks.models import OPEN, SavedSearch, Task
from apps.tasks.queries import LONG_TEXTS
from apps.tasks.states import AlertPace, Visibility

LISTS_MAX = 100


def saved_people(user: User, list_name: str = "") -> QuerySet[SavedPerson]:
    """People whom the user saved, newest first; those whose profile is closed now are left out."""
    rows = SavedPerson.objects.filter(
        user=user,
        organization__is_active=True,
        organization__profile__is_public=True,
        organization__profile__hidden_at=None,
    ).select_related("organization__profile")
    return rows.filter(list_name=list_name) if list_name else rows


def saved_tasks(user: User, actor: Actor, list_name: str = "") -> QuerySet[SavedTask]:
    """Tasks that the user saved and may still see, newest first."""
    rows = SavedTask.objects.filter(user=user, task__in=tasks.tasks_visible_to(actor).order_by().values("id"))
    rows = rows.select_related("task__employer", "task__category").defer(*(f"task__{name}" for name in LONG_TEXTS))
    return rows.filter(list_name=list_name) if list_name else rows


def is_person_saved(user_id: UUID | None, organization_id: UUID) -> bool:
    return user_id is not None and SavedPerson.objects.filter(user_id=user_id, organization_id=organization_id).exists()


def is_task_saved(user_id: UUID | None, task_id: UUID) -> bool:
    return user_id is not None and SavedTask.objects.filter(user_id=user_id, task_id=task_id).exists()


@prepared
def saved_task_ids(user_id: UUID, task_ids: list[UUID]) -> QuerySet[SavedTask, UUID]:
    """Those of the tasks that the user saved."""
    return SavedTask.objects.filter(user_id=user_id, task_id__in=task_ids).values_list("task_id", flat=True)


def lists_of(rows: QuerySet[SavedPerson] | QuerySet[SavedTask]) -> list[str]:
    """The names of the lists among these rows, in order."""
    named = rows.filter(~Q(list_name="")).order_by("list_name").values_list("list_name", flat=True)
    return list(named.distinct()[:LISTS_MAX])


# -- alerts of saved searches


def searches_due(now: datetime) -> QuerySet[SavedSearch]:
    """Searches that are to look for new tasks, those whose time came first at the beginning."""
    newest = (
        Task.objects.filter(OPEN, visibility=Visibility.PUBLIC).order_by("-published_at").values("published_at")[:1]
    )
    due = SavedSearch.objects.exclude(pace=AlertPace.OFF).filter(next_look_at__lte=now, user__is_active=True)
    # Nothing is looked for while nothing was published.
    return due.filter(looked_until__lt=Subquery(newest)).order_by("next_look_at", "id")


def new_tasks(filters: tasks.TaskFilter, user_id: UUID, *, since: datetime, now: datetime) -> QuerySet[Task]:
    """Public tasks that the filters match, published since then by organizations that the person does not belong to."""
    published = tasks.search(STRANGER, filters, now).filter(published_at__gt=since)
    return published.exclude(employer__memberships__user_id=user_id)
