"""Milestones, their deliverables and their money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Min, Q, QuerySet

from apps.common import business_days
from apps.common.actors import Actor
from apps.common.money import Money
from apps.common.prepared import attach, prepared
from apps.contracts.models import Contract, CriterionCheck, Deliverable, DeliverableFile, Milestone
from apps.contracts.queries.contracts import contract_for_update, contracts_visible_to
from apps.contracts.states import MilestoneStatus
from apps.escrow.models import Escrow
from apps.escrow.queries.escrows import HELD

REMINDER_DAYS = (3, 1)
TO_FUND = (MilestoneStatus.PLANNED, MilestoneStatus.AWAITING_PAYMENT)


def milestone_for_update(milestone_id: UUID) -> Milestone:
    """Return the milestone, locked after its contract. Every writer takes the locks in this order."""
    contract_id = Milestone.objects.values_list("contract_id", flat=True).get(id=milestone_id)
    contract = contract_for_update(contract_id)
    milestone = Milestone.objects.select_for_update(of=("self",)).get(id=milestone_id)
    milestone.contract = contract
    return milestone


def milestones_visible_to(actor: Actor) -> QuerySet[Milestone]:
    milestones = Milestone.objects.select_related("contract", "contract__employer", "contract__freelancer")
    return milestones.filter(contract__in=contracts_visible_to(actor))


def milestones_of_contracts(contract_ids: list[UUID]) -> QuerySet[Milestone]:
    """The milestones of these contracts, with contract and parties, in their order."""
    rows = Milestone.objects.filter(contract_id__in=contract_ids)
    return rows.select_related("contract__employer", "contract__freelancer").order_by("contract_id", "position")


def milestones(contract_id: UUID) -> list[Milestone]:
    """The milestones in their order, with their escrows."""
    return _milestones(contract_id)


@prepared
def _milestones(contract_id: UUID) -> QuerySet[Milestone]:
    return Milestone.objects.filter(contract_id=contract_id).select_related("contract", "escrow").order_by("position")


def held(milestone: Milestone) -> Money:
    """Return the money now held for a milestone, whether free or frozen by a dispute."""
    escrow = milestone.escrow
    if escrow is None or escrow.status not in HELD:
        return Money.zero(milestone.currency)
    return escrow.amount - escrow.released - escrow.refunded


@dataclass(frozen=True, slots=True)
class MilestoneMoney:
    """Where a milestone's money is: released to the freelancer (before fees), refunded to the employer, or held."""

    released: Money
    refunded: Money
    held: Money


def money_of(milestone: Milestone) -> MilestoneMoney:
    """Return the escrow's current amounts, including changes made in the same transaction."""
    nothing = Money.zero(milestone.currency)
    escrow = Escrow.objects.filter(id=milestone.escrow_id).first() if milestone.escrow_id else None
    if escrow is None:
        return MilestoneMoney(nothing, nothing, nothing)
    return MilestoneMoney(escrow.released, escrow.refunded, escrow.remaining if escrow.status in HELD else nothing)


def money_of_contract(contract: Contract) -> MilestoneMoney:
    """Return the sum over all milestones."""
    nothing = Money.zero(contract.currency)
    escrows = Escrow.objects.filter(id__in=contract.milestones.values("escrow_id"))
    released = refunded = held = nothing
    for escrow in escrows:
        released, refunded = released + escrow.released, refunded + escrow.refunded
        held += escrow.remaining if escrow.status in HELD else nothing
    return MilestoneMoney(released, refunded, held)


def milestone_by_reference(milestone_id: UUID) -> Milestone | None:
    return Milestone.objects.filter(id=milestone_id).first()


def next_to_fund(contract_id: UUID) -> Milestone | None:
    to_fund = Milestone.objects.filter(contract_id=contract_id, status__in=TO_FUND)
    return to_fund.order_by("position").first()


def review_due_at(contract: Contract, delivered_at: datetime) -> datetime:
    """Return until when the employer may answer a delivery: the contract's number of the employer's business days."""
    employer = contract.employer
    return business_days.deadline(
        delivered_at, contract.review_days, country=employer.country, time_zone=employer.time_zone
    )


def resumed_review(milestone: Milestone, *, since: datetime | None, now: datetime) -> datetime | None:
    """Return the end of a review window that stood still since then: later by that time, and on a business day."""
    if milestone.review_due_at is None or since is None:
        return milestone.review_due_at
    employer = milestone.contract.employer
    return business_days.no_earlier_than_a_business_day(
        milestone.review_due_at + (now - since), country=employer.country, time_zone=employer.time_zone
    )


def first_delivered_at(milestone: Milestone) -> datetime | None:
    moments = milestone.deliverables.order_by("version").values_list("submitted_at", flat=True)
    return moments.first()


def deliverables(contract_id: UUID) -> list[Deliverable]:
    """The delivered versions, oldest first, with files, checks and request for a revision. At most three queries."""
    rows = _deliverables(contract_id)
    if rows:
        attach(rows, "files", _files(contract_id), by="deliverable_id")
        attach(rows, "checks", _checks(contract_id), by="deliverable_id")
    return rows


@prepared
def _deliverables(contract_id: UUID) -> QuerySet[Deliverable]:
    rows = Deliverable.objects.filter(milestone__contract_id=contract_id).order_by("submitted_at")
    return rows.select_related("milestone", "submitted_by", "revision_request")


@prepared
def _files(contract_id: UUID) -> QuerySet[DeliverableFile]:
    rows = DeliverableFile.objects.filter(deliverable__milestone__contract_id=contract_id)
    return rows.select_related("file").order_by("created_at", "id")


@prepared
def _checks(contract_id: UUID) -> QuerySet[CriterionCheck]:
    rows = CriterionCheck.objects.filter(deliverable__milestone__contract_id=contract_id)
    return rows.select_related("criterion").order_by("criterion__position")


def next_releases(organization_id: UUID) -> dict[str, datetime]:
    """By currency, when the next delivery of a freelancer is approved automatically and its money released."""
    return dict(_next_releases(organization_id))


@prepared
def _next_releases(organization_id: UUID) -> QuerySet[Milestone, tuple[str, datetime]]:
    delivered = Milestone.objects.filter(
        contract__freelancer_id=organization_id, contract__status="active", status=MilestoneStatus.DELIVERED
    ).exclude(review_due_at=None)
    return delivered.order_by().values("currency").annotate(first=Min("review_due_at")).values_list("currency", "first")


def milestones_to_remind(now: datetime) -> QuerySet[Milestone, UUID]:
    """Delivered milestones whose review ends within the next reminder's lead time, soonest first."""
    is_near = Q()
    for sent, days in enumerate(REMINDER_DAYS):
        is_near |= Q(reminders_sent=sent, review_due_at__lte=now + timedelta(days=days))
    waiting = Milestone.objects.filter(status=MilestoneStatus.DELIVERED, review_due_at__gt=now, paused_at=None)
    return waiting.filter(is_near).order_by("review_due_at", "id").values_list("id", flat=True)


def milestones_overdue(now: datetime) -> QuerySet[Milestone, UUID]:
    """Funded milestones past their due date without a delivery, not notified yet, oldest due date first."""
    late = Milestone.objects.filter(status=MilestoneStatus.FUNDED, overdue_notified_at=None, due_at__lt=now)
    return late.order_by("due_at", "id").values_list("id", flat=True)


def milestones_to_approve(now: datetime) -> QuerySet[Milestone, UUID]:
    due = Milestone.objects.filter(status=MilestoneStatus.DELIVERED, review_due_at__lte=now, paused_at=None)
    return due.order_by("review_due_at", "id").values_list("id", flat=True)
