"""Acts of staff that happen in the areas below are written into the staff's log."""

from __future__ import annotations

from datetime import datetime

from apps.common.actors import Actor
from apps.common.money import Money
from apps.disputes.events import DisputeDecided
from apps.escrow.events import GoodwillGiven, RecoveryDecided, RecoveryEnded
from apps.gateways.events import PaymentsPausedOrResumed
from apps.moderation import operations
from apps.outbox import bus
from apps.treasury.events import CashMoveAgreed, SuspenseResolved, TreasuryActed


@bus.subscribe(DisputeDecided, name="moderation.log_dispute_decided")
def log_dispute_decided(fact: DisputeDecided, now: datetime) -> None:
    operations.record(
        actor=Actor(user_id=fact.user_id, is_staff=True),
        action="disputes.decide",
        subject_type="disputes.dispute",
        subject_id=str(fact.dispute_id),
        reason=fact.reasons,
        details={
            "freelancer": str(Money(fact.freelancer_minor, fact.currency)),
            "of": str(Money(fact.amount_minor, fact.currency)),
        },
        now=now,
    )


@bus.subscribe(GoodwillGiven, name="moderation.log_goodwill")
def log_goodwill(fact: GoodwillGiven, now: datetime) -> None:
    operations.record(
        actor=Actor(user_id=fact.user_id, is_staff=True),
        action="escrow.goodwill",
        subject_type="escrow.release",
        subject_id=str(fact.release_id),
        reason=fact.reason,
        details={
            "amount": str(Money(fact.amount_minor, fact.currency)),
            "to": str(fact.organization_id),
        },
        now=now,
    )


@bus.subscribe(SuspenseResolved, name="moderation.log_suspense")
def log_suspense(fact: SuspenseResolved, now: datetime) -> None:
    operations.record(
        actor=Actor(user_id=fact.confirmed_by_id, is_staff=True),
        action="treasury.suspense_resolved",
        subject_type="treasury.suspenseitem",
        subject_id=str(fact.item_id),
        reason=fact.reason,
        details={
            "amount": str(Money(fact.amount_minor, fact.currency)),
            "number": fact.number,
            "target": fact.target,
            "proposed_by": str(fact.proposed_by_id),
        },
        now=now,
    )


@bus.subscribe(CashMoveAgreed, name="moderation.log_cash_move")
def log_cash_move(fact: CashMoveAgreed, now: datetime) -> None:
    operations.record(
        actor=Actor(user_id=fact.agreed_by_id, is_staff=True),
        action="treasury.cash_move",
        subject_type="treasury.cashmove",
        subject_id=str(fact.move_id),
        reason=fact.reason,
        details={
            "amount": str(Money(fact.amount_minor, fact.currency)),
            "number": fact.number,
            "from": fact.source,
            "to": fact.target,
            "proposed_by": str(fact.proposed_by_id),
        },
        now=now,
    )


@bus.subscribe(TreasuryActed, name="moderation.log_treasury")
def log_treasury(fact: TreasuryActed, now: datetime) -> None:
    if fact.user_id is None:  # the clock did it
        return
    operations.record(
        actor=Actor(user_id=fact.user_id, is_staff=True),
        action=f"treasury.{fact.kind}",
        subject_type="treasury.treasuryact",
        subject_id=str(fact.act_id),
        reason=fact.reason,
        details={"amount": str(Money(fact.amount_minor, fact.currency)), "subject": fact.subject},
        now=now,
    )


@bus.subscribe(RecoveryDecided, name="moderation.log_recovery_decided")
def log_recovery_decided(fact: RecoveryDecided, now: datetime) -> None:
    operations.record(
        actor=Actor(user_id=fact.user_id, is_staff=True),
        action="escrow.recovery_decided",
        subject_type="escrow.recovery",
        subject_id=str(fact.recovery_id),
        reason=fact.reasons,
        details={"freelancer": str(fact.payee_id)},
        now=now,
    )


@bus.subscribe(RecoveryEnded, name="moderation.log_recovery_ended")
def log_recovery_ended(fact: RecoveryEnded, now: datetime) -> None:
    if fact.user_id is None:
        return  # by the clock: nobody acted
    operations.record(
        actor=Actor(user_id=fact.user_id, is_staff=True),
        action="escrow.recovery_appeal_answered",
        subject_type="escrow.recovery",
        subject_id=str(fact.recovery_id),
        reason=fact.reasons,
        details={"freelancer": str(fact.payee_id), "status": fact.status},
        now=now,
    )


@bus.subscribe(PaymentsPausedOrResumed, name="moderation.log_payment_pause")
def log_payment_pause(fact: PaymentsPausedOrResumed, now: datetime) -> None:
    if fact.user_id is None:  # the row itself says what paused or resumed
        return
    operations.record(
        actor=Actor(user_id=fact.user_id, is_staff=True),
        action=f"payments.{fact.what}",
        subject_type="gateways.paymentpause",
        subject_id=str(fact.pause_id),
        reason=fact.reason,
        details={},
        now=now,
    )
