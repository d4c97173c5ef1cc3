"""Who may do what in a contract."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.accounts import rules as roles
from apps.accounts.policies import check_acts_for
from apps.common.actors import Actor
from apps.common.errors import Conflict, DomainError, NotFound
from apps.contracts.models import CancellationProposal, Contract, Milestone
from apps.contracts.states import MILESTONE, ContractStatus, MilestoneStatus


class NotAtWork(Conflict):
    code = "contract_not_active"
    message = _("This contract is not at work, so nothing can be changed in it.")


class NoRevisionsLeft(Conflict):
    code = "no_revisions_left"
    message = _(
        "All %(included)s revisions of this milestone are used. Approve it, or agree on more in a message first."
    )


class NotAParty(NotFound):
    code = "not_found"


def check_is_party(actor: Actor, contract: Contract) -> None:
    """Strangers learn nothing, not even that the contract exists. :raises NotAParty:"""
    if not (actor.acts_for(contract.employer_id) or actor.acts_for(contract.freelancer_id) or actor.is_staff):
        raise NotAParty


def _check_active(contract: Contract) -> None:
    if contract.status != ContractStatus.ACTIVE:
        raise NotAtWork


def check_can_answer_offer(actor: Actor, contract: Contract) -> None:
    check_acts_for(actor, contract.freelancer_id, roles.BID)


def check_can_take_back(actor: Actor, contract: Contract) -> None:
    check_acts_for(actor, contract.employer_id, roles.AWARD)


def check_can_fund(actor: Actor, milestone: Milestone) -> None:
    check_acts_for(actor, milestone.contract.employer_id, roles.FUND)
    _check_active(milestone.contract)
    MILESTONE.next(milestone.status, "start_payment")


def can_fund(actor: Actor, milestone: Milestone) -> bool:
    return can(actor, milestone, "fund")


def check_can_ask_to_fund(actor: Actor, milestone: Milestone) -> None:
    """Who hires may ask that a milestone be paid in, also where only others may pay."""
    check_acts_for(actor, milestone.contract.employer_id, roles.FUND if actor.may(roles.FUND) else roles.AWARD)
    _check_active(milestone.contract)
    MILESTONE.next(milestone.status, "start_payment")


def check_can_deliver(actor: Actor, milestone: Milestone) -> None:
    check_acts_for(actor, milestone.contract.freelancer_id, roles.DELIVER)
    _check_active(milestone.contract)
    MILESTONE.next(milestone.status, "deliver")


def check_can_request_revision(actor: Actor, milestone: Milestone) -> None:
    check_acts_for(actor, milestone.contract.employer_id, roles.APPROVE)
    _check_active(milestone.contract)
    MILESTONE.next(milestone.status, "request_revision")
    if milestone.revisions_used >= milestone.contract.revisions_included:
        raise NoRevisionsLeft(included=milestone.contract.revisions_included)


def check_can_approve(actor: Actor, milestone: Milestone) -> None:
    check_acts_for(actor, milestone.contract.employer_id, roles.APPROVE)
    _check_active(milestone.contract)
    MILESTONE.next(milestone.status, "approve")


def check_can_propose_cancellation(actor: Actor, contract: Contract) -> None:
    side = contract.employer_id if actor.acts_for(contract.employer_id) else contract.freelancer_id
    check_acts_for(actor, side, roles.VIEW)
    if not (actor.may(roles.AWARD) or actor.may(roles.DELIVER)):
        check_acts_for(actor, side, roles.AWARD)
    _check_active(contract)


def check_can_answer_cancellation(actor: Actor, proposal: CancellationProposal) -> None:
    """The side that did not propose. :raises NotYours: for the proposer."""
    contract = proposal.contract
    other = contract.freelancer_id if proposal.proposed_by_id == contract.employer_id else contract.employer_id
    check_acts_for(actor, other, roles.APPROVE)
    _check_active(contract)


def check_can_dispute(actor: Actor, milestone: Milestone) -> None:
    """Either side, while the money is held: who approves for the employer, who delivers for the freelancer."""
    is_employer = actor.acts_for(milestone.contract.employer_id)
    side = milestone.contract.employer_id if is_employer else milestone.contract.freelancer_id
    check_acts_for(actor, side, roles.APPROVE if is_employer else roles.DELIVER)
    _check_active(milestone.contract)
    MILESTONE.next(milestone.status, "dispute")


_MILESTONE_CHECKS = {
    "dispute": check_can_dispute,
    "fund": check_can_fund,
    "deliver": check_can_deliver,
    "request_revision": check_can_request_revision,
    "approve": check_can_approve,
}


def can(actor: Actor, milestone: Milestone, verb: str) -> bool:
    """The button's question: fund, deliver, request_revision, approve or dispute."""
    try:
        _MILESTONE_CHECKS[verb](actor, milestone)
    except DomainError:
        return False
    return True


def needs_action(actor: Actor, milestone: Milestone) -> str:
    """The next verb that this side owes the milestone, or an empty string when it is the other's turn."""
    if actor.acts_for(milestone.contract.employer_id):
        if milestone.status in (MilestoneStatus.PLANNED, MilestoneStatus.AWAITING_PAYMENT):
            return "fund" if can(actor, milestone, "fund") else ""
        if milestone.status == MilestoneStatus.DELIVERED:
            return "approve" if can(actor, milestone, "approve") else ""
        return ""
    if milestone.status in (MilestoneStatus.FUNDED, MilestoneStatus.IN_REVISION):
        return "deliver" if can(actor, milestone, "deliver") else ""
    return ""
