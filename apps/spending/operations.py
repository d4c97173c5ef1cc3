"""Limits, budgets and second-person approvals: the checks before a checkout is opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.accounts.operations import access_log
from apps.accounts.queries import organizations
from apps.common import limits
from apps.common.actors import SYSTEM, Actor
from apps.common.money import Money
from apps.common.operations import move
from apps.outbox import bus
from apps.pricing.queries import rates
from apps.spending import events, policies, queries, rules
from apps.spending.models import Approval, Budget, Spend, SpendingRule, SpendingRuleChange
from apps.spending.states import APPROVAL, RULE_CHANGE, SPEND, ApprovalStatus

LOOSENING_WAIT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a payment is for; `reference_id` and `memo` are copies from the work."""

    reference_id: UUID
    memo: str
    amount: Money
    budget_id: UUID | None = None
    purchase_order: str = ""


@transaction.atomic
def set_rule(
    *,
    organization_id: UUID,
    approval_above: Money | None,
    monthly_limit: Money | None,
    member_limit: Money | None,
    actor: Actor,
    now: datetime,
) -> SpendingRule:
    """
    Set the organization's limits, in its own currency; None removes a limit.

    Stricter values apply at once. Looser values need a second person's approval and then wait a day
    (`agree_to_loosen`).
    Returns the limits in force now.

    :raises FreshLoginNeeded: if a limit is loosened.
    """
    policies.check_can_set_rule(actor, organization_id)
    limits.spend("change_money_settings", actor.user_id, now=now)
    currency = organizations.organization(organization_id).currency
    after = {
        "approval_above_minor": approval_above.amount_minor if approval_above is not None else None,
        "monthly_limit_minor": monthly_limit.amount_minor if monthly_limit is not None else None,
        "member_limit_minor": member_limit.amount_minor if member_limit is not None else None,
    }
    organizations.lock(organization_id)
    rule = _rule_in_force_for_update(organization_id, now)
    before = {name: getattr(rule, name) for name in rules.LIMITS} if rule is not None else {}
    is_loosening = rules.loosens(before, after)
    if is_loosening:
        policies.check_can_loosen(actor, organization_id)
    _withdraw_open_change(organization_id, actor, now)
    if before == after and rule is not None:
        return rule
    # Amounts in two currencies cannot be compared, so nothing is tightened before the second person approves.
    is_comparable = rule is None or rule.currency == currency
    at_once = after if not is_loosening else rules.tightest(before, after) if is_comparable else before
    if rule is None or at_once != before:
        at_once_currency = currency if is_comparable or rule is None else rule.currency
        rule = _note_and_set(organization_id, before, at_once, at_once_currency, actor, now)
    if is_loosening:
        _propose_loosening(organization_id, at_once, after, currency, actor, now)
    return rule


def _note_and_set(
    organization_id: UUID,
    before: dict[str, int | None],
    after: dict[str, int | None],
    currency: str,
    actor: Actor,
    now: datetime,
) -> SpendingRule:
    """Record a change that loosens nothing, and apply it."""
    change = SpendingRuleChange.objects.create(
        organization_id=organization_id, currency=currency, before=before, is_loosening=False,
        proposed_by_id=actor.person_id, proposed_at=now, **after,
    )  # fmt: skip
    return _put_in_force(change, actor, now)


def _propose_loosening(
    organization_id: UUID,
    before: dict[str, int | None],
    after: dict[str, int | None],
    currency: str,
    actor: Actor,
    now: datetime,
) -> SpendingRuleChange:
    change = SpendingRuleChange.objects.create(
        organization_id=organization_id, currency=currency, before=before, is_loosening=True,
        proposed_by_id=actor.person_id, proposed_at=now, **after,
    )  # fmt: skip
    # a sole owner: only the delay and the notification remain as protection
    if not queries.could_agree(change).exists():
        changes = {"agreed_at": now, "effective_at": now + LOOSENING_WAIT}
        move(change, RULE_CHANGE, "agree", actor=actor, now=now, changes=changes)
    _publish_loosening(change, now)
    return change


