from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organization, User
from apps.common.models import BaseModel
from apps.tasks.models import Task


class Saved(BaseModel):
    """Something that a person keeps for later, with a note and in a list of their own; nobody else sees it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    note = models.CharField(_("Note"), max_length=500, blank=True, default="")
    list_name = models.CharField(_("List"), max_length=60, blank=True, default="")
    saved_at = models.DateTimeField()

    class Meta:
        abstract = True


class SavedTask(Saved):
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "task"], name="saved_savedtask_once")]
        indexes = [models.Index(fields=["user", "-saved_at", "-id"], name="saved_savedtask_newest")]


class SavedPerson(Saved):
    """A person, team or company: an organization with a public profile."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organization"], name="saved_savedperson_once")]
        indexes = [models.Index(fields=["user", "-saved_at", "-id"], name="saved_savedperson_newest")]
