"""Records staff actions of lower-layer apps in the log of staff."""

from __future__ import annotations

from datetime import datetime

from apps.common.actors import Actor
from apps.common.money import Money
from apps.disputes.events import DisputeDecided
from apps.escrow.events import GoodwillGiven, RecoveryDecided, RecoveryEnded
from apps.gateways.events import PaymentsPausedOrResumed
from apps.moderation import operations
from apps.outbox import bus
from apps.treasury.events import InternalTransferApproved, SuspenseResolved, TreasuryOperationRecorded


@bus.subscribe(DisputeDecided, name="moderation.log_dispute_decided")
def log_dispute_decided(event: DisputeDecided, now: datetime) -> None:
    operations.record(
        actor=Actor(user_id=event.user_id, is_staff=True),
        action="disputes.decide",
        subject_type="disputes.dispute",
        subject_id=str(event.dispute_id),
        reason=event.reasons,
        details={
            "freelancer": str(Money(event.freelancer_minor, event.currency)),
            "of": str(Money(event.amount_minor, event.currency)),
        },
        now=now,
    )


@bus.subscribe(GoodwillGiven, name="moderation.log_goodwill")
def log_goodwill(event: GoodwillGiven, now: datetime) -> None:
    operations.record(
        actor=Actor(user_id=event.user_id, is_staff=True),
        action="escrow.goodwill",
        subject_type="escrow.release",
        subject_id=str(event.release_id),
        reason=event.reason,
        details={
            "amount": str(Money(event.amount_minor, event.currency)),
            "to": str(event.organization_id),
        },
        now=now,
    )


@bus.subscribe(SuspenseResolved, name="moderation.log_suspense")
def log_suspense(event: SuspenseResolved, now: datetime) -> None:
    operations.record(
        actor=Actor(user_id=event.confirmed_by_id, is_staff=True),
        action="treasury.suspense_resolved",
        subject_type="treasury.suspenseitem",
        subject_id=str(event.item_id),
        reason=event.reason,
        details={
            "amount": str(Money(event.amount_minor, event.currency)),
            "number": event.number,
            "target": event.target,
            "proposed_by": str(event.proposed_by_id),
        },
        now=now,
    )


@bus.subscribe(InternalTransferApproved, name="moderation.log_internal_transfer")
def log_internal_transfer(event: InternalTransferApproved, now: datetime) -> None:
    operations.record(
        actor=Actor(user_id=event.agreed_by_id, is_staff=True),
        action="treasury.internal_transfer",
        subject_type="treasury.internaltransfer",
        subject_id=str(event.transfer_id),
        reason=event.reason,
        details={
            "amount": str(Money(event.amount_minor, event.currency)),
            "number": event.number,
            "from": event.source,
            "to": event.target,
            "proposed_by": str(event.proposed_by_id),
        },
        now=now,
    )


@bus.subscribe(TreasuryOperationRecorded, name="moderation.log_treasury")
def log_treasury(event: TreasuryOperationRecorded, now: datetime) -> None:
    if event.user_id is None:  # done by the scheduler
        return
    operations.record(
        actor=Actor(user_id=event.user_id, is_staff=True),
        action=f"treasury.{event.kind}",
        subject_type="treasury.treasuryoperation",
        subject_id=str(event.operation_id),
        reason=event.reason,
        details={"amount": str(Money(event.amount_minor, event.currency)), "subject": event.subject},
        now=now,
    )


@bus.subscribe(RecoveryDecided, name="moderation.log_recovery_decided")
def log_recovery_decided(event: RecoveryDecided, now: datetime) -> None:
    operations.record(
        actor=Actor(user_id=event.user_id, is_staff=True),
        action="escrow.recovery_decided",
        subject_type="escrow.recovery",
        subject_id=str(event.recovery_id),
        reason=event.reasons,
        details={"freelancer": str(event.payee_id)},
        now=now,
    )


@bus.subscribe(RecoveryEnded, name="moderation.log_recovery_ended")
def log_recovery_ended(event: RecoveryEnded, now: datetime) -> None:
    if event.user_id is None:
        return  # ended by the scheduler, without a person
    operations.record(
        actor=Actor(user_id=event.user_id, is_staff=True),
        action="escrow.recovery_appeal_answered",
        subject_type="escrow.recovery",
        subject_id=str(event.recovery_id),
        reason=event.reasons,
        details={"freelancer": str(event.payee_id), "status": event.status},
        now=now,
    )


@bus.subscribe(PaymentsPausedOrResumed, name="moderation.log_payment_pause")
def log_payment_pause(event: PaymentsPausedOrResumed, now: datetime) -> None:
    if event.user_id is None:  # the row itself records the cause
        return
    operations.record(
        actor=Actor(user_id=event.user_id, is_staff=True),
        action=f"payments.{event.what}",
        subject_type="gateways.paymentpause",
        subject_id=str(event.pause_id),
        reason=event.reason,
        details={},
        now=now,
    )