def _publish_loosening(change: SpendingRuleChange, now: datetime) -> None:
    bus.publish(events.RuleLoosening(change.id, change.organization_id, change.status), now=now)
    access_log.record_access(
        "spending.loosening",
        actor=Actor(user_id=change.agreed_by_id or change.proposed_by_id),
        organization_id=change.organization_id,
        details={"change": str(change.id), "status": change.status},
        now=now,
    )


def _put_in_force(change: SpendingRuleChange, actor: Actor, now: datetime) -> SpendingRule:
    move(change, RULE_CHANGE, "apply", actor=actor, now=now, changes={"effective_at": change.effective_at or now})
    values = {name: getattr(change, name) for name in rules.LIMITS}
    rule, _ = SpendingRule.objects.update_or_create(
        organization_id=change.organization_id,
        defaults={"currency": change.currency, "set_by_id": change.proposed_by_id, "set_at": now, **values},
    )
    access_log.record_access(
        "spending.rule_changed",
        actor=actor,
        organization_id=change.organization_id,
        details={"change": str(change.id), "before": change.before, "after": values},
        now=now,
    )
    return rule


def _rule_in_force_for_update(organization_id: UUID, now: datetime) -> SpendingRule | None:
    """Return the locked limits, after applying a change that is due by now."""
    rule = queries.rule_for_update(organization_id)
    due = queries.due_change_for_update(organization_id, now)
    return _put_in_force(due, SYSTEM, now) if due is not None else rule


def _withdraw_open_change(organization_id: UUID, actor: Actor, now: datetime) -> None:
    change = queries.open_change_for_update(organization_id)
    if change is not None:
        move(change, RULE_CHANGE, "withdraw", actor=actor, now=now)


@transaction.atomic
def agree_to_loosen(*, change_id: UUID, actor: Actor, now: datetime) -> SpendingRuleChange:
    """
    Approve, as the second person, that a limit is loosened; it takes effect a day later.

    :raises OwnRequest: if the actor requested the change. :raises OwnerNeeded: unless one of the two is an owner.
    :raises SecondPersonTooNew: if the actor joined or got the role too recently.
    :raises FreshLoginNeeded: if the actor must log in again.
    :raises IllegalTransition: if the change is no longer open.
    """
    change = queries.change_for_update(change_id)
    policies.check_can_agree_to_loosen(actor, change, now)
    changes = {"agreed_by_id": actor.person_id, "agreed_at": now, "effective_at": now + LOOSENING_WAIT}
    move(change, RULE_CHANGE, "agree", actor=actor, now=now, changes=changes)
    _publish_loosening(change, now)
    return change


@transaction.atomic
def withdraw_loosening(*, change_id: UUID, actor: Actor, now: datetime) -> SpendingRuleChange:
    """
    Cancel a loosening before it takes effect; any member who may set limits can do this. The stricter limits stay.
    """
    change = queries.change_for_update(change_id)
    policies.check_can_set_rule(actor, change.organization_id)
    _rule_in_force_for_update(change.organization_id, now)
    change.refresh_from_db()
    return move(change, RULE_CHANGE, "withdraw", actor=actor, now=now)


@transaction.atomic
def open_budget(
    *, organization_id: UUID, name: str, amount: Money, purchase_order: str, actor: Actor, now: datetime
) -> Budget:
    """:raises BudgetExists: if an open budget has the name."""
    policies.check_can_manage(actor, organization_id)
    try:
        with transaction.atomic():
            return Budget.objects.create(
                organization_id=organization_id,
                name=name.strip()[:120],
                purchase_order=purchase_order.strip()[:60],
                amount_minor=amount.amount_minor,
                currency=amount.currency,
                opened_by_id=actor.person_id,
                opened_at=now,
            )
    except IntegrityError as error:
        raise policies.BudgetExists from error


@transaction.atomic
def close_budget(*, budget_id: UUID, actor: Actor, now: datetime) -> Budget:
    """Close the budget for new payments; earlier payments stay in the reports."""
    budget = queries.budget_of(actor.side_id, budget_id)
    policies.check_can_manage(actor, budget.organization_id)
    budget.is_closed = True
    budget.save(update_fields=["is_closed"])
    return budget


# -- approvals


