"""What became of a payment, heard from held money."""

from __future__ import annotations

from datetime import datetime

from apps.common.money import Money
from apps.escrow import events as escrow
from apps.escrow.models import Escrow
from apps.outbox import bus
from apps.payments import queries as payments
from apps.spending import operations


@bus.subscribe(escrow.EscrowFunded, name="spending.paid")
def paid(event: escrow.EscrowFunded, now: datetime) -> None:
    operations.paid(reference_id=event.reference_id, now=now)


@bus.subscribe(escrow.EscrowFundingFailed, name="spending.lapsed")
def lapsed(event: escrow.EscrowFundingFailed, now: datetime) -> None:
    operations.lapsed(reference_id=event.reference_id, now=now)


@bus.subscribe(escrow.EscrowRefunded, name="spending.returned")
def returned(event: escrow.EscrowRefunded, now: datetime) -> None:
    """Counts every refund of the escrow, so that the order and the number of facts do not matter."""
    escrow_id = event.escrow_id
    reference_id = Escrow.objects.values_list("reference_id", flat=True).get(id=escrow_id)
    back = sum((one.amount for one in payments.refunds_of_reference(escrow_id)), Money.zero(event.currency))
    operations.returned(reference_id=reference_id, whole_returned=back, now=now)
