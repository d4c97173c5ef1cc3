"""Permissions of bids."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from apps.accounts.policies import check_are_strangers, check_may, may, staff_may
from apps.accounts.rules import Act, Side
from apps.bidding import queries
from apps.bidding.models import Bid
from apps.bidding.states import BID, EDITABLE
from apps.common.actors import Actor
from apps.common.errors import Conflict, DomainError, NotAllowed
from apps.tasks.models import Task
from apps.tasks.policies import NotOpenForBids
from apps.tasks.states import TASK, TaskStatus


class StillSealed(NotAllowed):
    code = "bids_sealed"
    message = _("Bids on this task are sealed: nobody can read them until bidding closes.")


class BidNotEditable(Conflict):
    code = "bid_not_editable"
    message = _("This bid cannot be changed any more.")


class OneLiveBid(Conflict):
    code = "one_live_bid"
    message = _("You already have a bid on this task. Change that one instead.")


class ReasonGiven(Conflict):
    code = "reason_given"
    message = _("The freelancer already has your reason for this bid.")


def check_can_read(actor: Actor, bid: Bid, now: datetime) -> None:
    """
    The bidder may always read; the employer once bids are not sealed; staff too, but never a sealed bid; no one else.

    :raises StillSealed: while the bid is sealed.
    :raises NotAllowed: if the actor may not read it.
    """
    if actor.acts_for(bid.bidder_id):
        return
    if queries.is_sealed(bid.task, now):
        raise StillSealed
    if not (staff_may(actor, Act.READ_BIDS) or may(actor, Act.READ_BIDS, bid.task.employer_id, Side.EMPLOYER)):
        raise NotAllowed


def can_read(actor: Actor, bid: Bid, now: datetime) -> bool:
    try:
        check_can_read(actor, bid, now)
    except DomainError:
        return False
    return True


def check_can_change(actor: Actor, bid: Bid, now: datetime) -> None:
    """The bidder, while bidding is open and no offer was made."""
    check_may(actor, Act.BID, bid.bidder_id, Side.FREELANCER)
    if bid.status not in EDITABLE:
        raise BidNotEditable
    task = bid.task
    if task.status != TaskStatus.OPEN or task.bidding_closes_at is None or now >= task.bidding_closes_at:
        raise NotOpenForBids


def can_change(actor: Actor, bid: Bid, now: datetime) -> bool:
    try:
        check_can_change(actor, bid, now)
    except DomainError:
        return False
    return True


def check_can_withdraw(actor: Actor, bid: Bid) -> None:
    check_may(actor, Act.BID, bid.bidder_id, Side.FREELANCER)
    if bid.status not in EDITABLE:
        raise BidNotEditable


def can_withdraw(actor: Actor, bid: Bid) -> bool:
    try:
        check_can_withdraw(actor, bid)
    except DomainError:
        return False
    return True


def check_can_judge(actor: Actor, task: Task, now: datetime) -> None:
    """Shortlist, decline, award: the employer, once bids can be read."""
    check_may(actor, Act.JUDGE_BIDS, task.employer_id, Side.EMPLOYER)
    if queries.is_sealed(task, now):
        raise StillSealed


def check_can_award(actor: Actor, bid: Bid, now: datetime) -> None:
    """As `check_can_judge`. :raises OnePersonOnBothSides: if the bidder and the employer are the same people."""
    check_can_judge(actor, bid.task, now)
    check_are_strangers(bid.task.employer_id, bid.bidder_id, since=bid.task.created_at)


def check_can_award_again(actor: Actor, bid: Bid) -> None:
    """
    After a contract with another bidder ended without being completed.

    :raises OnePersonOnBothSides: if the bidder and the employer are the same people.
    :raises IllegalTransition: unless the task is closed and the bid was not taken.
    """
    check_may(actor, Act.JUDGE_BIDS, bid.task.employer_id, Side.EMPLOYER)
    TASK.next(bid.task.status, "award_again")
    BID.next(bid.status, "award_again")
    check_are_strangers(bid.task.employer_id, bid.bidder_id, since=bid.task.created_at)


def check_can_explain(actor: Actor, bid: Bid) -> None:
    """
    Give the reason afterwards, why a bid was not taken.

    :raises IllegalTransition: unless the bid was not taken. :raises ReasonGiven: if it has a reason.
    """
    check_may(actor, Act.JUDGE_BIDS, bid.task.employer_id, Side.EMPLOYER)
    BID.next(bid.status, "explain")
    if bid.decline_reason:
        raise ReasonGiven


def can_explain(actor: Actor, bid: Bid) -> bool:
    try:
        check_can_explain(actor, bid)
    except DomainError:
        return False
    return True


def can_judge(actor: Actor, task: Task, now: datetime) -> bool:
    try:
        check_can_judge(actor, task, now)
    except DomainError:
        return False
    return True