@transaction.atomic
def request_approval(*, organization_id: UUID, purpose: Purpose, note: str, actor: Actor, now: datetime) -> Approval:
    """Request a second person's approval of a payment; a new request for the same work replaces the earlier one."""
    policies.check_can_see(actor, organization_id)
    limits.spend("request_approval", actor.user_id, now=now)
    _open_budget_of(organization_id, purpose.budget_id)
    earlier = queries.open_approval(purpose.reference_id)
    if earlier is not None:
        locked = queries.approval_for_update(earlier.id)
        move(locked, APPROVAL, "withdraw", actor=actor, now=now)
    approval = Approval.objects.create(
        organization_id=organization_id,
        reference_id=purpose.reference_id,
        memo=purpose.memo[:300],
        amount_minor=purpose.amount.amount_minor,
        currency=purpose.amount.currency,
        budget_id=purpose.budget_id,
        purchase_order=purpose.purchase_order.strip()[:60],
        note=note.strip(),
        requested_by_id=actor.person_id,
        requested_at=now,
    )
    bus.publish(events.ApprovalRequested(approval_id=approval.id, organization_id=organization_id), now=now)
    return approval


@transaction.atomic
def decide(*, approval_id: UUID, is_approved: bool, reason: str, actor: Actor, now: datetime) -> Approval:
    """
    Approve, or refuse with a reason, as the second person.

    :raises OwnRequest: if the actor made the request.
    """
    approval = queries.approval_for_update(approval_id)
    policies.check_can_decide(actor, approval, now)
    if not is_approved and not reason.strip():
        raise policies.ReasonMissing
    changes = {"decided_by_id": actor.person_id, "decided_at": now, "reason": reason.strip()}
    move(approval, APPROVAL, "approve" if is_approved else "refuse", actor=actor, now=now, changes=changes)
    bus.publish(events.ApprovalDecided(approval_id=approval.id, organization_id=approval.organization_id), now=now)
    return approval


@transaction.atomic
def withdraw(*, approval_id: UUID, actor: Actor, now: datetime) -> Approval:
    """Withdraw a request; possible for the requester and for those who lead the organization."""
    approval = queries.approval_for_update(approval_id)
    policies.check_can_take_back(actor, approval)
    return move(approval, APPROVAL, "withdraw", actor=actor, now=now)


@transaction.atomic
def void_approval(*, reference_id: UUID, now: datetime) -> None:
    """End an open request or an unused approval, because the payment will be another one or none."""
    approval = queries.open_approval(reference_id)
    if approval is not None:
        move(queries.approval_for_update(approval.id), APPROVAL, "withdraw", actor=SYSTEM, now=now)


# -- payments


@transaction.atomic
def reserve(*, organization_id: UUID, purpose: Purpose, actor: Actor, now: datetime) -> Spend:
    """
    Count a payment against the limits before it starts; a second call for the same work replaces the reservation.

    Payments of one organization are checked one after the other, so that two concurrent ones cannot both fit.

    :raises ApprovalNeeded: above the threshold, unless a second person approved this amount.
    :raises OverMonthlyLimit, OverMemberLimit, OverBudget: with the amount that is left.
    :raises LimitNotComparable: if there is no official rate to the limit's currency and no approval.
    """
    rule = _rule_in_force_for_update(organization_id, now)
    budget = _open_budget_of(organization_id, purpose.budget_id)
    spend = queries.spend_for_update(purpose.reference_id)
    if spend is not None and SPEND.allows(spend.status, "lapse"):
        move(spend, SPEND, "lapse", actor=SYSTEM, now=now)  # so that the work is not counted twice
    # In the currency of the limits: after a change of the organization's currency, sums would otherwise not be
    # comparable.
    limits_of = rule if rule is not None and _has_ceiling(rule) else budget
    currency = limits_of.currency if limits_of else organizations.organization(organization_id).currency
    converted = rates.convert(purpose.amount, currency, now.date())
    counted = converted.amount if converted else None
    approval = queries.open_approval(purpose.reference_id)
    is_approved = approval is not None and approval.status == ApprovalStatus.APPROVED
    is_approved = is_approved and approval is not None and approval.amount == purpose.amount
    if rule is not None:
        _check_rule(rule, counted, purpose.amount, is_approved=is_approved, actor=actor, now=now)
    if budget is not None:
        _check_budget(budget, counted, purpose.amount, now)
    if approval is not None and is_approved:
        move(queries.approval_for_update(approval.id), APPROVAL, "use", actor=actor, now=now)
    values = {
        "memo": purpose.memo[:300],
        "amount_minor": purpose.amount.amount_minor,
        "currency": purpose.amount.currency,
        "counted_minor": counted.amount_minor if counted is not None else None,
        "counted_currency": currency,
        "budget": budget,
        "purchase_order": (purpose.purchase_order or (budget.purchase_order if budget else "")).strip()[:60],
        "spent_by_id": actor.user_id,
        "spent_on": now.date(),
    }
    if is_approved:
        values["approval"] = approval
    if spend is None:
        return Spend.objects.create(organization_id=organization_id, reference_id=purpose.reference_id, **values)
    return move(spend, SPEND, "reserve", actor=actor, now=now, changes=values)


