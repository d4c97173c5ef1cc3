from datetime import datetime

from apps.disputes import operations
from apps.escrow.events import EscrowChargedBack, EscrowHoldEnded
from apps.outbox import bus


@bus.subscribe(EscrowHoldEnded, name="disputes.lapse")
def lapse(event: EscrowHoldEnded, now: datetime) -> None:
    operations.lapse(milestone_id=event.reference_id, now=now)


@bus.subscribe(EscrowChargedBack, name="disputes.lapse_with_chargeback")
def lapse_with_chargeback(event: EscrowChargedBack, now: datetime) -> None:
    """End the dispute if the payer's bank took back the disputed money."""
    operations.lapse(milestone_id=event.reference_id, now=now)
