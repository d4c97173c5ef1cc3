"""Permissions of contracts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.accounts.policies import check_is_not_own_case, check_may, check_staff_may, may, staff_may
from apps.accounts.rules import Act, Side
from apps.common.actors import Actor
from apps.common.errors import Conflict, DomainError, NotFound
from apps.common.money import Money
from apps.contracts import rules
from apps.contracts.errors import AppealTooLate, CeilingExceeded, NoBonusHere, NoticeTooEarly, NotLate, WasFunded
from apps.contracts.models import Bonus, CancellationProposal, ChangeRequest, Contract, LateNotice, Milestone
from apps.contracts.queries import call_offs
from apps.contracts.states import BONUS, ENDED, MILESTONE, NOT_PAID_IN_FULL, NOTICE, ContractStatus, MilestoneStatus
from apps.frameworks.models import Framework


class BillingDetailsMissing(Conflict):
    code = "billing_details_missing"
    message = _(
        "The invoice for our fee has to name the address of your organization. Enter it under Money, Documents, then "
        "pay."
    )


class NotAtWork(Conflict):
    code = "contract_not_active"
    message = _("This contract is not at work, so nothing can be changed in it.")


class NoRevisionsLeft(Conflict):
    code = "no_revisions_left"
    message = _(
        "All %(included)s revisions of this milestone are used. Approve it, or propose a change of the contract with "
        "more of them."
    )


class NothingToOfferAgain(Conflict):
    code = "nothing_to_offer_again"
    message = _("Another bidder can be chosen once this contract has ended without being completed.")


class NotAParty(NotFound):
    code = "not_found"


OFFERED_AGAIN = (*NOT_PAID_IN_FULL, ContractStatus.ENDED_EARLY, ContractStatus.CANCELLED, ContractStatus.LEFT)
"""After these ends the employer may offer the work to another bidder."""


def can_offer_again(actor: Actor, contract: Contract) -> bool:
    """Return whether this side may choose another bidder; the bid and the task are checked by the operation."""
    return contract.status in OFFERED_AGAIN and may(actor, Act.JUDGE_BIDS, contract.employer_id, Side.EMPLOYER)


def check_is_party(actor: Actor, contract: Contract) -> None:
    """Others do not learn that the contract exists. :raises NotAParty: if the actor is not a party."""
    if not (actor.acts_for(contract.employer_id) or actor.acts_for(contract.freelancer_id) or actor.is_staff):
        raise NotAParty


class NotEndedYet(Conflict):
    code = "contract_not_ended"
    message = _("The contract is still active. Change it, or hire again when it has ended.")


def check_can_offer_directly(actor: Actor) -> None:
    """An offer without bids posts its task and makes the offer, so it needs the rights to both."""
    check_may(actor, Act.MANAGE_TASK, actor.organization_id, Side.EMPLOYER)
    check_may(actor, Act.JUDGE_BIDS, actor.organization_id, Side.EMPLOYER)


def can_offer_directly(actor: Actor) -> bool:
    try:
        check_can_offer_directly(actor)
    except DomainError:
        return False
    return True


def check_within_ceiling(framework: Framework, more: Money) -> None:
    """
    Called with the locked framework agreement.

    :raises CeilingExceeded: if the contracts under it and `more` together exceed its ceiling.
    """
    left = call_offs.left(framework)
    if left is not None and more > left:
        raise CeilingExceeded(left=max(left, Money.zero(left.currency)))


def check_can_hire_again(actor: Actor, contract: Contract) -> None:
    """:raises NotEndedYet: while the contract is offered or active."""
    check_may(actor, Act.MANAGE_TASK, contract.employer_id, Side.EMPLOYER)
    if contract.status not in ENDED:
        raise NotEndedYet


def can_hire_again(actor: Actor, contract: Contract) -> bool:
    try:
        check_can_hire_again(actor, contract)
    except DomainError:
        return False
    return True


def _check_active(contract: Contract) -> None:
    if contract.status != ContractStatus.ACTIVE:
        raise NotAtWork


def check_can_answer_offer(actor: Actor, contract: Contract) -> None:
    check_may(actor, Act.ANSWER_OFFER, contract.freelancer_id, Side.FREELANCER)


def check_can_take_back(actor: Actor, contract: Contract) -> None:
    check_may(actor, Act.TAKE_BACK_OFFER, contract.employer_id, Side.EMPLOYER)


def check_can_fund(actor: Actor, milestone: Milestone) -> None:
    check_may(actor, Act.FUND, milestone.contract.employer_id, Side.EMPLOYER)
    _check_active(milestone.contract)
    MILESTONE.next(milestone.status, "start_payment")


def can_fund(actor: Actor, milestone: Milestone) -> bool:
    return can(actor, milestone, "fund")


def check_can_ask_to_fund(actor: Actor, milestone: Milestone) -> None:
    """Members who hire may request the funding of a milestone, even if only other members may pay."""
    employer_id = milestone.contract.employer_id
    may_pay = may(actor, Act.FUND, employer_id, Side.EMPLOYER)
    check_may(actor, Act.FUND if may_pay else Act.ASK_TO_FUND, employer_id, Side.EMPLOYER)
    _check_active(milestone.contract)
    MILESTONE.next(milestone.status, "start_payment")


def check_can_deliver(actor: Actor, milestone: Milestone) -> None:
    check_may(actor, Act.DELIVER, milestone.contract.freelancer_id, Side.FREELANCER)
    _check_active(milestone.contract)
    MILESTONE.next(milestone.status, "deliver")


def check_can_request_revision(actor: Actor, milestone: Milestone) -> None:
    check_may(actor, Act.REQUEST_REVISION, milestone.contract.employer_id, Side.EMPLOYER)
    _check_active(milestone.contract)
    MILESTONE.next(milestone.status, "request_revision")
    if milestone.revisions_used >= milestone.contract.revisions_included:
        raise NoRevisionsLeft(included=milestone.contract.revisions_included)


def check_can_approve(actor: Actor, milestone: Milestone) -> None:
    check_may(actor, Act.APPROVE, milestone.contract.employer_id, Side.EMPLOYER)
    _check_active(milestone.contract)
    MILESTONE.next(milestone.status, "approve")


def _side(actor: Actor, contract: Contract) -> tuple[UUID, Side]:
    if actor.acts_for(contract.employer_id):
        return contract.employer_id, Side.EMPLOYER
    return contract.freelancer_id, Side.FREELANCER


def check_can_propose_cancellation(actor: Actor, contract: Contract) -> None:
    """A proposal decides who gets the held money, so on both sides it requires the permission to decide about money."""
    organization_id, side = _side(actor, contract)
    check_may(actor, Act.PROPOSE_STOP, organization_id, side)
    _check_active(contract)


def can_propose_cancellation(actor: Actor, contract: Contract) -> bool:
    try:
        check_can_propose_cancellation(actor, contract)
    except DomainError:
        return False
    return True


def check_can_leave(actor: Actor, contract: Contract, statuses: Iterable[str], *, has_bonus: bool) -> None:
    """
    :param statuses: of all milestones of the contract.
    :raises WasFunded: if money was ever paid for it.
    """
    check_may(actor, Act.LEAVE_UNFUNDED, contract.freelancer_id, Side.FREELANCER)
    _check_active(contract)
    if has_bonus or not rules.was_never_funded(statuses):
        raise WasFunded


def can_leave(actor: Actor, contract: Contract, statuses: Iterable[str], *, has_bonus: bool) -> bool:
    try:
        check_can_leave(actor, contract, statuses, has_bonus=has_bonus)
    except DomainError:
        return False
    return True


def check_can_answer_cancellation(actor: Actor, proposal: CancellationProposal) -> None:
    """Only the side that did not propose. :raises NotYours: if the actor is of the proposing side."""
    contract = proposal.contract
    is_freelancers = proposal.proposed_by_id == contract.employer_id
    other = contract.freelancer_id if is_freelancers else contract.employer_id
    check_may(actor, Act.ANSWER_STOP, other, Side.FREELANCER if is_freelancers else Side.EMPLOYER)
    _check_active(contract)


def can_answer_cancellation(actor: Actor, proposal: CancellationProposal) -> bool:
    try:
        check_can_answer_cancellation(actor, proposal)
    except DomainError:
        return False
    return True


def check_can_propose_change(actor: Actor, contract: Contract, *, returns_money: bool = False) -> None:
    """
    Either side, while the contract is at work.

    :param returns_money: whether held money would go back to the employer; that needs the permission to decide about
        money.
    """
    organization_id, side = _side(actor, contract)
    check_may(actor, Act.CHANGE_TERMS, organization_id, side)
    if returns_money:
        check_may(actor, Act.MOVE_HELD_MONEY, organization_id, side)
    _check_active(contract)


def can_propose_change(actor: Actor, contract: Contract) -> bool:
    try:
        check_can_propose_change(actor, contract)
    except DomainError:
        return False
    return True


def check_can_answer_change(actor: Actor, change: ChangeRequest, *, returns_money: bool = False) -> None:
    """
    Only the side that did not propose. :raises NotYours: if the actor is of the proposing side.

    :param returns_money: as in `check_can_propose_change`, for an acceptance.
    """
    contract = change.contract
    is_freelancers = change.proposed_by_id == contract.employer_id
    other = contract.freelancer_id if is_freelancers else contract.employer_id
    side = Side.FREELANCER if is_freelancers else Side.EMPLOYER
    check_may(actor, Act.CHANGE_TERMS, other, side)
    if returns_money:
        check_may(actor, Act.MOVE_HELD_MONEY, other, side)
    _check_active(contract)


def can_answer_change(actor: Actor, change: ChangeRequest, *, returns_money: bool = False) -> bool:
    try:
        check_can_answer_change(actor, change, returns_money=returns_money)
    except DomainError:
        return False
    return True


def check_can_withdraw_change(actor: Actor, change: ChangeRequest) -> None:
    """:raises NotYours: unless the actor is of the side that proposed it."""
    contract = change.contract
    side = Side.EMPLOYER if change.proposed_by_id == contract.employer_id else Side.FREELANCER
    check_may(actor, Act.CHANGE_TERMS, change.proposed_by_id, side)


def can_withdraw_change(actor: Actor, change: ChangeRequest) -> bool:
    try:
        check_can_withdraw_change(actor, change)
    except DomainError:
        return False
    return True


def check_can_give_bonus(actor: Actor, contract: Contract) -> None:
    """The employer, from the acceptance on, also after the end. Who may not pay can ask a second person to."""
    may_pay = may(actor, Act.FUND, contract.employer_id, Side.EMPLOYER)
    check_may(actor, Act.FUND if may_pay else Act.ASK_TO_FUND, contract.employer_id, Side.EMPLOYER)
    if contract.accepted_at is None:
        raise NoBonusHere


def can_give_bonus(actor: Actor, contract: Contract) -> bool:
    try:
        check_can_give_bonus(actor, contract)
    except DomainError:
        return False
    return True


def check_can_pay_bonus(actor: Actor, bonus: Bonus) -> None:
    check_may(actor, Act.FUND, bonus.contract.employer_id, Side.EMPLOYER)
    BONUS.next(bonus.status, "start_payment")


def can_pay_bonus(actor: Actor, bonus: Bonus) -> bool:
    try:
        check_can_pay_bonus(actor, bonus)
    except DomainError:
        return False
    return True


def check_can_give_notice(actor: Actor, milestone: Milestone, now: datetime) -> None:
    """:raises NotLate: unless funded work is late and nothing was delivered."""
    check_may(actor, Act.GIVE_NOTICE, milestone.contract.employer_id, Side.EMPLOYER)
    _check_active(milestone.contract)
    if not is_overdue(milestone, now):
        raise NotLate


def is_overdue(milestone: Milestone, now: datetime) -> bool:
    """Return whether funded work is late and nothing was delivered."""
    return milestone.status == MilestoneStatus.FUNDED and milestone.due_at is not None and milestone.due_at < now


def can_give_notice(actor: Actor, milestone: Milestone, now: datetime) -> bool:
    try:
        check_can_give_notice(actor, milestone, now)
    except DomainError:
        return False
    return True


def may_give_notices(actor: Actor, contract: Contract) -> bool:
    """Return whether the actor's role allows to set last dates for late work, and to withdraw them."""
    return may(actor, Act.GIVE_NOTICE, contract.employer_id, Side.EMPLOYER)