def _check_rule(
    rule: SpendingRule, counted: Money | None, amount: Money, *, is_approved: bool, actor: Actor, now: datetime
) -> None:
    if not _has_ceiling(rule) or (counted is None and is_approved):
        return
    if counted is None or counted.currency != rule.currency:
        raise policies.LimitNotComparable(limit_currency=rule.currency, currency=amount.currency)
    if rule.approval_above is not None and counted > rule.approval_above and not is_approved:
        raise policies.ApprovalNeeded(threshold=rule.approval_above)
    whole = queries.spent_in_month(rule.organization_id, rule.currency, now.date()) + counted
    if rule.monthly_limit is not None and whole > rule.monthly_limit:
        raise policies.OverMonthlyLimit(would=whole, limit=rule.monthly_limit)
    if rule.member_limit is not None and actor.user_id is not None:
        mine = queries.spent_in_month(rule.organization_id, rule.currency, now.date(), user_id=actor.user_id) + counted
        if mine > rule.member_limit:
            raise policies.OverMemberLimit(would=mine, limit=rule.member_limit)


def _has_ceiling(rule: SpendingRule) -> bool:
    return any(ceiling is not None for ceiling in (rule.approval_above, rule.monthly_limit, rule.member_limit))


def _check_budget(budget: Budget, counted: Money | None, amount: Money, now: datetime) -> None:
    if counted is None or counted.currency != budget.currency:
        raise policies.LimitNotComparable(limit_currency=budget.currency, currency=amount.currency)
    left = queries.use_of(budget).left
    if counted > left:
        raise policies.OverBudget(budget=budget.name, left=left)


def _open_budget_of(organization_id: UUID, budget_id: UUID | None) -> Budget | None:
    if budget_id is None:
        return None
    budget = queries.budget_for_update(organization_id, budget_id)
    if budget is None or budget.is_closed:
        raise policies.BudgetClosed
    return budget


@transaction.atomic
def paid(*, reference_id: UUID, now: datetime) -> None:
    """Record that the money was paid. Safe to call twice."""
    spend = queries.spend_for_update(reference_id)
    if spend is not None and SPEND.allows(spend.status, "spend"):
        move(spend, SPEND, "spend", actor=SYSTEM, now=now)


@transaction.atomic
def lapsed(*, reference_id: UUID, now: datetime) -> None:
    """Stop counting a payment that failed or was cancelled."""
    spend = queries.spend_for_update(reference_id)
    if spend is not None and SPEND.allows(spend.status, "lapse"):
        move(spend, SPEND, "lapse", actor=SYSTEM, now=now)


@transaction.atomic
def returned(*, reference_id: UUID, whole_returned: Money, now: datetime) -> None:
    """
    Stop counting the part of a payment that was returned.

    :param whole_returned: the total returned so far, so that a second call changes nothing.
    """
    spend = queries.spend_for_update(reference_id)
    if spend is not None and whole_returned.currency == spend.currency:
        spend.returned_minor = min(max(spend.returned_minor, whole_returned.amount_minor), spend.amount_minor)
        spend.save(update_fields=["returned_minor"])
