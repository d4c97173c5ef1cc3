"""Notifications of money: held, released, paid out, charged back, and payments that need approval."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.accounts import events as accounts
from apps.accounts import rules as roles
from apps.accounts.models import PersonalToken, User
from apps.accounts.queries import members
from apps.common.money import Money
from apps.contracts.models import Milestone
from apps.escrow import events as escrow
from apps.escrow.models import Escrow, Recovery, Release
from apps.notifications import operations, rules
from apps.notifications.catalogue.kinds import Group
from apps.notifications.subscribers.recipients import name_of, notify_organization
from apps.outbox import bus
from apps.payments import events as payments
from apps.payments.queries import chargebacks
from apps.payouts import events as payout_events
from apps.payouts.queries import related
from apps.spending import events as spending
from apps.spending.models import Approval, SpendingRuleChange
from apps.spending.states import ApprovalStatus, RuleChangeStatus
from apps.treasury import events as treasury_events


@bus.subscribe(escrow.EscrowReleased, name="notifications.escrow_released")
def escrow_released(event: escrow.EscrowReleased, now: datetime) -> None:
    memo = Escrow.objects.values_list("memo", flat=True).get(id=event.escrow_id)
    # Contract money is released by an approval, a cancellation or a dispute; each notifies with its own amount.
    is_of_contract = Milestone.objects.filter(escrow_id=event.escrow_id).exists()
    notify_organization(
        event.payee_id, "funds_released", event.release_id, now, "payouts:wallet",
        mailed_with=Group.CONTRACTS if is_of_contract else None,
        amount=rules.money(Money(event.net_minor, event.currency)), memo=memo,
    )  # fmt: skip


@bus.subscribe(escrow.EscrowRefunded, name="notifications.escrow_refunded")
def escrow_refunded(event: escrow.EscrowRefunded, now: datetime) -> None:
    memo = Escrow.objects.values_list("memo", flat=True).get(id=event.escrow_id)
    notify_organization(
        event.payer_id, "escrow_refunded", event.refund_id, now, "payouts:wallet",
        amount=rules.money(Money(event.amount_minor, event.currency)), memo=memo,
    )  # fmt: skip


@bus.subscribe(escrow.EscrowCredited, name="notifications.escrow_credited")
def escrow_credited(event: escrow.EscrowCredited, now: datetime) -> None:
    memo = Escrow.objects.values_list("memo", flat=True).get(id=event.escrow_id)
    amount = rules.money(Money(event.amount_minor, event.currency))
    key = f"{event.escrow_id}:{now.isoformat()}"
    notify_organization(event.payer_id, "escrow_credited", key, now, "payouts:wallet", amount=amount, memo=memo)


@bus.subscribe(escrow.EscrowPaidInVain, name="notifications.paid_in_vain")
def paid_in_vain(event: escrow.EscrowPaidInVain, now: datetime) -> None:
    memo = Escrow.objects.values_list("memo", flat=True).get(id=event.escrow_id)
    notify_organization(
        event.payer_id, "paid_in_vain", event.charge_id, now, "payments:credit", event.currency,
        amount=rules.money(Money(event.amount_minor, event.currency)), memo=memo,
    )  # fmt: skip


def _notify_of_recovery(recovery_id: UUID, kind: str, now: datetime, **params: Any) -> None:
    recovery = Recovery.objects.select_related("escrow").get(id=recovery_id)
    notify_organization(
        recovery.escrow.payee_id, kind, recovery.id, now, "escrow:recovery", recovery.id,
        amount=rules.money(recovery.amount), memo=recovery.escrow.memo, **params,
    )  # fmt: skip


@bus.subscribe(escrow.RecoveryDecided, name="notifications.recovery_decided")
def recovery_decided(event: escrow.RecoveryDecided, now: datetime) -> None:
    appeal_by = Recovery.objects.values_list("appeal_by", flat=True).get(id=event.recovery_id)
    _notify_of_recovery(event.recovery_id, "recovery_decided", now, appeal_by=rules.moment(appeal_by))


@bus.subscribe(escrow.RecoveryAppealed, name="notifications.recovery_appealed")
def recovery_appealed(event: escrow.RecoveryAppealed, now: datetime) -> None:
    _notify_of_recovery(event.recovery_id, "recovery_appealed", now)


@bus.subscribe(escrow.RecoveryEnded, name="notifications.recovery_ended")
def recovery_ended(event: escrow.RecoveryEnded, now: datetime) -> None:
    _notify_of_recovery(event.recovery_id, f"recovery_{event.status}", now)


@bus.subscribe(escrow.GoodwillGiven, name="notifications.goodwill_given")
def goodwill_given(event: escrow.GoodwillGiven, now: datetime) -> None:
    memo = Release.objects.values_list("escrow__memo", flat=True).get(id=event.release_id)
    amount = rules.money(Money(event.amount_minor, event.currency))
    notify_organization(
        event.organization_id, "goodwill_given", event.goodwill_id, now, "payouts:wallet", amount=amount, memo=memo,
        reason=rules.text(event.reason),
    )  # fmt: skip


@bus.subscribe(escrow.EscrowHoldEnding, name="notifications.hold_ending")
def hold_ending(event: escrow.EscrowHoldEnding, now: datetime) -> None:
    memo = Escrow.objects.values_list("memo", flat=True).get(id=event.escrow_id)
    for to in (event.payer_id, event.payee_id):
        notify_organization(
            to, "hold_ending", event.escrow_id, now, "contracts:list", memo=memo,
            hold_until=rules.moment(event.hold_until),
        )  # fmt: skip


@bus.subscribe(escrow.EscrowHoldEnded, name="notifications.hold_ended")
def hold_ended(event: escrow.EscrowHoldEnded, now: datetime) -> None:
    held = Escrow.objects.get(id=event.escrow_id)
    for to in (held.payer_id, held.payee_id):
        notify_organization(to, "hold_ended", event.escrow_id, now, "contracts:list", memo=held.memo)


@bus.subscribe(escrow.EscrowClaimed, name="notifications.money_claimed")
def money_claimed(event: escrow.EscrowClaimed, now: datetime) -> None:
    if event.kind == "warning":
        _notify_parties(event.payer_id, event.payee_id, "money_doubted", event.claim_id, event.escrow_id, now)
        return
    memo = Escrow.objects.values_list("memo", flat=True).get(id=event.escrow_id)
    notify_organization(event.payer_id, "payment_taken_back", event.claim_id, now, "payouts:wallet", memo=memo)
    notify_organization(event.payee_id, "money_claimed", event.claim_id, now, "payouts:wallet", memo=memo)


@bus.subscribe(escrow.EscrowClaimEnded, name="notifications.claim_ended")
def claim_ended(event: escrow.EscrowClaimEnded, now: datetime) -> None:
    _notify_parties(event.payer_id, event.payee_id, "claim_ended", event.claim_id, event.escrow_id, now)


@bus.subscribe(escrow.EscrowChargedBack, name="notifications.charged_back")
def charged_back(event: escrow.EscrowChargedBack, now: datetime) -> None:
    memo = Escrow.objects.values_list("memo", flat=True).get(id=event.escrow_id)
    amount, borne = (Money(minor, event.currency) for minor in (event.amount_minor, event.from_payee_minor))
    notify_organization(
        event.payee_id, "charged_back", event.chargeback_id, now, "payouts:wallet", memo=memo,
        amount=rules.money(amount), borne=rules.money(borne),
    )  # fmt: skip
    notify_organization(
        event.payer_id, "chargeback_won_by_payer", event.chargeback_id, now, "payouts:wallet", memo=memo,
        amount=rules.money(amount),
    )  # fmt: skip


def _notify_parties(payer: UUID, payee: UUID, kind: str, key: UUID, escrow_id: UUID, now: datetime) -> None:
    memo = Escrow.objects.values_list("memo", flat=True).get(id=escrow_id)
    for to in (payer, payee):
        notify_organization(to, kind, key, now, "payouts:wallet", memo=memo)


@bus.subscribe(treasury_events.ReconciliationDiffered, name="notifications.books_differ")
def books_differ(event: treasury_events.ReconciliationDiffered, now: datetime) -> None:
    operations.notify(
        users=members.staff_to_notify(roles.FINANCE),
        organization_id=None,
        kind="books_differ",
        key=event.run_id,
        params={"gateway": event.gateway, "count": event.items},
        route="treasury:reconciliation",
        route_args=[],
        now=now,
    )


@bus.subscribe(payout_events.LiquidityShort, name="notifications.liquidity_short")
def liquidity_short(event: payout_events.LiquidityShort, now: datetime) -> None:
    operations.notify(
        users=members.staff_to_notify(roles.FINANCE),
        organization_id=None,
        kind="liquidity_short",
        key=event.liquidity_shortage_id,
        params={"gateway": event.gateway, "amount": rules.money(Money(event.missing_minor, event.currency))},
        route="treasury:treasury",
        route_args=[],
        now=now,
    )


@bus.subscribe(payments.ChargebackOpened, name="notifications.chargeback_due")
def chargeback_due(event: payments.ChargebackOpened, now: datetime) -> None:
    """Notify staff, because they must answer the bank before a deadline."""
    number = chargebacks.chargeback_number(event.chargeback_id)
    operations.notify(
        users=members.staff_to_notify(roles.FINANCE),
        organization_id=None,
        kind="chargeback_due",
        key=event.chargeback_id,
        params={
            "number": number, "who": name_of(event.payer_id),
            "amount": rules.money(Money(event.amount_minor, event.currency)),
        },
        route="payments:chargeback",
        route_args=[event.chargeback_id],
        now=now,
    )  # fmt: skip


def _notify_of_payout(
    to: UUID, kind: str, key: object, now: datetime, amount_minor: int, currency: str, *, capability: str
) -> None:
    amount = rules.money(Money(amount_minor, currency))
    notify_organization(to, kind, key, now, "payouts:wallet", capability=capability, amount=amount)


@bus.subscribe(payments.RefundSucceeded, name="notifications.refund_succeeded")
def refund_succeeded(event: payments.RefundSucceeded, now: datetime) -> None:
    _notify_of_payout(
        event.payer_id, "refund_succeeded", event.refund_id, now, event.amount_minor, event.currency,
        capability=roles.FUND,
    )  # fmt: skip


@bus.subscribe(payments.RefundFailed, name="notifications.refund_failed")
def refund_failed(event: payments.RefundFailed, now: datetime) -> None:
    _notify_of_payout(
        event.payer_id, "refund_failed", event.refund_id, now, event.amount_minor, event.currency,
        capability=roles.FUND,
    )  # fmt: skip


@bus.subscribe(payout_events.PayoutPaid, name="notifications.payout_paid")
def payout_paid(event: payout_events.PayoutPaid, now: datetime) -> None:
    _notify_of_payout(
        event.organization_id, "payout_paid", event.payout_id, now, event.amount_minor, event.currency,
        capability=roles.WITHDRAW,
    )  # fmt: skip


@bus.subscribe(payout_events.PayoutFailed, name="notifications.payout_failed")
def payout_failed(event: payout_events.PayoutFailed, now: datetime) -> None:
    _notify_of_payout(
        event.organization_id, "payout_failed", event.payout_id, now, event.amount_minor, event.currency,
        capability=roles.WITHDRAW,
    )  # fmt: skip


@bus.subscribe(payout_events.PayoutAccountChanged, name="notifications.payout_account_changed")
def payout_account_changed(event: payout_events.PayoutAccountChanged, now: datetime) -> None:
    """
    Notify members who may withdraw, owners, and the person who set the previous payout account, even if they have left:
    the victim of a theft must learn of it.
    """
    users = {user.pk: user for user in members.users_to_notify(event.organization_id, roles.WITHDRAW)}
    users |= {user.pk: user for user in members.owners(event.organization_id)}
    users |= {user.pk: user for user in related.setters_of_accounts(event.organization_id)}
    operations.notify(
        users=list(users.values()), organization_id=event.organization_id, kind="payout_account_changed",
        key=f"{event.organization_id}:{now.isoformat()}", route="payouts:wallet", route_args=(), now=now,
        params={"organization": name_of(event.organization_id), "last4": event.last4},
    )  # fmt: skip


@bus.subscribe(accounts.CountryChanged, name="notifications.country_changed")
def country_changed(event: accounts.CountryChanged, now: datetime) -> None:
    """Notify owners, and the staff who check it before money is paid out."""
    params = {
        "organization": name_of(event.organization_id),
        "before": rules.country(event.before),
        "after": rules.country(event.after),
    }
    key = f"{event.organization_id}:{now.isoformat()}"
    operations.notify(
        users=members.owners(event.organization_id), organization_id=event.organization_id, kind="country_changed",
        key=key, route="accounts:organization", route_args=(event.organization_id,), params=params, now=now,
    )  # fmt: skip
    operations.notify(
        users=members.staff_to_notify(roles.FINANCE), organization_id=None, kind="country_to_check", key=key,
        route="accounts:country_checks", route_args=(), params=params, now=now,
    )  # fmt: skip


@bus.subscribe(accounts.KeyMade, name="notifications.key_made")
def key_made(event: accounts.KeyMade, now: datetime) -> None:
    key = PersonalToken.objects.select_related("user", "organization").get(id=event.token_id)
    operations.notify(
        users=[key.user], organization_id=key.organization_id, kind="key_made", key=key.id, route="accounts:tokens",
        route_args=(), params={"name": key.name, "organization": key.organization.display_name}, now=now,
    )  # fmt: skip


@bus.subscribe(spending.RuleLoosening, name="notifications.rule_loosening")
def rule_loosening(event: spending.RuleLoosening, now: datetime) -> None:
    """Notify all owners, including the one who requested it, so that limits cannot be loosened unnoticed."""
    change = SpendingRuleChange.objects.select_related("proposed_by", "agreed_by").get(id=event.change_id)
    is_agreed = event.status == RuleChangeStatus.AGREED
    operations.notify(
        users=members.owners(event.organization_id), organization_id=event.organization_id,
        kind="limits_loosened" if is_agreed else "limits_to_loosen", key=f"{change.id}:{event.status}",
        route="spending:overview", route_args=(), now=now,
        params={
            "organization": name_of(event.organization_id), "who": change.proposed_by.display_name,
            "moment": rules.moment(change.effective_at),
        },
    )  # fmt: skip


@bus.subscribe(spending.ApprovalRequested, name="notifications.approval_requested")
def approval_requested(event: spending.ApprovalRequested, now: datetime) -> None:
    """Notify members who may pay for the organization, except the requester."""
    approval = Approval.objects.select_related("requested_by").get(id=event.approval_id)
    users = [
        user
        for user in members.users_to_notify(event.organization_id, roles.FUND)
        if user.pk != approval.requested_by_id
    ]
    _notify_of_approval(approval, users, "approval_requested", approval.requested_by.display_name, now)


@bus.subscribe(spending.ApprovalDecided, name="notifications.approval_decided")
def approval_decided(event: spending.ApprovalDecided, now: datetime) -> None:
    approval = Approval.objects.select_related("requested_by", "decided_by").get(id=event.approval_id)
    who = approval.decided_by.display_name if approval.decided_by else ""
    kind = "approval_refused" if approval.status == ApprovalStatus.REFUSED else "approval_granted"
    _notify_of_approval(approval, [approval.requested_by], kind, who, now, text=approval.reason)


def _notify_of_approval(
    approval: Approval, users: Iterable[User], kind: str, who: str, now: datetime, **params: Any
) -> None:
    operations.notify(
        users=users, organization_id=approval.organization_id, kind=kind, key=approval.id,
        params={"who": who, "amount": rules.money(approval.amount), "memo": approval.memo, **params},
        route="spending:approval", route_args=(approval.id,), now=now,
    )  # fmt: skip
