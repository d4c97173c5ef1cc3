"""Change requests, the milestones they change, and the accepted versions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from apps.common.actors import Actor
from apps.common.money import Money
from apps.common.prepared import prepared
from apps.contracts import terms
from apps.contracts.models import ChangeRequest, Contract, ContractVersion, Milestone
from apps.contracts.queries.contracts import contract_for_update, contracts_visible_to
from apps.contracts.states import ChangeStatus


def changes_visible_to(actor: Actor) -> QuerySet[ChangeRequest]:
    changes = ChangeRequest.objects.select_related(
        "contract__employer", "contract__freelancer", "proposed_by", "proposed_by_user", "version"
    )
    return changes.filter(contract__in=contracts_visible_to(actor))


def change_for_update(change_id: UUID) -> ChangeRequest:
    """Return the request, locked after its contract."""
    contract_id = ChangeRequest.objects.values_list("contract_id", flat=True).get(id=change_id)
    contract = contract_for_update(contract_id)
    change = ChangeRequest.objects.select_for_update(of=("self",)).select_related("base").get(id=change_id)
    change.contract = contract
    return change


def open_change(contract_id: UUID) -> ChangeRequest | None:
    return next(iter(_open_change(contract_id)), None)


@prepared
def _open_change(contract_id: UUID) -> QuerySet[ChangeRequest]:
    rows = ChangeRequest.objects.filter(contract_id=contract_id, status=ChangeStatus.OPEN)
    return rows.select_related("proposed_by", "proposed_by_user")


def changes_of(contract_id: UUID) -> list[ChangeRequest]:
    """All requests, oldest first."""
    rows = ChangeRequest.objects.filter(contract_id=contract_id).select_related("proposed_by", "version")
    return list(rows.order_by("proposed_at", "id"))


def versions(contract_id: UUID) -> list[ContractVersion]:
    """All accepted versions, newest first."""
    rows = ContractVersion.objects.filter(contract_id=contract_id).select_related(
        "change_request", "employer_accepted_by", "freelancer_accepted_by"
    )
    return list(rows.order_by("-number"))


def version_in_force(contract_id: UUID) -> ContractVersion:
    return ContractVersion.objects.filter(contract_id=contract_id).order_by("-number")[:1].get()


def milestones_in_force(contract: Contract) -> QuerySet[Milestone]:
    """Those that no change has dropped, in their order."""
    return contract.milestones.filter(dropped_at=None).select_related("escrow").order_by("position")


def steps(milestones: QuerySet[Milestone] | list[Milestone]) -> list[terms.Step]:
    """The milestones as the rules of a change see them."""
    return [
        terms.Step(
            id=milestone.id,
            title=milestone.title,
            amount_minor=milestone.amount_minor,
            days=milestone.days,
            due_at=milestone.due_at,
            status=milestone.status,
            currency=milestone.currency,
            released_minor=milestone.escrow.released_minor if milestone.escrow else 0,
        )
        for milestone in milestones
    ]


def returned(change: terms.Change, currency: str) -> Money:
    """The held money that goes back to the employer if the change is accepted, without its part of the fee."""
    return Money(-sum(step.delta_minor for step in change.steps if step.returns_money), currency)


def changes_to_lapse(now: datetime) -> QuerySet[ChangeRequest, UUID]:
    due = ChangeRequest.objects.filter(status=ChangeStatus.OPEN, respond_by__lte=now)
    return due.order_by("respond_by", "id").values_list("id", flat=True)
