"""Updates payments from the events of escrows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from apps.escrow import events as escrow
from apps.escrow.models import Escrow
from apps.outbox import bus
from apps.pricing import rules as pricing
from apps.spending import operations


@bus.subscribe(escrow.EscrowFunded, name="spending.paid")
def paid(event: escrow.EscrowFunded, now: datetime) -> None:
    operations.paid(reference_id=event.reference_id, now=now)


@bus.subscribe(escrow.EscrowFundingFailed, name="spending.lapsed")
def lapsed(event: escrow.EscrowFundingFailed, now: datetime) -> None:
    operations.lapsed(reference_id=event.reference_id, now=now)


@bus.subscribe(escrow.EscrowRefunded, name="spending.returned")
def returned(event: escrow.EscrowRefunded, now: datetime) -> None:
    _returned(event.escrow_id, now)


@bus.subscribe(escrow.EscrowCredited, name="spending.credited")
def credited(event: escrow.EscrowCredited, now: datetime) -> None:
    """Credit is counted again when it pays for other work, so it no longer counts here."""
    _returned(event.escrow_id, now)


def _returned(escrow_id: UUID, now: datetime) -> None:
    """
    Pass the total returned so far, with its part of the fee; so neither the order nor the number of events matters.
    """
    held = Escrow.objects.get(id=escrow_id)
    fee = pricing.earned_part(held.employer_fee, whole=held.amount, before=held.released, step=held.refunded)
    operations.returned(reference_id=held.reference_id, whole_returned=held.refunded + fee, now=now)
