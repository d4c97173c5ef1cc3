"""Permissions to set limits, request, approve and pay; and the reasons for refusing a payment."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.accounts.policies import FreshLoginNeeded, check_is_settled, check_may, may
from apps.accounts.rules import Act
from apps.common.actors import Actor
from apps.common.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from apps.spending import queries
from apps.spending.models import Approval, SpendingRuleChange


class OwnRequest(NotAllowed):
    code = "own_request"
    message = _("You asked for this payment yourself: another person of your organization has to decide.")


class OwnerNeeded(NotAllowed):
    code = "owner_needed"
    message = _("One of the two persons who loosen a limit is an owner of the organization.")


class ApprovalNeeded(Conflict):
    code = "approval_needed"
    message = _(
        "Your organization wants a second person to agree to payments above %(threshold)s. Ask for approval first."
    )


class OverMonthlyLimit(Conflict):
    code = "over_monthly_limit"
    message = _(
        "With this payment your organization would spend %(would)s this month; its limit is %(limit)s. "
        "Wait for the next month, or ask a manager to raise the limit."
    )


class OverMemberLimit(Conflict):
    code = "over_member_limit"
    message = _(
        "With this payment you would spend %(would)s this month; the limit for one person is %(limit)s. "
        "Ask a colleague to pay, or a manager to raise the limit."
    )


class OverBudget(Conflict):
    code = "over_budget"
    message = _(
        "The budget “%(budget)s” has %(left)s left. Choose another budget, or ask a manager to open a larger one."
    )


class LimitNotComparable(Conflict):
    code = "limit_not_comparable"
    message = _(
        "Your limits are in %(limit_currency)s, and there is no official rate to compare with %(currency)s. "
        "Ask a second person to approve this payment."
    )


class BudgetClosed(Invalid):
    code = "budget_closed"
    field = "budget"
    message = _("This budget is closed or not of your organization. Choose another.")


class BudgetExists(Conflict):
    code = "budget_exists"
    field = "name"
    message = _("There is an open budget of this name already.")


class ReasonMissing(Invalid):
    code = "reason_missing"
    field = "reason"
    message = _("Say why: the person who asked will read it.")


def check_can_see(actor: Actor, organization_id: UUID) -> None:
    """:raises NotFound: if the actor may not see the organization's spending."""
    if not may(actor, Act.SEE_SPENDING, organization_id):
        raise NotFound


def check_can_manage(actor: Actor, organization_id: UUID) -> None:
    """:raises NotAllowed: unless the actor leads the organization."""
    check_can_see(actor, organization_id)
    check_may(actor, Act.MANAGE_BUDGETS, organization_id)


def can_manage(actor: Actor) -> bool:
    return may(actor, Act.MANAGE_BUDGETS, actor.organization_id)


def check_can_set_rule(actor: Actor, organization_id: UUID) -> None:
    """:raises NotAllowed: unless the actor leads the organization."""
    check_can_see(actor, organization_id)
    check_may(actor, Act.SET_SPENDING_RULE, organization_id)


def check_can_loosen(actor: Actor, organization_id: UUID) -> None:
    """As `check_can_set_rule`. :raises FreshLoginNeeded: :raises NotByKey: if an API key is used."""
    check_may(actor, Act.LOOSEN_SPENDING_RULE, organization_id)


def check_can_agree_to_loosen(actor: Actor, change: SpendingRuleChange, now: datetime) -> None:
    """
    :raises OwnRequest: if the actor requested the change. :raises OwnerNeeded: unless one of the two is an owner.
    :raises SecondPersonTooNew: if the actor joined or got the role too recently.
    :raises FreshLoginNeeded: if the actor must log in again.
    """
    check_can_see(actor, change.organization_id)
    check_can_loosen(actor, change.organization_id)
    if actor.user_id == change.proposed_by_id:
        raise OwnRequest
    if not queries.could_agree(change).filter(user_id=actor.person_id).exists():
        raise OwnerNeeded
    check_is_settled(actor, change.organization_id, now)


def can_agree_to_loosen(actor: Actor, change: SpendingRuleChange, now: datetime) -> bool:
    try:
        check_can_agree_to_loosen(actor, change, now)
    except FreshLoginNeeded:
        return actor.user_id != change.proposed_by_id
    except DomainError:
        return False
    return True


def check_can_decide(actor: Actor, approval: Approval, now: datetime) -> None:
    """
    :raises OwnRequest: if the actor made the request. :raises NotAllowed: without the permission to pay.
    :raises SecondPersonTooNew: if the actor joined or got the role too recently.
    """
    check_can_see(actor, approval.organization_id)
    check_may(actor, Act.DECIDE_SPENDING, approval.organization_id)
    if actor.user_id == approval.requested_by_id:
        raise OwnRequest
    check_is_settled(actor, approval.organization_id, now)


def can_decide(actor: Actor, approval: Approval, now: datetime) -> bool:
    try:
        check_can_decide(actor, approval, now)
    except DomainError:
        return False
    return True


def check_can_take_back(actor: Actor, approval: Approval) -> None:
    """:raises NotAllowed: unless the actor asked, or leads the organization."""
    check_can_see(actor, approval.organization_id)
    if actor.user_id != approval.requested_by_id:
        check_may(actor, Act.MANAGE_BUDGETS, approval.organization_id)
