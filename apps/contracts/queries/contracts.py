"""Contracts: who may see them, what they cost, and what is due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from apps.common.actors import Actor
from apps.common.prepared import prepared
from apps.common.working_hours import WorkingHours
from apps.contracts import rules
from apps.contracts.models import Bonus, CancellationProposal, ChangeRequest, Contract, LateNotice
from apps.contracts.states import ChangeStatus, ContractStatus
from apps.pricing.queries import previews
from apps.tasks.queries import LONG_TEXTS


def contract_for_update(contract_id: UUID) -> Contract:
    return Contract.objects.select_for_update(of=("self",)).select_related("employer", "freelancer").get(id=contract_id)


def contracts_visible_to(actor: Actor) -> QuerySet[Contract]:
    return _contracts_visible_to(actor.organization_id, actor.is_staff)


def _contracts_visible_to(organization_id: UUID | None, is_staff: bool) -> QuerySet[Contract]:
    contracts = Contract.objects.select_related("employer", "freelancer", "task")
    if is_staff:
        return contracts
    if organization_id is None:
        return contracts.none()
    return contracts.filter(Q(employer_id=organization_id) | Q(freelancer_id=organization_id))


def own_offer(actor: Actor, contract_id: UUID) -> Contract | None:
    """Return a contract that the actor's organization offered, or None."""
    return Contract.objects.filter(id=contract_id, employer_id=actor.organization_id).first()


def with_change_to_answer(contracts: QuerySet[Contract], actor: Actor) -> QuerySet[Contract]:
    """The same contracts with `has_change_to_answer`: whether the other side proposed a change that is open."""
    changes = ChangeRequest.objects.filter(contract=OuterRef("pk"), status=ChangeStatus.OPEN)
    return contracts.annotate(has_change_to_answer=Exists(changes.exclude(proposed_by_id=actor.organization_id)))


def contract_page(contract_id: UUID, actor: Actor) -> Contract | None:
    """
    The contract with its parties, their hours and its task in one query, and whether there ever was something:
    `has_proposals` to stop it, `has_changes` of its terms, `has_bonuses`, `has_notices` about late work; None if it
    does not exist or the actor may not see it.
    """
    rows = _contract_page(contract_id, actor.organization_id, actor.is_staff)
    return rows[0] if rows else None


@prepared
def _contract_page(contract_id: UUID, organization_id: UUID | None, is_staff: bool) -> QuerySet[Contract]:
    proposals = CancellationProposal.objects.filter(contract=OuterRef("pk"))
    changes = ChangeRequest.objects.filter(contract=OuterRef("pk"))
    bonuses = Bonus.objects.filter(contract=OuterRef("pk"))
    notices = LateNotice.objects.filter(milestone__contract=OuterRef("pk"))
    contracts = _contracts_visible_to(organization_id, is_staff).filter(id=contract_id)
    hours = {
        f"{side}_{name}": F(f"{side}__profile__works_{name}_hour")
        for side in ("employer", "freelancer")
        for name in ("from", "to")
    }
    contracts = contracts.defer(*(f"task__{name}" for name in LONG_TEXTS))
    return contracts.annotate(
        has_proposals=Exists(proposals),
        has_changes=Exists(changes),
        has_bonuses=Exists(bonuses),
        has_notices=Exists(notices),
        **hours,
    )


def working_hours(contract: Contract, side: Literal["employer", "freelancer"]) -> WorkingHours:
    """Return a side's daily hours; `contract` is from `contract_page`. Those of an office if it names none."""
    zone = getattr(contract, side).time_zone
    from_hour, to_hour = getattr(contract, f"{side}_from"), getattr(contract, f"{side}_to")
    return WorkingHours(zone) if from_hour is None else WorkingHours(zone, from_hour, to_hour)


def contracts_to_fund(now: datetime) -> QuerySet[Contract, UUID]:
    """Active contracts whose next reminder of missing money is due, the longest waiting first."""
    is_due = Q()
    for sent, days in enumerate(rules.FUNDING_REMINDER_DAYS):
        is_due |= Q(funding_reminders_sent=sent, unfunded_since__lte=now - timedelta(days=days))
    waiting = Contract.objects.filter(is_due, status=ContractStatus.ACTIVE, unfunded_since__isnull=False)
    return waiting.order_by("unfunded_since", "id").values_list("id", flat=True)


def active_count(organization_id: UUID) -> int:
    """The number of the organization's active contracts, on either side."""
    return sum(count for _status, count in _active_count(organization_id))


@prepared
def _active_count(organization_id: UUID) -> QuerySet[Contract, tuple[str, int]]:
    own = Contract.objects.filter(Q(employer_id=organization_id) | Q(freelancer_id=organization_id))
    active = own.filter(status=ContractStatus.ACTIVE).order_by()
    return active.values_list("status").annotate(count=Count("id"))


def is_second_of_its_task(contract: Contract) -> bool:
    """Return whether another contract of the same task had been accepted before."""
    others = Contract.objects.filter(task_id=contract.task_id, accepted_at__isnull=False)
    return others.exclude(id=contract.id).exists()


def open_proposal(contract_id: UUID) -> CancellationProposal | None:
    return CancellationProposal.objects.filter(contract_id=contract_id, status="open").first()


def employer_cost(contract: Contract, now: datetime) -> previews.EmployerCost:
    """Return the employer's cost of the whole contract at today's fees; each milestone is funded separately."""
    parts = [step.amount for step in contract.milestones.all()] or [contract.amount]
    bid = (contract.freelancer_id, contract.freelancer.country, parts)
    return previews.employer_costs(contract.employer.country, now.date(), [bid], payer_id=contract.employer_id)[0]


def offers_to_lapse(now: datetime) -> QuerySet[Contract, UUID]:
    due = Contract.objects.filter(status=ContractStatus.OFFERED, respond_by__lte=now)
    return due.order_by("respond_by", "id").values_list("id", flat=True)
