from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.common.actors import Actor
from apps.saved.models import SavedPerson, SavedTask
from apps.tasks import queries as tasks
from apps.tasks.queries import LONG_TEXTS

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


def lists_of(rows: QuerySet[SavedPerson] | QuerySet[SavedTask]) -> list[str]:
    """The names of the lists among these rows, in order."""
    named = rows.filter(~Q(list_name="")).order_by("list_name").values_list("list_name", flat=True)
    return list(named.distinct()[:LISTS_MAX])
