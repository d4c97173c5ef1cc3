"""Permissions of framework agreements."""

from __future__ import annotations

from datetime import date, datetime

from apps.accounts.models import Organization
from apps.accounts.policies import check_are_strangers, check_may
from apps.accounts.rules import Act, Side
from apps.common.actors import Actor
from apps.common.errors import DomainError
from apps.frameworks import errors
from apps.frameworks.models import Framework
from apps.frameworks.states import FRAMEWORK, FrameworkStatus
from apps.tasks.policies import INVITATION_CHECKS


def check_can_propose(actor: Actor, employer: Organization, freelancer: Organization, now: datetime) -> None:
    """
    Either side.

    :raises CannotBeProposed: if one side has blocked the other, is closed, or does not hire or work here.
    :raises OnePersonOnBothSides: if both sides are the same people.
    """
    if actor.acts_for(employer.id):
        check_may(actor, Act.AGREE_ON_FRAMEWORK, employer.id, Side.EMPLOYER)
    else:
        check_may(actor, Act.AGREE_ON_FRAMEWORK, freelancer.id, Side.FREELANCER)
    other = freelancer if actor.acts_for(employer.id) else employer
    takes_part = other.works if other is freelancer else other.hires
    if employer.id == freelancer.id or not other.is_active or not takes_part:
        raise errors.CannotBeProposed
    if not all(may_invite(employer.id, freelancer.id) for may_invite in INVITATION_CHECKS):
        raise errors.CannotBeProposed
    check_are_strangers(employer.id, freelancer.id, since=now)


def may_propose_as(actor: Actor, side: Side) -> bool:
    """Return whether the actor's role allows to propose terms as this side of the work."""
    try:
        check_may(actor, Act.AGREE_ON_FRAMEWORK, actor.organization_id, side)
    except DomainError:
        return False
    return True


def check_can_answer(actor: Actor, framework: Framework, now: datetime) -> None:
    """
    Only the side that did not propose the newest version.

    :raises NotYours: if the actor is of the proposing side.
    :raises IllegalTransition: unless it is proposed.
    :raises AnswerTooLate: if the time for an answer is over.
    """
    is_freelancers = framework.proposed_by_id == framework.employer_id
    other = framework.freelancer_id if is_freelancers else framework.employer_id
    check_may(actor, Act.AGREE_ON_FRAMEWORK, other, Side.FREELANCER if is_freelancers else Side.EMPLOYER)
    FRAMEWORK.next(framework.status, "accept")
    if framework.respond_by <= now:
        raise errors.AnswerTooLate


def can_answer(actor: Actor, framework: Framework, now: datetime) -> bool:
    try:
        check_can_answer(actor, framework, now)
    except DomainError:
        return False
    return True


def check_can_withdraw(actor: Actor, framework: Framework) -> None:
    """:raises NotYours: unless the actor is of the side that proposed the newest version."""
    side = Side.EMPLOYER if framework.proposed_by_id == framework.employer_id else Side.FREELANCER
    check_may(actor, Act.AGREE_ON_FRAMEWORK, framework.proposed_by_id, side)
    FRAMEWORK.next(framework.status, "withdraw")


def can_withdraw(actor: Actor, framework: Framework) -> bool:
    try:
        check_can_withdraw(actor, framework)
    except DomainError:
        return False
    return True


def check_can_give_notice(actor: Actor, framework: Framework) -> None:
    """Either side, once. :raises NoticeGiven: if notice was given already."""
    if actor.acts_for(framework.employer_id):
        check_may(actor, Act.AGREE_ON_FRAMEWORK, framework.employer_id, Side.EMPLOYER)
    else:
        check_may(actor, Act.AGREE_ON_FRAMEWORK, framework.freelancer_id, Side.FREELANCER)
    FRAMEWORK.next(framework.status, "give_notice")
    if framework.notice_at is not None:
        raise errors.NoticeGiven


def can_give_notice(actor: Actor, framework: Framework) -> bool:
    try:
        check_can_give_notice(actor, framework)
    except DomainError:
        return False
    return True


def check_is_valid(framework: Framework, today: date) -> None:
    """:raises NotInForce: unless offers can be made under it today."""
    is_valid = framework.starts_on <= today <= framework.last_day
    if framework.status != FrameworkStatus.IN_FORCE or not is_valid:
        raise errors.NotInForce


def is_valid(framework: Framework, today: date) -> bool:
    try:
        check_is_valid(framework, today)
    except DomainError:
        return False
    return True