def check_can_withdraw_notice(actor: Actor, notice: LateNotice) -> None:
    check_may(actor, Act.GIVE_NOTICE, notice.milestone.contract.employer_id, Side.EMPLOYER)
    NOTICE.next(notice.status, "withdraw")


def check_can_enforce_notice(actor: Actor, notice: LateNotice, now: datetime) -> None:
    """:raises NoticeTooEarly: before the last date has passed."""
    check_may(actor, Act.END_LATE_WORK, notice.milestone.contract.employer_id, Side.EMPLOYER)
    _check_active(notice.milestone.contract)
    NOTICE.next(notice.status, "enforce")
    if now < notice.deliver_by:
        raise NoticeTooEarly(until=notice.deliver_by)


def can_enforce_notice(actor: Actor, notice: LateNotice, now: datetime) -> bool:
    try:
        check_can_enforce_notice(actor, notice, now)
    except DomainError:
        return False
    return True


def check_can_appeal_notice(actor: Actor, notice: LateNotice, now: datetime) -> None:
    """:raises AppealTooLate: after 14 days."""
    check_may(actor, Act.APPEAL_LATE_END, notice.milestone.contract.freelancer_id, Side.FREELANCER)
    NOTICE.next(notice.status, "appeal")
    assert notice.ended_at is not None
    until = rules.appeal_end(notice.ended_at)
    if now >= until:
        raise AppealTooLate(until=until)


