"""Permissions of disputes: open, answer, accept, withdraw, decide."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from apps.accounts.policies import StaffOnly as StaffOnly
from apps.accounts.policies import check_is_not_own_case, check_may, check_staff_may
from apps.accounts.rules import Act, Side
from apps.common.actors import Actor
from apps.common.errors import Conflict, DomainError, Invalid, NotAllowed
from apps.common.money import Money
from apps.contracts import policies as contracts
from apps.contracts import rules as contract_rules
from apps.contracts.models import Contract, Milestone
from apps.contracts.queries import milestones
from apps.disputes.models import Dispute, SplitProposal
from apps.disputes.states import DISPUTE, DisputeReason, DisputeStatus, ProposalStatus


class AlreadyDisputed(Conflict):
    code = "already_disputed"
    message = _("There already is a dispute about this milestone.")


class OnlyTheOtherSide(NotAllowed):
    code = "only_the_other_side"
    message = _("Only the other side can accept this proposal.")


class ProposalGone(Conflict):
    code = "proposal_gone"
    message = _("This proposal was replaced or answered meanwhile. Look at the newest one.")


class OnlyTheOpenerWithdraws(NotAllowed):
    code = "only_the_opener_withdraws"
    message = _("Only the side that opened the dispute can take it back.")


class TooEarly(Conflict):
    code = "too_early"
    message = _("The other side may still answer until %(until)s. Decide after its answer, or after that moment.")


class ShareOutOfRange(Invalid):
    code = "share_out_of_range"
    field = "share"
    message = _("The freelancer's part is between nothing and %(amount)s.")


class NotLateYet(Invalid):
    code = "not_late_yet"
    field = "reason"
    message = _("The work is due on %(due)s, so it cannot have come too late. Choose another reason.")


class NoDueDate(Invalid):
    code = "no_due_date"
    field = "reason"
    message = _("This milestone has no due date, so its work cannot be late. Choose another reason.")


class CameInTime(Invalid):
    code = "came_in_time"
    field = "reason"
    message = _("The first version was delivered before the due date, %(due)s. Choose another reason.")


class WasDelivered(Invalid):
    code = "was_delivered"
    field = "reason"
    message = _("Work was delivered for this milestone. If it is not what you agreed on, choose that reason.")


class NothingDelivered(Invalid):
    code = "nothing_delivered"
    field = "reason"
    message = _("Nothing was delivered for this milestone yet. Deliver the work first, or choose another reason.")


class StatementMissing(Invalid):
    code = "statement_missing"
    field = "text"
    message = _("Say what happened.")


class ReasonsMissing(Invalid):
    code = "reasons_missing"
    field = "reasons"
    message = _("Write the reasons: both sides read them.")


def _check_may_in(actor: Actor, act: Act, dispute: Dispute) -> None:
    """Check the permission table for the actor's side, while the dispute is open."""
    contract: Contract = dispute.milestone.contract
    if actor.acts_for(contract.employer_id):
        check_may(actor, act, contract.employer_id, Side.EMPLOYER)
    else:
        check_may(actor, act, contract.freelancer_id, Side.FREELANCER)
    DISPUTE.next(dispute.status, "settle")


def check_can_open(actor: Actor, milestone: Milestone) -> None:
    """Either side, while money is held for the milestone. :raises NotAllowed, IllegalTransition: if that is not so."""
    contracts.check_can_dispute(actor, milestone)


def check_reason(reason: str, milestone: Milestone, now: datetime) -> None:
    """
    Check that the reason does not contradict the known facts about the milestone.

    :raises NotLateYet, NoDueDate, CameInTime, WasDelivered, NothingDelivered: if the reason contradicts the fact in the
        name.
    """
    delivered_at, due_at = milestones.first_delivered_at(milestone), milestone.due_at
    if reason == DisputeReason.LATE:
        if due_at is None:
            raise NoDueDate
        if not contract_rules.is_late(due_at=due_at, delivered_at=delivered_at, now=now):
            raise (CameInTime if delivered_at else NotLateYet)(due=due_at)
    if reason == DisputeReason.NOT_DELIVERED and delivered_at is not None:
        raise WasDelivered
    if reason == DisputeReason.NOT_PAID and delivered_at is None:
        raise NothingDelivered


