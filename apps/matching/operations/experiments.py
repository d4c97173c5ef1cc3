"""Comparing two orders: started and stopped by staff, with a reason that stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from apps.common.actors import Actor
from apps.matching import policies
from apps.matching.models import Experiment, ListSide
from apps.moderation import operations as moderation


@transaction.atomic
def start_experiment(
    *,
    name: str,
    side: ListSide,
    note: str,
    arms: list[dict[str, Any]],
    guardrails: dict[str, float],
    share: int,
    ends_at: datetime,
    actor: Actor,
    now: datetime,
) -> Experiment:
    """
    Order the lists of some readers otherwise from now on.

    :raises NotFound: unless the actor is staff. :raises policies.ExperimentNoteMissing:
    :raises policies.ExperimentInvalid: fewer than two arms, shares that are nothing, an end that has passed.
    :raises policies.ExperimentRuns: one at a time on each kind of list, and a name is used once.
    """
    policies.check_can_run_experiments(actor, note)
    policies.check_experiment(arms, ends_at, now)
    # One that is over makes room, with the end that was agreed.
    Experiment.objects.filter(side=side, stopped_at=None, ends_at__lte=now).update(stopped_at=F("ends_at"))
    try:
        with transaction.atomic():
            experiment = Experiment.objects.create(
                name=name, side=side, note=note.strip(), arms=arms, guardrails=guardrails, share=share, starts_at=now,
                ends_at=ends_at, started_by_id=actor.person_id,
            )  # fmt: skip
    except IntegrityError as taken:
        raise policies.ExperimentRuns from taken
    moderation.record(
        actor=actor, action="matching.start_experiment", subject_type="experiment", subject_id=str(experiment.id),
        reason=note.strip(), details={"name": name, "side": side, "arms": arms, "share": share}, now=now,
    )  # fmt: skip
    return experiment


@transaction.atomic
def stop_experiment(*, experiment: Experiment, note: str, actor: Actor, now: datetime) -> Experiment:
    """
    Everybody sees the first arm again; what was measured stays. Stopping one that has stopped changes nothing.

    :raises NotFound: unless the actor is staff. :raises policies.ExperimentNoteMissing:
    """
    policies.check_can_run_experiments(actor, note)
    locked = Experiment.objects.select_for_update().get(id=experiment.id)
    if locked.stopped_at is not None:
        return locked
    locked.stopped_at = min(now, locked.ends_at)
    locked.save(update_fields=["stopped_at"])
    moderation.record(
        actor=actor, action="matching.stop_experiment", subject_type="experiment", subject_id=str(locked.id),
        reason=note.strip(), details={"name": locked.name}, now=now,
    )  # fmt: skip
    return locked
