"""A call to a gateway, recorded before it is made. Each kind of document has its own table of attempts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.models import BaseModel


class AttemptOutcome(models.TextChoices):
    PENDING = "pending", _("No answer yet")
    TAKEN = "taken", _("Taken by the processor")
    UNKNOWN = "unknown", _("Outcome unknown")
    REFUSED = "refused", _("Refused")


class Attempt(BaseModel):
    """The common fields of all attempts; `nth` counts from 1 within one document."""

    nth = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=AttemptOutcome, default=AttemptOutcome.PENDING)
    detail = models.CharField(max_length=300, blank=True, default="")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


def attempt_constraints(document: str) -> list[models.BaseConstraint]:
    """The constraints for an attempts table; `document` is its foreign key."""
    name = f"%(app_label)s_%(class)s_{document}"
    return [
        models.CheckConstraint(condition=Q(outcome__in=AttemptOutcome.values), name=f"{name}_outcome_known"),
        models.UniqueConstraint(fields=[document, "nth"], name=f"{name}_nth"),
    ]
