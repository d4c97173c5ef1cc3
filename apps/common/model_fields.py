"""Fields and constraints shared by several models."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


def status_field(choices: type[models.TextChoices]) -> models.CharField[str, str]:
    return models.CharField(max_length=12, choices=choices, default=choices.values[0])


def is_one_of(choices: type[models.TextChoices], name: str, field: str = "status") -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=name)
