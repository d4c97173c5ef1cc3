from __future__ import annotations

from datetime import datetime
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.queries import profiles
from apps.common import limits
from apps.common.actors import Actor
from apps.common.errors import Conflict, NotFound
from apps.outbox import bus
from apps.saved import events, queries
from apps.saved.models import SavedPerson, SavedTask
from apps.tasks import queries as tasks
from apps.tasks import rules
from apps.tasks.models import SavedSearch

SAVED_MAX = 500
Row = TypeVar("Row", SavedPerson, SavedTask)


class TooManySaved(Conflict):
    code = "too_many_saved"
    message = _("You keep %(most)s of these. Remove some that you no longer need, then save this one.")


class SavedUnknown(NotFound):
    code = "saved_unknown"


@transaction.atomic
def save_person(*, organization_id: UUID, user: User, actor: Actor, now: datetime) -> SavedPerson:
    """
    Keep a profile for later; a second time has no effect.

    :raises SavedUnknown: if the user may not see it. :raises TooManySaved: if the user has SAVED_MAX.
    """
    if not profiles.profiles_visible_to(actor).filter(organization_id=organization_id).exists():
        raise SavedUnknown
    return _save(SavedPerson, user, now, organization_id=organization_id)


@transaction.atomic
def save_task(*, task_id: UUID, user: User, actor: Actor, now: datetime) -> SavedTask:
    """
    Keep a task for later; a second time has no effect.

    :raises SavedUnknown: if the user may not see it. :raises TooManySaved: if the user has SAVED_MAX.
    """
    if not tasks.tasks_visible_to(actor).filter(id=task_id).exists():
        raise SavedUnknown
    return _save(SavedTask, user, now, task_id=task_id)


def _save(model: type[Row], user: User, now: datetime, **what: UUID) -> Row:
    limits.spend("save", user.pk, now=now)
    existing = model.objects.filter(user=user, **what).first()
    if existing:
        return existing
    if model.objects.filter(user=user).count() >= SAVED_MAX:
        raise TooManySaved(most=SAVED_MAX)
    return model.objects.get_or_create(user=user, **what, defaults={"saved_at": now})[0]


@transaction.atomic
def forget_person(*, organization_id: UUID, user: User) -> None:
    SavedPerson.objects.filter(user=user, organization_id=organization_id).delete()


@transaction.atomic
def forget_task(*, task_id: UUID, user: User) -> None:
    SavedTask.objects.filter(user=user, task_id=task_id).delete()


@transaction.atomic
def describe_person(*, organization_id: UUID, user: User, note: str, list_name: str) -> SavedPerson:
    """Write a note about a saved person, and put them into a list. :raises SavedUnknown: if it is not saved."""
    return _describe(
        SavedPerson.objects.select_for_update().filter(user=user, organization_id=organization_id).first(),
        note,
        list_name,
    )


@transaction.atomic
def describe_task(*, task_id: UUID, user: User, note: str, list_name: str) -> SavedTask:
    """Write a note about a saved task, and put it into a list. :raises SavedUnknown: if it is not saved."""
    return _describe(SavedTask.objects.select_for_update().filter(user=user, task_id=task_id).first(), note, list_name)


def _describe(saved: Row | None, note: str, list_name: str) -> Row:
    if saved is None:
        raise SavedUnknown
    saved.note, saved.list_name = note.strip()[:500], " ".join(list_name.split())[:60]
    saved.save(update_fields=["note", "list_name"])
    return saved


@transaction.atomic
def look_for_new(*, search_id: UUID, filters: tasks.TaskFilter, now: datetime) -> int:
    """
    Look for tasks published since the search last looked, and publish `SearchFound` if there are some. Returns their
    number, up to a limit.
    """
    search = SavedSearch.objects.select_for_update(of=("self",)).select_related("user").get(id=search_id)
    count, newest = 0, []
    if search.looked_until is not None:
        new = queries.new_tasks(filters, search.user_id, since=search.looked_until, now=now)
        count, newest = tasks.capped_count(new), list(new.order_by("-published_at").values_list("id", flat=True)[:3])
    search.looked_until = now
    search.next_look_at = rules.next_look_at(search.pace, now, ZoneInfo(search.user.time_zone))
    search.save(update_fields=["looked_until", "next_look_at"])
    if count:
        bus.publish(events.SearchFound(search_id=search.id, count=count, task_ids=newest), now=now)
    return count
