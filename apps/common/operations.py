"""The only function that changes a status."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.db import models

from apps.common.actors import Actor
from apps.common.models import StatusChange
from apps.common.states import Machine, describe

Row = TypeVar("Row", bound=models.Model)


def move(
    instance: Row,
    machine: Machine,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    changes: dict[str, Any] | None = None,
) -> Row:
    """
    Change a locked row's status by its state machine, and record it in the history; `changes` are other columns set in
    the same step.

    :raises IllegalTransition: if the verb is not allowed in the row's state.
    """
    source: str = instance.status  # type: ignore[attr-defined]
    target = machine.next(source, verb)
    instance.status = target  # type: ignore[attr-defined]
    for name, value in (changes or {}).items():
        setattr(instance, name, value)
    instance.save(update_fields=["status", *(changes or {})])
    StatusChange.objects.create(
        subject_type=describe(instance),
        subject_id=instance.pk,
        verb=verb,
        source=source,
        target=target,
        actor_user_id=actor.user_id,
        actor_organization_id=actor.organization_id,
        by_system=actor.is_system,
        reason=reason,
        happened_at=now,
    )
    return instance
