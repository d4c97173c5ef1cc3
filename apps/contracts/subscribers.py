from datetime import datetime

from apps.contracts.operations import bonuses, disputes, milestones
from apps.escrow.events import EscrowChargedBack, EscrowFunded, EscrowFundingFailed, EscrowHoldEnded
from apps.outbox import bus


@bus.subscribe(EscrowFunded, name="contracts.fund_milestone")
def fund_milestone(event: EscrowFunded, now: datetime) -> None:
    milestones.milestone_funded(milestone_id=event.reference_id, now=now)


@bus.subscribe(EscrowFunded, name="contracts.pay_bonus")
def pay_bonus(event: EscrowFunded, now: datetime) -> None:
    bonuses.bonus_funded(bonus_id=event.reference_id, now=now)


@bus.subscribe(EscrowFundingFailed, name="contracts.bonus_payment_failed")
def bonus_payment_failed(event: EscrowFundingFailed, now: datetime) -> None:
    bonuses.bonus_payment_failed(bonus_id=event.reference_id, now=now)


@bus.subscribe(EscrowFundingFailed, name="contracts.payment_failed")
def payment_failed(event: EscrowFundingFailed, now: datetime) -> None:
    milestones.milestone_payment_failed(milestone_id=event.reference_id, is_cancelled=event.is_cancelled, now=now)


@bus.subscribe(EscrowHoldEnded, name="contracts.hold_ended")
def hold_ended(event: EscrowHoldEnded, now: datetime) -> None:
    milestones.milestone_hold_ended(milestone_id=event.reference_id, now=now)


@bus.subscribe(EscrowChargedBack, name="contracts.charged_back")
def charged_back(event: EscrowChargedBack, now: datetime) -> None:
    """If no money is held any more, the milestone ends as refunded."""
    disputes.milestone_charged_back(milestone_id=event.reference_id, is_all_gone=not event.remaining_minor, now=now)
