from datetime import datetime

from apps.disputes import operations
from apps.escrow.events import EscrowChargedBack, EscrowHoldEnded
from apps.outbox import bus


@bus.subscribe(EscrowHoldEnded, name="disputes.lapse")
def lapse(event: EscrowHoldEnded, now: datetime) -> None:
    operations.lapse(milestone_id=event.reference_id, now=now)


@bus.subscribe(EscrowChargedBack, name="disputes.lapse_with_chargeback")
def lapse_with_chargeback(event: EscrowChargedBack, now: datetime) -> None:
    """What the two sides disputed about was taken back by the payer's bank."""
    operations.lapse(milestone_id=event.reference_id, now=now)
