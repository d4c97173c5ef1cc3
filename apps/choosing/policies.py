"""Who may prepare, score and agree. Nothing of it is for staff, and none of it for bidders."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from apps.accounts.policies import check_may, may
from apps.accounts.rules import Act, Side
from apps.bidding import policies as bidding
from apps.bidding import queries as bids
from apps.choosing.models import Evaluation
from apps.choosing.states import EVALUATION, EvaluationStatus
from apps.common.actors import Actor
from apps.common.errors import Conflict
from apps.tasks.models import Task


class CriteriaFixed(Conflict):
    code = "criteria_fixed"
    message = _("The first score is given, so criteria and weights are fixed.")


class CriteriaRelied(Conflict):
    code = "criteria_relied_on"
    message = _("The criteria are published and bids have come in: freelancers rely on them.")


class NoCriteria(Conflict):
    code = "no_award_criteria"
    message = _("Set the award criteria and their weights first, then score.")


class AlreadyAgreed(Conflict):
    code = "already_agreed"
    message = _("The result is agreed. Reopen the scoring first if something was wrong.")


class NothingScored(Conflict):
    code = "nothing_scored"
    message = _("Nobody has scored a bid yet.")


def check_can_plan(actor: Actor, task: Task, evaluation: Evaluation) -> None:
    check_may(actor, Act.SET_AWARD_CRITERIA, task.employer_id, Side.EMPLOYER)
    if evaluation.status != EvaluationStatus.PREPARING:
        raise CriteriaFixed
    if evaluation.published_at and task.bid_count:
        raise CriteriaRelied


def can_plan(actor: Actor, task: Task, evaluation: Evaluation | None) -> bool:
    if not may(actor, Act.SET_AWARD_CRITERIA, task.employer_id, Side.EMPLOYER):
        return False
    if evaluation is None:
        return True
    return evaluation.status == EvaluationStatus.PREPARING and not (evaluation.published_at and task.bid_count)


def check_can_note(actor: Actor, task: Task, now: datetime) -> None:
    """:raises StillSealed: while nobody may read the bids."""
    check_may(actor, Act.SCORE_BIDS, task.employer_id, Side.EMPLOYER)
    if bids.is_sealed(task, now):
        raise bidding.StillSealed


def can_write_notes(actor: Actor, task: Task, now: datetime) -> bool:
    return may(actor, Act.SCORE_BIDS, task.employer_id, Side.EMPLOYER) and not bids.is_sealed(task, now)


def check_can_score(actor: Actor, task: Task, evaluation: Evaluation, now: datetime) -> None:
    check_can_note(actor, task, now)
    if not evaluation.criteria:
        raise NoCriteria
    if evaluation.is_agreed:
        raise AlreadyAgreed


def can_score(actor: Actor, task: Task, evaluation: Evaluation | None) -> bool:
    if evaluation is None or not evaluation.criteria or evaluation.is_agreed:
        return False
    return may(actor, Act.SCORE_BIDS, task.employer_id, Side.EMPLOYER)


def check_can_agree(actor: Actor, task: Task, evaluation: Evaluation, verb: str) -> None:
    """:param verb: "agree" or "reopen"."""
    check_may(actor, Act.AGREE_ON_SCORES, task.employer_id, Side.EMPLOYER)
    if evaluation.status == EvaluationStatus.PREPARING:
        raise NothingScored
    EVALUATION.next(evaluation.status, verb)


def can_agree(actor: Actor, task: Task, evaluation: Evaluation | None, verb: str) -> bool:
    return (
        evaluation is not None
        and EVALUATION.allows(evaluation.status, verb)
        and may(actor, Act.AGREE_ON_SCORES, task.employer_id, Side.EMPLOYER)
    )
