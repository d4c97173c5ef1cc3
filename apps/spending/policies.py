"""Who may set limits, ask, decide and pay; and what a payment is refused for."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.accounts import rules as roles
from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid, NotAllowed, NotFound
from apps.spending.models import Approval


class OwnRequest(NotAllowed):
    code = "own_request"
    message = _("You asked for this payment yourself: another person of your organization has to decide.")


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
    """:raises NotFound: for strangers."""
    if not (actor.acts_for(organization_id) and actor.may(roles.VIEW)):
        raise NotFound


def check_can_manage(actor: Actor, organization_id: UUID) -> None:
    """:raises NotAllowed: unless the actor leads the organization."""
    check_can_see(actor, organization_id)
    if not actor.may(roles.MANAGE_MEMBERS):
        raise NotAllowed


def can_manage(actor: Actor) -> bool:
    return actor.may(roles.MANAGE_MEMBERS)


def check_can_decide(actor: Actor, approval: Approval) -> None:
    """:raises OwnRequest: nobody approves what they asked for. :raises NotAllowed: without the right to pay."""
    check_can_see(actor, approval.organization_id)
    if not actor.may(roles.FUND):
        raise NotAllowed
    if actor.user_id == approval.asked_by_id:
        raise OwnRequest


def can_decide(actor: Actor, approval: Approval) -> bool:
    return actor.acts_for(approval.organization_id) and actor.may(roles.FUND) and actor.user_id != approval.asked_by_id


def check_can_take_back(actor: Actor, approval: Approval) -> None:
    """:raises NotAllowed: unless the actor asked, or leads the organization."""
    check_can_see(actor, approval.organization_id)
    if actor.user_id != approval.asked_by_id and not actor.may(roles.MANAGE_MEMBERS):
        raise NotAllowed
