"""Comparison of two orders: started and stopped by staff, with a recorded reason."""

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
    Start to order the lists of some readers differently.

    :raises NotFound: unless the actor is staff.
    :raises policies.ExperimentNoteMissing: if there is no reason.
    :raises policies.ExperimentInvalid: fewer than two arms, shares that sum to 0, an end in the past.
    :raises policies.ExperimentRuns: if one is already running on this kind of list, or the name was used before.
    """
    policies.check_can_run_experiments(actor, note)
    policies.check_experiment(arms, ends_at, now)
    # Close an experiment whose end has passed, with the planned end, so that a new one can start.
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
    Show the first arm to all readers again; the measurements are kept. Does nothing if it has already stopped.

    :raises NotFound: unless the actor is staff.
    :raises policies.ExperimentNoteMissing: if there is no reason.
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
