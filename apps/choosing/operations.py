"""Operations on scores and notes: set the criteria, score, note, agree, reopen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.bidding import queries as bids
from apps.bidding.models import Bid
from apps.bidding.states import BidStatus
from apps.choosing import events, policies, queries, rules
from apps.choosing.models import Agreement, BidNote, Evaluation, ScoreSheet
from apps.choosing.rules import AwardCriterion
from apps.choosing.states import EVALUATION, EvaluationStatus
from apps.common import limits
from apps.common.actors import Actor
from apps.common.errors import Invalid, NotFound
from apps.common.fingerprints import fingerprint
from apps.common.operations import move
from apps.outbox import bus
from apps.tasks import operations as task_operations
from apps.tasks import queries as tasks


class CriterionIncomplete(Invalid):
    code = "award_criterion_incomplete"
    field = "criteria"
    message = _("Each criterion needs a name of its own and a weight of at least 1.")


class TooManyCriteria(Invalid):
    code = "too_many_award_criteria"
    field = "criteria"
    message = _("At most %(most)s criteria.")


class WeightsDoNotSum(Invalid):
    code = "weights_do_not_sum"
    field = "criteria"
    message = _("The weights add up to %(sum)s. Make them add up to 100.")


class PointsWrong(Invalid):
    code = "points_wrong"
    field = "points"
    message = _("Give 0 to 5 points for each criterion.")


class NoteEmpty(Invalid):
    code = "note_empty"
    field = "text"
    message = _("Write a note first.")


class ReasonMissing(Invalid):
    code = "agreement_reason_missing"
    field = "reason"
    message = _("Say in a few words why you agreed on this result.")


class PointsMissing(Invalid):
    code = "agreed_points_missing"
    field = "points"
    message = _("Give the agreed points of every bid that somebody scored.")


class NoteUnknown(NotFound):
    code = "note_unknown"


@transaction.atomic
def set_criteria(
    *,
    task_id: UUID,
    criteria: Sequence[AwardCriterion],
    is_blind: bool,
    is_published: bool,
    actor: Actor,
    now: datetime,
) -> Evaluation:
    """
    Set the award criteria with their weights, and whether the first round is blind; published ones are on the page of
    the task.

    :raises policies.CriteriaFixed: once a score is given.
    :raises policies.CriteriaRelied: once they are published and a bid has come in.
    :raises Invalid: if the criteria are incomplete, or their weights do not add up to 100.
    """
    task = tasks.task_for_update(task_id)
    evaluation = queries.evaluation_for_update(task.id)
    policies.check_can_plan(actor, task, evaluation)
    criteria = _checked(criteria)
    limits.spend("judge_bid", actor.user_id, now=now)
    changes: dict[str, Any] = {
        "criteria": rules.stored(criteria),
        "is_blind": is_blind,
        "published_at": (evaluation.published_at or now) if is_published else None,
    }
    move(evaluation, EVALUATION, "plan", actor=actor, now=now, changes=changes)
    task_operations.show_award_criteria(task_id=task.id, criteria=rules.stored(criteria) if is_published else [])
    bus.publish(events.CriteriaSet(evaluation_id=evaluation.id, user_id=actor.person_id), now=now)
    return evaluation


def _checked(criteria: Sequence[AwardCriterion]) -> list[AwardCriterion]:
    tidy = [AwardCriterion(" ".join(criterion.name.split())[:140], criterion.weight) for criterion in criteria]
    if len(tidy) > rules.CRITERIA_MAX:
        raise TooManyCriteria(most=rules.CRITERIA_MAX)
    names = {criterion.name.casefold() for criterion in tidy}
    if not tidy or "" in names or len(names) < len(tidy) or any(criterion.weight < 1 for criterion in tidy):
        raise CriterionIncomplete
    weights = sum(criterion.weight for criterion in tidy)
    if weights != rules.WEIGHTS_SUM:
        raise WeightsDoNotSum(sum=weights)
    return tidy


@transaction.atomic
def score(*, bid_id: UUID, points: Sequence[int], comment: str, actor: Actor, now: datetime) -> ScoreSheet:
    """
    Give a bid the member's points, in the order of the criteria; the first score fixes criteria and weights. Until the
    agreement they may be changed; what was given first is kept.

    :raises policies.NoCriteria: :raises policies.AlreadyAgreed: :raises bidding.StillSealed: if it is not the time.
    :raises PointsWrong: unless there are 0 to 5 points for each criterion.
    """
    bid = bids.bid_for_update(bid_id)
    evaluation = queries.evaluation_for_update(bid.task_id)
    policies.check_can_score(actor, bid.task, evaluation, now)
    if bid.status == BidStatus.WITHDRAWN:
        raise NotFound
    if not rules.are_points(points, evaluation.award_criteria):
        raise PointsWrong
    limits.spend("judge_bid", actor.user_id, now=now)
    sheet = ScoreSheet.objects.filter(bid=bid, member_id=actor.person_id).first()
    if sheet is None:
        sheet = ScoreSheet(
            evaluation=evaluation, bid=bid, member_id=actor.person_id, first_points=list(points), scored_at=now
        )
    elif sheet.points != list(points):
        sheet.changed_at = now
    sheet.points, sheet.comment = list(points), comment.strip()[:2000]
    sheet.save()
    if evaluation.status == EvaluationStatus.PREPARING:
        move(evaluation, EVALUATION, "begin", actor=actor, now=now)
    return sheet


@transaction.atomic
def write_note(*, bid_id: UUID, text: str, actor: Actor, now: datetime) -> BidNote:
    """
    Write a private note on a bid, for the members of the employer. :raises bidding.StillSealed: while bids are sealed.
    """
    bid = Bid.objects.select_related("task").get(id=bid_id)
    policies.check_can_note(actor, bid.task, now)
    if not text.strip():
        raise NoteEmpty
    limits.spend("judge_bid", actor.user_id, now=now)
    evaluation = queries.evaluation_for_update(bid.task_id)
    return BidNote.objects.create(
        evaluation=evaluation, bid=bid, author_id=actor.person_id, text=text.strip()[:2000], written_at=now
    )


@transaction.atomic
def delete_note(*, note_id: UUID, actor: Actor, now: datetime) -> None:
    """:raises NoteUnknown: unless the actor wrote it."""
    note = queries.note_for_update(note_id)
    policies.check_can_note(actor, note.evaluation.task, now)
    if note.author_id != actor.person_id:
        raise NoteUnknown
    note.delete()


@transaction.atomic
def agree(
    *, task_id: UUID, points: Mapping[UUID, Sequence[int]], reason: str, actor: Actor, now: datetime
) -> Agreement:
    """
    Record the result that the members agreed on: who scored what, the agreed points of each scored bid, and why. It
    decides nothing: the offer is made as before.

    :param points: by bid, in the order of the criteria.
    :raises PointsMissing: if a scored bid has no agreed points. :raises ReasonMissing: without a reason.
    """
    evaluation = queries.evaluation_for_update(task_id)
    policies.check_can_agree(actor, evaluation.task, evaluation, "agree")
    scored = queries.scored_bids(evaluation.id)
    if {bid.id for bid in scored} != set(points):
        raise PointsMissing
    if not all(rules.are_points(agreed, evaluation.award_criteria) for agreed in points.values()):
        raise PointsWrong
    if not reason.strip():
        raise ReasonMissing
    limits.spend("judge_bid", actor.user_id, now=now)
    record = {
        **_record(evaluation, scored, points, reason.strip()[:5000]),
        "agreed_by": queries.name_of(actor.person_id),
        "agreed_at": now.isoformat(),
    }
    number = evaluation.agreements.count() + 1
    move(evaluation, EVALUATION, "agree", actor=actor, now=now)
    agreement = Agreement.objects.create(
        evaluation=evaluation,
        number=number,
        record=record,
        sha256=fingerprint(record),
        agreed_by_id=actor.person_id,
        agreed_at=now,
    )
    bus.publish(events.AgreementRecorded(agreement_id=agreement.id), now=now)
    return agreement


def _record(
    evaluation: Evaluation, scored: Sequence[Bid], points: Mapping[UUID, Sequence[int]], reason: str
) -> dict[str, Any]:
    criteria, sheets = evaluation.award_criteria, queries.sheets_of(evaluation.id)
    return {
        "task": evaluation.task.title,
        "criteria": evaluation.criteria,
        "is_blind": evaluation.is_blind,
        "reason": reason,
        "bids": [
            {
                "bid_id": str(bid.id),
                "bidder": bid.bidder.display_name,
                "amount_minor": bid.binding_amount_minor,
                "currency": bid.binding_currency,
                "scores": [_scored(sheet, criteria) for sheet in sheets if sheet.bid_id == bid.id],
                "agreed_points": list(points[bid.id]),
                "agreed_total_tenths": rules.total_tenths(points[bid.id], criteria),
            }
            for bid in scored
        ],
    }


def _scored(sheet: ScoreSheet, criteria: Sequence[AwardCriterion]) -> dict[str, Any]:
    return {
        "member": sheet.member.display_name,
        "points": sheet.points,
        "first_points": sheet.first_points,
        "total_tenths": rules.total_tenths(sheet.points, criteria),
        "scored_at": sheet.scored_at.isoformat(),
        "changed_at": sheet.changed_at.isoformat() if sheet.changed_at else None,
    }


@transaction.atomic
def reopen(*, task_id: UUID, actor: Actor, now: datetime) -> Evaluation:
    """Score again after an agreement; its record is kept, and the next one gets the next number."""
    evaluation = queries.evaluation_for_update(task_id)
    policies.check_can_agree(actor, evaluation.task, evaluation, "reopen")
    return move(evaluation, EVALUATION, "reopen", actor=actor, now=now)
