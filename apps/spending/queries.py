"""Payments, limits, and requests waiting for a second person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.models import Membership
from apps.accounts.states import Role
from apps.common.errors import NotFound
from apps.common.money import Money
from apps.spending import rules
from apps.spending.models import Approval, Budget, Spend, SpendingRule, SpendingRuleChange
from apps.spending.states import ApprovalStatus, RuleChangeStatus, SpendStatus

COUNTING = (SpendStatus.RESERVED, SpendStatus.SPENT)


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """:ivar used_percent: 0 to 100, rounded down."""

    budget: Budget
    used: Money
    left: Money

    @property
    def used_percent(self) -> int:
        return min(100, 100 * self.used.amount_minor // self.budget.amount_minor)


def rule_of(organization_id: UUID, now: datetime) -> SpendingRule | None:
    """Return the limits in force at `now`, including a change that is due but not yet applied to the row."""
    rule = SpendingRule.objects.select_related("set_by").filter(organization_id=organization_id).first()
    change = open_change(organization_id)
    if rule is not None and change is not None and change.effective_at is not None and change.effective_at <= now:
        rule.currency = change.currency
        for name in rules.LIMITS:
            setattr(rule, name, getattr(change, name))
    return rule


_OPEN = (RuleChangeStatus.PROPOSED, RuleChangeStatus.AGREED)


def open_change(organization_id: UUID) -> SpendingRuleChange | None:
    """Return the pending loosening: waiting for a second person, or for its effective time."""
    return (
        SpendingRuleChange.objects.filter(organization_id=organization_id, status__in=_OPEN)
        .select_related("proposed_by", "agreed_by")
        .first()
    )


def pending_change(organization_id: UUID, now: datetime) -> SpendingRuleChange | None:
    """As `open_change`, without a change that is already due and so in force."""
    change = open_change(organization_id)
    return None if change is None or (change.effective_at is not None and change.effective_at <= now) else change


def open_change_for_update(organization_id: UUID) -> SpendingRuleChange | None:
    return (
        SpendingRuleChange.objects.select_for_update().filter(organization_id=organization_id, status__in=_OPEN).first()
    )


def due_change_for_update(organization_id: UUID, now: datetime) -> SpendingRuleChange | None:
    return (
        SpendingRuleChange.objects.select_for_update()
        .filter(organization_id=organization_id, status=RuleChangeStatus.AGREED, effective_at__lte=now)
        .first()
    )


def change_for_update(change_id: UUID) -> SpendingRuleChange:
    """:raises NotFound: if it does not exist."""
    spending_rule_change = SpendingRuleChange.objects.select_for_update().filter(id=change_id).first()
    if spending_rule_change is None:
        raise NotFound
    return spending_rule_change


def changes_of(organization_id: UUID) -> QuerySet[SpendingRuleChange]:
    """All changes and requested changes, newest first."""
    return (
        SpendingRuleChange.objects.filter(organization_id=organization_id)
        .select_related("proposed_by", "agreed_by")
        .order_by("-proposed_at", "-id")
    )


def could_agree(change: SpendingRuleChange) -> QuerySet[Membership]:
    """Members who could be the second person: owners; if an owner requests, managers too."""
    others = Membership.objects.filter(organization_id=change.organization_id, user__is_active=True).exclude(
        user_id=change.proposed_by_id
    )
    is_owners = Membership.objects.filter(
        organization_id=change.organization_id, user_id=change.proposed_by_id, role=Role.OWNER
    ).exists()
    return others.filter(role__in=[Role.OWNER, Role.MANAGER] if is_owners else [Role.OWNER])


def rule_for_update(organization_id: UUID) -> SpendingRule | None:
    """Return the limits with the lock under which payments of one organization are checked one after the other."""
    return SpendingRule.objects.select_for_update().filter(organization_id=organization_id).first()


def budget_for_update(organization_id: UUID, budget_id: UUID) -> Budget | None:
    return Budget.objects.select_for_update().filter(id=budget_id, organization_id=organization_id).first()


def open_budgets(organization_id: UUID) -> QuerySet[Budget]:
    return Budget.objects.filter(organization_id=organization_id, is_closed=False).order_by("name")


def budget_of(organization_id: UUID, budget_id: UUID) -> Budget:
    """:raises NotFound: if the organization has no such budget."""
    budget = Budget.objects.filter(id=budget_id, organization_id=organization_id).first()
    if budget is None:
        raise NotFound
    return budget


def use_of(budget: Budget) -> BudgetUse:
    return uses_of([budget])[0]


def uses_of(budgets: Iterable[Budget]) -> list[BudgetUse]:
    """Return each budget with its remaining amount; one query for all."""
    listed = list(budgets)
    spends: dict[UUID | None, list[Spend]] = {}
    for spend in Spend.objects.filter(budget__in=listed, status__in=COUNTING):
        spends.setdefault(spend.budget_id, []).append(spend)
    uses = []
    for budget in listed:
        used = _total(spends.get(budget.id, []), budget.currency)
        uses.append(BudgetUse(budget, used, budget.amount - used))
    return uses


def spent_in_month(organization_id: UUID, currency: str, on: date, *, user_id: UUID | None = None) -> Money:
    """Return what counts in the calendar month (UTC) of the date `on`, for the whole organization or one person."""
    spends = Spend.objects.filter(
        organization_id=organization_id, status__in=COUNTING, spent_on__year=on.year, spent_on__month=on.month
    )
    return _total(spends if user_id is None else spends.filter(spent_by_id=user_id), currency)


def spends_of(organization_id: UUID) -> QuerySet[Spend]:
    """All payments of an organization, newest first."""
    return (
        Spend.objects.filter(organization_id=organization_id)
        .select_related("budget", "spent_by", "approval__decided_by")
        .order_by("-spent_on", "-id")
    )


def spend_of_reference(reference_id: UUID) -> Spend | None:
    return Spend.objects.select_related("budget").filter(reference_id=reference_id).first()


def spend_for_update(reference_id: UUID) -> Spend | None:
    return Spend.objects.select_for_update(of=("self",)).filter(reference_id=reference_id).first()


def purchase_order_of(reference_id: UUID) -> str:
    """Return the buyer's reference printed on documents; empty if there is none."""
    spend = spend_of_reference(reference_id)
    return spend.purchase_order if spend else ""


# -- approvals


def approvals_of(organization_id: UUID) -> QuerySet[Approval]:
    """Pending requests first, then the newest."""
    return (
        Approval.objects.filter(organization_id=organization_id)
        .select_related("requested_by", "decided_by", "budget")
        .order_by("-requested_at")
    )


def waiting_approvals(organization_id: UUID) -> QuerySet[Approval]:
    return approvals_of(organization_id).filter(status=ApprovalStatus.ASKED).order_by("requested_at")


def approval_for_update(approval_id: UUID) -> Approval:
    """:raises NotFound: if it does not exist."""
    approval = Approval.objects.select_for_update(of=("self",)).filter(id=approval_id).first()
    if approval is None:
        raise NotFound
    return approval


def open_approval(reference_id: UUID) -> Approval | None:
    """Return the requested or approved, unused approval, if any."""
    return (
        Approval.objects.filter(reference_id=reference_id, status__in=[ApprovalStatus.ASKED, ApprovalStatus.APPROVED])
        .select_related("requested_by", "decided_by")
        .first()
    )


def _total(spends: Iterable[Spend], currency: str) -> Money:
    counted = [spend.counted for spend in spends]
    return sum((item for item in counted if item is not None and item.currency == currency), Money.zero(currency))
