"""Permissions of tasks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organization
from apps.accounts.policies import StaffOnly as StaffOnly
from apps.accounts.policies import check_are_strangers, check_may, check_staff_may
from apps.accounts.rules import Act, Side
from apps.common.actors import Actor
from apps.common.errors import Conflict, DomainError, Invalid, NotAllowed
from apps.tasks.models import Task
from apps.tasks.states import TASK, TaskStatus, Visibility


class NotOpenForBids(Conflict):
    code = "task_not_open"
    message = _("This task does not take bids any more.")


class OwnTask(NotAllowed):
    code = "own_task"
    message = _("This is your own organization's task.")


class OnlyInvited(NotAllowed):
    code = "only_invited"
    message = _("Only invited freelancers may bid on this task.")


class CannotBeInvited(Conflict):
    code = "cannot_be_invited"
    message = _("You cannot invite this organization: it does not take invitations from you.")


InvitationCheck = Callable[[UUID, UUID], bool]
INVITATION_CHECKS: list[InvitationCheck] = []
"""
Registered by higher layers: whether the employer (first) may invite the freelancer (second). A block forbids it.
"""


class WaitingForPublication(Invalid):
    code = "brief_incomplete"
    message = _("The brief is not complete yet: see the marked fields.")

    def __init__(self, *, problems: dict[str, str]) -> None:
        super().__init__()
        self.problems = problems


def check_can_edit_draft(actor: Actor, task: Task) -> None:
    check_may(actor, Act.MANAGE_TASK, task.employer_id, Side.EMPLOYER)
    if task.status != TaskStatus.DRAFT:
        raise AlreadyPublished


class AlreadyPublished(Conflict):
    code = "already_published"
    message = _("This task is already published. Add an addendum instead: bidders will be notified.")


def check_can_manage(actor: Actor, task: Task, verb: str) -> None:
    """The employer's actions: publish, close, cancel. :raises IllegalTransition: if the status does not allow it."""
    check_may(actor, Act.MANAGE_TASK, task.employer_id, Side.EMPLOYER)
    TASK.next(task.status, verb)


def check_can_add_to(actor: Actor, task: Task) -> None:
    check_may(actor, Act.MANAGE_TASK, task.employer_id, Side.EMPLOYER)
    if task.status not in (TaskStatus.OPEN, TaskStatus.DECIDING):
        raise NotOpenForBids


def check_can_invite(actor: Actor, task: Task, organization_id: UUID) -> None:
    """
    :raises NotOpenForBids: unless the task is a draft or open.
    :raises CannotBeInvited: if it is the actor's own organization, or a check of a higher layer forbids it.
    """
    check_may(actor, Act.MANAGE_TASK, task.employer_id, Side.EMPLOYER)
    if task.status not in (TaskStatus.DRAFT, TaskStatus.OPEN):
        raise NotOpenForBids
    works = Organization.objects.filter(id=organization_id, works=True, is_active=True)
    if organization_id == task.employer_id or not works.exists():
        raise CannotBeInvited
    if not all(check(task.employer_id, organization_id) for check in INVITATION_CHECKS):
        raise CannotBeInvited


def check_can_bid(actor: Actor, task: Task, now: datetime, *, is_invited: bool) -> None:
    """
    :raises NotOpenForBids: after bidding closes, or while staff hide the task.
    :raises OwnTask: if the actor is the employer.
    :raises OnlyInvited: if the task is for invited freelancers only.
    :raises RoleMissing: if the member's role does not allow bidding.
    :raises OnePersonOnBothSides: if the employer and the bidder are the same people.
    """
    check_may(actor, Act.BID, actor.organization_id, Side.FREELANCER)
    if actor.organization_id == task.employer_id:
        raise OwnTask
    if task.status != TaskStatus.OPEN or task.hidden_at or task.bidding_closes_at is None:
        raise NotOpenForBids
    if now >= task.bidding_closes_at:
        raise NotOpenForBids
    if task.visibility == Visibility.INVITED and not is_invited:
        raise OnlyInvited
    check_are_strangers(actor.side_id, task.employer_id, since=task.created_at)


def check_can_post(actor: Actor) -> None:
    """Check that the actor may create a task for their organization."""
    check_may(actor, Act.MANAGE_TASK, actor.organization_id, Side.EMPLOYER)


def check_can_copy(actor: Actor, task: Task) -> None:
    """Start another task from this one, or keep it as a template."""
    check_may(actor, Act.MANAGE_TASK, task.employer_id, Side.EMPLOYER)


def check_can_answer_invitation(actor: Actor, organization_id: UUID) -> None:
    check_may(actor, Act.ANSWER_INVITATION, organization_id, Side.FREELANCER)


def check_can_hide(actor: Actor) -> None:
    """Check that the actor may hide a task and show it again. :raises StaffOnly: unless the actor is staff."""
    if not actor.is_system:
        check_staff_may(actor, Act.HIDE_TASK)


def can(actor: Actor, task: Task, verb: str) -> bool:
    """Return whether the employer may now do this; used to show buttons."""
    try:
        check_can_manage(actor, task, verb)
    except DomainError:
        return False
    return True


def can_add_to(actor: Actor, task: Task) -> bool:
    try:
        check_can_add_to(actor, task)
    except DomainError:
        return False
    return True


def why_not_bid(actor: Actor, task: Task, now: datetime, *, is_invited: bool) -> DomainError | None:
    """Return the error that `check_can_bid` would raise, or None."""
    try:
        check_can_bid(actor, task, now, is_invited=is_invited)
    except DomainError as error:
        return error
    return None
