"""Bonuses of a contract."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from apps.common.actors import Actor
from apps.common.prepared import prepared
from apps.contracts.models import Bonus
from apps.contracts.queries.contracts import contract_for_update, contracts_visible_to


def bonus_for_update(bonus_id: UUID) -> Bonus:
    """Return the bonus, locked after its contract."""
    contract = contract_for_update(Bonus.objects.values_list("contract_id", flat=True).get(id=bonus_id))
    bonus = Bonus.objects.select_for_update(of=("self",)).get(id=bonus_id)
    bonus.contract = contract
    return bonus


def bonus_by_reference(bonus_id: UUID) -> Bonus | None:
    return Bonus.objects.filter(id=bonus_id).first()


def escrow_id_of(bonus_id: UUID) -> UUID | None:
    return Bonus.objects.filter(id=bonus_id).values_list("escrow_id", flat=True).first()


def bonuses_payable_by(actor: Actor) -> QuerySet[Bonus]:
    """Those of the employer's own contracts; the freelancer sees a bonus only when it is paid."""
    bonuses = Bonus.objects.select_related("contract__employer", "contract__freelancer", "escrow")
    return bonuses.filter(contract__in=contracts_visible_to(actor), contract__employer_id=actor.organization_id)


def bonuses_of(contract_id: UUID) -> list[Bonus]:
    """All bonuses, the first one first."""
    return _bonuses(contract_id)


@prepared
def _bonuses(contract_id: UUID) -> QuerySet[Bonus]:
    return Bonus.objects.filter(contract_id=contract_id).select_related("escrow").order_by("given_at", "id")
