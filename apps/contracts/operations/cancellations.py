"""Cancellation by agreement: one side proposes how to split the held money, the other side answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.policies import NotYours
from apps.common import limits
from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid
from apps.common.operations import move
from apps.contracts import events, policies, rules
from apps.contracts.models import CancellationProposal, Contract, Milestone
from apps.contracts.operations import endings
from apps.contracts.queries import contracts, milestones
from apps.contracts.states import MILESTONE_ENDS, PROPOSAL, MilestoneStatus
from apps.escrow.operations import funding, releases
from apps.escrow.queries import escrows
from apps.outbox import bus
from apps.payments.queries import charges
from apps.payments.states import ChargeStatus


class ShareOutOfRange(Invalid):
    code = "share_out_of_range"
    field = "freelancer_share"
    message = _("The freelancer's share is between 0 and 100 per cent.")


class ReasonMissing(Invalid):
    code = "reason_missing"
    field = "reason"
    message = _("Say why you want to stop.")


class ProposalOpen(Conflict):
    code = "proposal_open"
    message = _("There already is a proposal to stop that has no answer yet.")


class PaymentUnderWay(Conflict):
    code = "payment_under_way"
    message = _("A payment for this contract is on its way. Wait for its result, then try again.")


class DisputeOpen(Conflict):
    code = "dispute_open"
    message = _("A milestone of this contract is in dispute. Settle or withdraw the dispute first.")


@transaction.atomic
def propose_cancellation(
    *, contract_id: UUID, freelancer_share_bps: int, reason: str, actor: Actor, now: datetime
) -> CancellationProposal:
    """:param freelancer_share_bps: the freelancer's share of the money still held, in basis points."""
    contract = contracts.contract_for_update(contract_id)
    policies.check_can_propose_cancellation(actor, contract)
    _check_no_dispute(contract)
    limits.spend("propose_cancellation", actor.user_id, now=now)
    if not 0 <= freelancer_share_bps <= 10_000:
        raise ShareOutOfRange
    if not reason.strip():
        raise ReasonMissing
    if contracts.open_proposal(contract.id):
        raise ProposalOpen
    proposal = CancellationProposal.objects.create(
        contract=contract,
        proposed_by_id=actor.side_id,
        freelancer_share_bps=freelancer_share_bps,
        reason=reason.strip()[:2000],
        proposed_at=now,
    )
    bus.publish(events.CancellationProposed(contract_id=contract.id, proposal_id=proposal.id), now=now)
    return proposal


def _check_no_dispute(contract: Contract) -> None:
    if contract.milestones.filter(status=MilestoneStatus.DISPUTED).exists():
        raise DisputeOpen


def _locked(proposal_id: UUID) -> CancellationProposal:
    proposal = CancellationProposal.objects.get(id=proposal_id)
    contract = contracts.contract_for_update(proposal.contract_id)
    proposal = CancellationProposal.objects.select_for_update().get(id=proposal_id)
    proposal.contract = contract
    return proposal


@transaction.atomic
def accept_cancellation(*, proposal_id: UUID, actor: Actor, now: datetime) -> Contract:
    """
    Stop the contract: held money is split as proposed (released less commission, or refunded), the rest is cancelled.
    """
    proposal = _locked(proposal_id)
    policies.check_can_answer_cancellation(actor, proposal)
    move(proposal, PROPOSAL, "accept", actor=actor, now=now, changes={"answered_at": now})
    contract = proposal.contract
    _check_no_dispute(contract)
    answered = events.CancellationAnswered(contract_id=contract.id, proposal_id=proposal.id, is_accepted=True)
    bus.publish(answered, now=now)
    for milestone in milestones.milestones(contract.id):
        milestone.contract = contract
        if milestone.status not in MILESTONE_ENDS:
            _settle(milestone, proposal.freelancer_share_bps, actor, now)
    return contract


def _settle(milestone: Milestone, share_bps: int, actor: Actor, now: datetime) -> None:
    if milestone.escrow_id is not None:
        if any(charge.status == ChargeStatus.PROCESSING for charge in charges.open_charges_of(milestone.escrow_id)):
            raise PaymentUnderWay
        held = escrows.held(milestone.escrow_id)
        if held:
            freelancer, employer = rules.split_held(held, share_bps)
            if freelancer:
                releases.release(
                    escrow_id=milestone.escrow_id, amount=freelancer, actor=actor, now=now, kind="agreement"
                )
            if employer:
                releases.refund(escrow_id=milestone.escrow_id, amount=employer, actor=actor, now=now)
        else:  # an open payment page must not take money for work that will not be done
            funding.cancel_if_unpaid(escrow_id=milestone.escrow_id, actor=actor, now=now)
    endings.end_milestone(milestone, actor=actor, now=now)


@transaction.atomic
def decline_cancellation(*, proposal_id: UUID, actor: Actor, now: datetime) -> CancellationProposal:
    proposal = _locked(proposal_id)
    policies.check_can_answer_cancellation(actor, proposal)
    move(proposal, PROPOSAL, "decline", actor=actor, now=now, changes={"answered_at": now})
    answered = events.CancellationAnswered(contract_id=proposal.contract_id, proposal_id=proposal.id, is_accepted=False)
    bus.publish(answered, now=now)
    return proposal


@transaction.atomic
def withdraw_cancellation(*, proposal_id: UUID, actor: Actor, now: datetime) -> CancellationProposal:
    proposal = _locked(proposal_id)
    if not actor.acts_for(proposal.proposed_by_id):
        raise NotYours
    # the permission to propose includes the permission to withdraw the proposal
    policies.check_can_propose_cancellation(actor, proposal.contract)
    return move(proposal, PROPOSAL, "withdraw", actor=actor, now=now, changes={"answered_at": now})
