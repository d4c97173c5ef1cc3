from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.accounts import rules as roles
from apps.accounts.policies import staff_may
from apps.accounts.rules import Act
from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid, NotFound
from apps.matching.models import ListSide, Ranker, Reason
from apps.tasks.models import Task


class NoteMissing(Invalid):
    code = "note_missing"
    field = "note"
    message = _("Say why the weights change: everybody can read it.")


def check_can_set_weights(actor: Actor, note: str = "-") -> None:
    """:raises NotFound: unless the actor is staff. :raises NoteMissing: if there is no reason."""
    if not staff_may(actor, Act.RUN_RANKING):
        raise NotFound
    if not note.strip():
        raise NoteMissing


class NotBetter(Conflict):
    code = "ranker_not_better"
    message = _("This order was not significantly better than the formula, so it cannot be used.")


def check_can_choose_order(
    actor: Actor, note: str = "-", *, ranker: Ranker | None = None, is_known: bool = True
) -> None:
    """
    :raises NotFound: unless the actor is staff, or if the ranker is of another category or side.
    :raises NoteMissing: if there is no reason. :raises NotBetter: if the gate did not accept the ranker.
    """
    check_can_set_weights(actor, note)
    if not is_known:
        raise NotFound
    if ranker is not None and not ranker.is_better:
        raise NotBetter


def can_see_match(actor: Actor, task: Task, organization_id: UUID) -> bool:
    """Return True for the task's employer and for the freelancer; no one else may see the comparison."""
    return actor.is_staff or actor.acts_for(task.employer_id) or actor.acts_for(organization_id)


def check_can_see_match(actor: Actor, task: Task, organization_id: UUID) -> None:
    if not can_see_match(actor, task, organization_id):
        raise NotFound


def can_see_recommended_freelancers(actor: Actor, task: Task) -> bool:
    return actor.acts_for(task.employer_id) and (actor.may(roles.AWARD) or actor.may(roles.POST_TASK))


def check_can_see_recommended_freelancers(actor: Actor, task: Task) -> None:
    if not can_see_recommended_freelancers(actor, task):
        raise NotFound


# The reasons each side can give. Neither side sees the other's reasons.
REASONS: dict[str, tuple[Reason, ...]] = {
    ListSide.TASKS: (Reason.PAY, Reason.SKILL, Reason.TIME, Reason.LANGUAGE, Reason.TRUST, Reason.OTHER),
    ListSide.PEOPLE: (Reason.LACKS_SKILL, Reason.PRICE, Reason.LANGUAGE, Reason.KNOWN, Reason.OTHER),
}


class ReasonUnknown(Invalid):
    code = "reason_unknown"
    field = "reason"
    message = _("Choose one of the reasons.")


class ReasonMissing(Invalid):
    code = "reason_missing"
    field = "text"
    message = _("Say the other reason in a few words.")


def may_bid(actor: Actor) -> bool:
    """Return whether the actor may answer for a freelancer; the role `viewer` may not."""
    return actor.may(roles.BID)


def can_refuse(actor: Actor, task: Task, organization_id: UUID, side: ListSide) -> bool:
    """
    Return whether the actor acts for the refusing side: a freelancer for themself, an employer for their own task.
    """
    if side == ListSide.TASKS:
        return actor.acts_for(organization_id) and actor.may(roles.BID) and not actor.acts_for(task.employer_id)
    return can_see_recommended_freelancers(actor, task)


def check_can_refuse(actor: Actor, task: Task, organization_id: UUID, side: ListSide) -> None:
    if not can_refuse(actor, task, organization_id, side):
        raise NotFound


def check_reason(side: ListSide, reason: str, text: str) -> None:
    """:raises ReasonUnknown: if the side does not have the reason. :raises ReasonMissing: if "other" has no text."""
    if reason not in REASONS[side]:
        raise ReasonUnknown
    if reason == Reason.OTHER and not text.strip():
        raise ReasonMissing


class ExperimentInvalid(Invalid):
    code = "experiment_invalid"
    message = _("An experiment has two arms or more, each with a share, and an end that is still to come.")


class ExperimentRuns(Conflict):
    code = "experiment_runs"
    message = _("Another experiment runs on these lists, or the name was used before.")


class ExperimentNoteMissing(Invalid):
    code = "experiment_note_missing"
    field = "note"
    message = _("Say what the experiment is to find out, or why it stops.")


def check_is_staff(actor: Actor) -> None:
    """:raises NotFound: unless the actor is staff."""
    if not staff_may(actor, Act.RUN_RANKING):
        raise NotFound


def check_can_run_experiments(actor: Actor, note: str) -> None:
    """:raises NotFound: unless the actor is staff. :raises ExperimentNoteMissing: if there is no reason."""
    check_is_staff(actor)
    if not note.strip():
        raise ExperimentNoteMissing


def check_experiment(arms: list[dict[str, Any]], ends_at: datetime, now: datetime) -> None:
    """:raises ExperimentInvalid: fewer than two arms, shares that sum to 0, or an end in the past."""
    names = {arm["name"] for arm in arms}
    if len(names) < 2 or len(names) < len(arms) or min(int(arm["share"]) for arm in arms) < 1 or ends_at <= now:
        raise ExperimentInvalid
