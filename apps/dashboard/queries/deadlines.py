"""The deadlines of an organization, for calendars. Whoever may see the subject may see its deadlines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.bidding.models import Bid
from apps.contracts.models import Contract, Milestone
from apps.contracts.states import MilestoneStatus
from apps.disputes import queries as disputes
from apps.disputes.states import DisputeStatus
from apps.tasks.models import Task

Row = TypeVar("Row", bound=Model)
PER_KIND_MAX = 100
PAST = timedelta(days=30)
"""Deadlines that passed longer ago are left out."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """
    :param subject_id: the row that it belongs to.
    :param kind: what ends then: "delivery", "review", "offer", "bidding", "award", "answer" or "decision".
    """

    kind: str
    subject_id: UUID
    says: str | Promise
    subject: str
    at: datetime
    path: str


def deadlines(organization_id: UUID, now: datetime, *, subject_id: UUID | None = None) -> list[Deadline]:
    """
    Return the organization's coming deadlines, and those of the last 30 days, soonest first.

    :param subject_id: only those of this milestone, contract, task or dispute.
    """
    rows = [
        *_of_milestones(organization_id, now, subject_id),
        *_of_offers(organization_id, now, subject_id),
        *_of_tasks(organization_id, now, subject_id),
        *_of_disputes(organization_id, now, subject_id),
    ]
    return sorted(rows, key=lambda row: (row.at, row.path))


def _of_milestones(organization_id: UUID, now: datetime, subject_id: UUID | None) -> Iterator[Deadline]:
    own = Q(contract__employer_id=organization_id) | Q(contract__freelancer_id=organization_id)
    working = Q(status__in=(MilestoneStatus.FUNDED, MilestoneStatus.IN_REVISION), due_at__gt=now - PAST)
    delivered = Q(status=MilestoneStatus.DELIVERED, review_due_at__gt=now - PAST)
    rows = Milestone.objects.filter(own, working | delivered, contract__status="active").select_related("contract")
    for row in _only(rows, subject_id).order_by("due_at", "id")[:PER_KIND_MAX]:
        is_employer = row.contract.employer_id == organization_id
        title = row.title if row.title == row.contract.title else f"{row.contract.title}: {row.title}"
        path = row.get_absolute_url()
        if row.status == MilestoneStatus.DELIVERED:
            assert row.review_due_at is not None
            says = _("Your review is due") if is_employer else _("It is approved automatically")
            yield Deadline("review", row.id, says, title, row.review_due_at, path)
        elif row.due_at is not None:
            says = _("The delivery is due") if is_employer else _("Your delivery is due")
            yield Deadline("delivery", row.id, says, title, row.due_at, path)


def _of_offers(organization_id: UUID, now: datetime, subject_id: UUID | None) -> Iterator[Deadline]:
    own = Q(employer_id=organization_id) | Q(freelancer_id=organization_id)
    rows = Contract.objects.filter(own, status="offered")
    for row in _only(rows, subject_id).order_by("respond_by", "id")[:PER_KIND_MAX]:
        is_freelancer = row.freelancer_id == organization_id
        says = _("Your answer to the offer is due") if is_freelancer else _("The offer ends")
        yield Deadline("offer", row.id, says, row.title, row.respond_by, row.get_absolute_url())


def _of_tasks(organization_id: UUID, now: datetime, subject_id: UUID | None) -> Iterator[Deadline]:
    bid_on = Bid.objects.filter(bidder_id=organization_id).exclude(status="withdrawn").values("task_id")
    rows = Task.objects.filter(Q(employer_id=organization_id) | Q(id__in=bid_on), status__in=("open", "deciding"))
    for row in _only(rows, subject_id).order_by("bidding_closes_at", "id")[:PER_KIND_MAX]:
        path = row.get_absolute_url()
        if row.bidding_closes_at and row.bidding_closes_at > now - PAST:
            yield Deadline("bidding", row.id, _("Bidding closes"), row.title, row.bidding_closes_at, path)
        if row.decision_due_at and row.employer_id == organization_id and row.decision_due_at > now - PAST:
            yield Deadline("award", row.id, _("Your choice of a bid is due"), row.title, row.decision_due_at, path)


def _of_disputes(organization_id: UUID, now: datetime, subject_id: UUID | None) -> Iterator[Deadline]:
    rows = disputes.disputes_of(organization_id).filter(status__in=(DisputeStatus.OPEN, DisputeStatus.ANSWERED))
    for row in _only(rows, subject_id).order_by("decide_by", "id")[:PER_KIND_MAX]:
        title = row.milestone.contract.title
        if row.status == DisputeStatus.OPEN:
            is_respondent = row.respondent_id == organization_id
            says = _("Your answer in the dispute is due") if is_respondent else _("The other side’s answer is due")
            yield Deadline("answer", row.id, says, title, row.answer_due_at, row.get_absolute_url())
        yield Deadline(
            "decision", row.id, _("The decision of the dispute is due"), title, row.decide_by, row.get_absolute_url()
        )


def _only(rows: QuerySet[Row], subject_id: UUID | None) -> QuerySet[Row]:
    return rows if subject_id is None else rows.filter(id=subject_id)
