from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.accounts.policies import may
from apps.accounts.rules import Act, Side
from apps.bidding import queries as bids
from apps.bidding.models import Bid
from apps.choosing import rules
from apps.choosing.models import Agreement, BidNote, Evaluation, ScoreSheet
from apps.choosing.rules import Sums
from apps.choosing.states import EvaluationStatus
from apps.common.actors import Actor
from apps.tasks import queries as tasks
from apps.tasks.models import Task

NOTES_MAX = 200


def tasks_evaluated_by(actor: Actor) -> QuerySet[Task]:
    """The tasks of the employer whose member the actor is, if they may read its bids."""
    if not may(actor, Act.READ_BIDS, actor.organization_id, Side.EMPLOYER):
        return Task.objects.none()
    return tasks.tasks_visible_to(actor).filter(employer_id=actor.organization_id)


def bids_evaluated_by(actor: Actor, now: datetime) -> QuerySet[Bid]:
    """The bids on those tasks; none while they are sealed."""
    if not may(actor, Act.READ_BIDS, actor.organization_id, Side.EMPLOYER):
        return Bid.objects.none()
    return bids.bids_readable_by(actor, now).filter(task__employer_id=actor.organization_id)


def evaluation_of(task_id: UUID) -> Evaluation | None:
    return Evaluation.objects.select_related("task").filter(task_id=task_id).first()


def evaluation_for_update(task_id: UUID) -> Evaluation:
    """The task's evaluation, locked; it is created at the first use."""
    Evaluation.objects.get_or_create(task_id=task_id)
    return Evaluation.objects.select_for_update(of=("self",)).select_related("task").get(task_id=task_id)


def sheets_of(evaluation_id: UUID) -> list[ScoreSheet]:
    """All score sheets with their members; only for operations: pages and endpoints show `seen_sheets`."""
    rows = ScoreSheet.objects.filter(evaluation_id=evaluation_id).select_related("member")
    return list(rows.order_by("scored_at", "id"))


def name_of(user_id: UUID) -> str:
    return User.objects.get(id=user_id).display_name


def scored_bids(evaluation_id: UUID) -> list[Bid]:
    """The bids with a score, as they came in."""
    ids = ScoreSheet.objects.filter(evaluation_id=evaluation_id).values("bid_id")
    return list(Bid.objects.filter(id__in=ids).select_related("bidder").order_by("submitted_at", "id"))


@dataclass(frozen=True, slots=True)
class Scores:
    """
    What a reader sees of the scores of one bid.

    :param sheets: others' only if the reader may see them; `hidden` is the number of those that are hidden.
    """

    sums: Sums = field(default_factory=lambda: Sums(0, None, None))
    own: ScoreSheet | None = None
    sheets: list[ScoreSheet] = field(default_factory=list)
    hidden: int = 0
    sees_others: bool = True


def seen_scores(evaluation: Evaluation, reader_id: UUID | None) -> dict[UUID, Scores]:
    """By bid; each sheet has its `total_tenths`. Bids without a score are left out."""
    by_bid: dict[UUID, list[Any]] = defaultdict(list)
    for sheet in sheets_of(evaluation.id):
        total = rules.total_tenths(sheet.points, evaluation.award_criteria)
        sheet.total_tenths = total  # type: ignore[attr-defined]  # for pages
        by_bid[sheet.bid_id].append(sheet)
    options = {"is_blind": evaluation.is_blind, "is_agreed": evaluation.is_agreed}
    result = {}
    for bid_id, sheets in by_bid.items():
        sums = rules.sums([(sheet.member_id, sheet.total_tenths) for sheet in sheets], reader_id, **options)
        own = next((sheet for sheet in sheets if sheet.member_id == reader_id), None)
        is_seen = rules.sees_others(has_scored=own is not None, **options)
        seen = sheets if is_seen else [sheet for sheet in sheets if sheet.member_id == reader_id]
        result[bid_id] = Scores(sums, own, seen, len(sheets) - len(seen), is_seen)
    return result


def scores_of_bid(evaluation: Evaluation, bid_id: UUID, reader_id: UUID | None) -> Scores:
    scores = seen_scores(evaluation, reader_id).get(bid_id)
    if scores is not None:
        return scores
    is_seen = rules.sees_others(is_blind=evaluation.is_blind, is_agreed=evaluation.is_agreed, has_scored=False)
    return Scores(sees_others=is_seen)


def sums_on(task_id: UUID, reader_id: UUID | None) -> dict[UUID, Sums]:
    """The sums of each scored bid as the reader may see them. One query."""
    rows = ScoreSheet.objects.filter(evaluation__task_id=task_id).select_related("evaluation")
    totals: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    options = {"is_blind": False, "is_agreed": False}
    for sheet in rows:
        evaluation = sheet.evaluation
        options = {"is_blind": evaluation.is_blind, "is_agreed": evaluation.status == EvaluationStatus.AGREED}
        total = rules.total_tenths(sheet.points, evaluation.award_criteria)
        totals[sheet.bid_id].append((sheet.member_id, total))
    return {bid_id: rules.sums(rows_of_bid, reader_id, **options) for bid_id, rows_of_bid in totals.items()}


def seen_notes(bid_id: UUID, reader_id: UUID | None, *, sees_others: bool) -> list[BidNote]:
    """The newest private notes on a bid, oldest first; only the reader's own if they may not see the others'."""
    notes = BidNote.objects.filter(bid_id=bid_id).select_related("author")
    if not sees_others:
        notes = notes.filter(author_id=reader_id)
    return list(notes.order_by("-written_at", "-id")[:NOTES_MAX])[::-1]


def notes_readable_by(actor: Actor) -> QuerySet[BidNote]:
    """The reader's own notes on bids for the organization they act for."""
    own = BidNote.objects.filter(author_id=actor.user_id) if actor.user_id else BidNote.objects.none()
    return own.filter(evaluation__task__employer_id=actor.organization_id)


def note_for_update(note_id: UUID) -> BidNote:
    return BidNote.objects.select_for_update(of=("self",)).select_related("evaluation__task").get(id=note_id)


def agreements_readable_by(actor: Actor) -> QuerySet[Agreement]:
    """The records of the organization's own tasks, the newest first."""
    if not may(actor, Act.READ_BIDS, actor.organization_id, Side.EMPLOYER):
        return Agreement.objects.none()
    rows = Agreement.objects.select_related("evaluation__task", "agreed_by")
    return rows.filter(evaluation__task__employer_id=actor.organization_id).order_by("-number")


def agreements_of(evaluation_ids: Iterable[UUID]) -> list[Agreement]:
    rows = Agreement.objects.filter(evaluation_id__in=list(evaluation_ids)).select_related("agreed_by")
    return list(rows.order_by("-number"))