def possible_reasons(milestone: Milestone, now: datetime) -> list[DisputeReason]:
    """Return the reasons that do not contradict the known facts about the milestone."""

    def is_possible(reason: DisputeReason) -> bool:
        try:
            check_reason(reason, milestone, now)
        except Invalid:
            return False
        return True

    return [reason for reason in DisputeReason if is_possible(reason)]


def check_can_speak(actor: Actor, dispute: Dispute) -> None:
    """A party, while the dispute is open: members who may approve (employer) or deliver (freelancer)."""
    _check_may_in(actor, Act.SPEAK_IN_DISPUTE, dispute)


def can_speak(actor: Actor, dispute: Dispute) -> bool:
    try:
        check_can_speak(actor, dispute)
    except DomainError:
        return False
    return True


def check_can_propose(actor: Actor, dispute: Dispute) -> None:
    """A proposed split moves the money if the other side accepts it, so it requires the same permission."""
    _check_may_in(actor, Act.PROPOSE_SPLIT, dispute)


def can_propose(actor: Actor, dispute: Dispute) -> bool:
    try:
        check_can_propose(actor, dispute)
    except DomainError:
        return False
    return True


def check_can_accept(actor: Actor, dispute: Dispute, proposal: SplitProposal) -> None:
    """
    The side that did not propose, while the proposal is valid.

    :raises OnlyTheOtherSide: if the actor's side made the proposal. :raises ProposalGone: if it was replaced.
    """
    _check_may_in(actor, Act.ACCEPT_SPLIT, dispute)
    if actor.acts_for(proposal.organization_id):
        raise OnlyTheOtherSide
    if proposal.status != ProposalStatus.OPEN:
        raise ProposalGone


def can_accept(actor: Actor, dispute: Dispute, proposal: SplitProposal) -> bool:
    try:
        check_can_accept(actor, dispute, proposal)
    except DomainError:
        return False
    return True


def check_can_withdraw(actor: Actor, dispute: Dispute) -> None:
    """:raises OnlyTheOpenerWithdraws: if the actor is of the other side."""
    _check_may_in(actor, Act.WITHDRAW_DISPUTE, dispute)
    if not actor.acts_for(dispute.opened_by_id):
        raise OnlyTheOpenerWithdraws


def can_withdraw(actor: Actor, dispute: Dispute) -> bool:
    try:
        check_can_withdraw(actor, dispute)
    except DomainError:
        return False
    return True


def check_is_staff(actor: Actor) -> None:
    """:raises StaffOnly: unless the actor is staff who decide disputes."""
    check_staff_may(actor, Act.DECIDE_DISPUTE)


def check_can_decide(actor: Actor, dispute: Dispute, now: datetime) -> None:
    """Staff who belong to neither side, once both sides have written or the time to answer is over."""
    check_is_staff(actor)
    DISPUTE.next(dispute.status, "decide")
    sides = [dispute.opened_by_id, dispute.respondent_id]
    check_is_not_own_case(actor, sides, since=dispute.opened_at)
    if dispute.status == DisputeStatus.OPEN and now < dispute.answer_due_at:
        raise TooEarly(until=dispute.answer_due_at)


def can_decide(actor: Actor, dispute: Dispute, now: datetime) -> bool:
    try:
        check_can_decide(actor, dispute, now)
    except DomainError:
        return False
    return True


def check_is_open(dispute: Dispute) -> None:
    """:raises IllegalTransition: if the dispute has ended."""
    DISPUTE.next(dispute.status, "settle")


def check_part(part: Money, amount: Money) -> None:
    """:raises ShareOutOfRange: unless the part is between zero and the whole."""
    if part.currency != amount.currency or not 0 <= part.amount_minor <= amount.amount_minor:
        raise ShareOutOfRange
