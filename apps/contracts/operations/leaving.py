"""The freelancer leaves a contract of which nothing was ever paid in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.common import limits
from apps.common.actors import SYSTEM, Actor
from apps.common.operations import move
from apps.contracts import errors, events, policies
from apps.contracts.models import Bonus, Contract, Milestone
from apps.contracts.operations import pauses
from apps.contracts.operations.cancellations import PaymentUnderWay
from apps.contracts.queries import contracts
from apps.contracts.states import BONUS_STARTED, CONTRACT, MILESTONE, MILESTONE_ENDS
from apps.escrow.operations import funding
from apps.outbox import bus
from apps.payments.queries import charges
from apps.payments.states import ChargeStatus
from apps.spending import operations as spending
from apps.tasks import operations as tasks


@transaction.atomic
def leave_contract(*, contract_id: UUID, reason: str, actor: Actor, now: datetime) -> Contract:
    """
    End a contract without the employer's agreement. No money was paid, so nobody is at fault.

    :raises WasFunded: if money was ever paid for it.
    :raises PaymentUnderWay: while a payment is on its way.
    """
    contract = contracts.contract_for_update(contract_id)
    steps = list(Milestone.objects.select_for_update(of=("self",)).filter(contract=contract).order_by("position"))
    has_bonus = Bonus.objects.filter(contract=contract, status__in=BONUS_STARTED).exists()
    policies.check_can_leave(actor, contract, [step.status for step in steps], has_bonus=has_bonus)
    limits.spend("propose_cancellation", actor.user_id, now=now)
    if not reason.strip():
        raise errors.LeaveReasonMissing
    pauses.lapse_all(contract, now=now)
    for step in steps:
        if step.status not in MILESTONE_ENDS:
            step.contract = contract
            _cancel(step, actor, now)
    changes = {"ended_at": now, "unfunded_since": None}
    move(contract, CONTRACT, "leave", actor=actor, now=now, reason=reason.strip()[:1000], changes=changes)
    tasks.follow_contract(task_id=contract.task_id, verb="end", actor=actor, now=now)
    ended = events.ContractEnded(
        contract_id=contract.id,
        employer_id=contract.employer_id,
        freelancer_id=contract.freelancer_id,
        status=contract.status,
    )
    bus.publish(ended, now=now)
    return contract


def _cancel(step: Milestone, actor: Actor, now: datetime) -> None:
    if step.escrow_id is not None:
        if any(charge.status == ChargeStatus.PROCESSING for charge in charges.open_charges_of(step.escrow_id)):
            raise PaymentUnderWay
        funding.cancel_if_unpaid(escrow_id=step.escrow_id, actor=SYSTEM, now=now)
    spending.void_approval(reference_id=step.id, now=now)
    move(step, MILESTONE, "cancel", actor=actor, now=now)