def can_appeal_notice(actor: Actor, notice: LateNotice, now: datetime) -> bool:
    try:
        check_can_appeal_notice(actor, notice, now)
    except DomainError:
        return False
    return True


def can_answer_appeals(actor: Actor) -> bool:
    return staff_may(actor, Act.ANSWER_LATE_APPEAL)


def check_can_see_appeals(actor: Actor) -> None:
    check_staff_may(actor, Act.ANSWER_LATE_APPEAL)


def check_can_answer_appeal(actor: Actor, notice: LateNotice) -> None:
    """:raises OwnCase: for staff who are, or recently were, members of one of the two sides."""
    check_staff_may(actor, Act.ANSWER_LATE_APPEAL)
    contract = notice.milestone.contract
    check_is_not_own_case(actor, (contract.employer_id, contract.freelancer_id), since=contract.offered_at)
    NOTICE.next(notice.status, "uphold")


def check_can_dispute(actor: Actor, milestone: Milestone) -> None:
    """
    Either side, while money is held. A dispute includes a proposed split that the other side may accept, so it requires
    the permission to decide about money.
    """
    organization_id, side = _side(actor, milestone.contract)
    check_may(actor, Act.OPEN_DISPUTE, organization_id, side)
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
    """Return whether the actor may now fund, deliver, request_revision, approve or dispute; used to show buttons."""
    try:
        _MILESTONE_CHECKS[verb](actor, milestone)
    except DomainError:
        return False
    return True


def needs_action(actor: Actor, milestone: Milestone) -> str:
    """Return the next action this side must take, or an empty string if it is the other side's turn."""
    if actor.acts_for(milestone.contract.employer_id):
        if milestone.status in (MilestoneStatus.PLANNED, MilestoneStatus.AWAITING_PAYMENT):
            return "fund" if can(actor, milestone, "fund") else ""
        if milestone.status == MilestoneStatus.DELIVERED:
            return "approve" if can(actor, milestone, "approve") else ""
        return ""
    if milestone.status in (MilestoneStatus.FUNDED, MilestoneStatus.IN_REVISION):
        return "deliver" if can(actor, milestone, "deliver") else ""
    return ""
